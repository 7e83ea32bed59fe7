"""What an administrator does: accounts and their first passwords, and the home itself."""
