"""Phones and other programs that send answers: who they are, what they sent, and what became of it."""
