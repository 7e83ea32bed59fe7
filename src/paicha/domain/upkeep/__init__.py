"""What keeps a home well: whether everything is in order, and its backups."""
