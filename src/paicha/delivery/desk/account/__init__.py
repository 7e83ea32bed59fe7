"""What is one's own: signing in and out, passwords, notices, handing a role over."""
