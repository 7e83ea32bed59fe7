"""What can't be taken as given in verification."""

from __future__ import annotations


class VerificationError(ValueError):
    """An act that can't be done as given; the message is one Chinese sentence with its remedy."""
