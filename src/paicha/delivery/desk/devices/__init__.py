"""Phones at the desk: whose they are, what waits on them, what they sent; and trusting the server."""
