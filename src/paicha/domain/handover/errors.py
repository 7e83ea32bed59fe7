"""What can't be handed up, taken back or returned as asked."""

from __future__ import annotations


class HandoverError(ValueError):
    """An act between the levels that can't be done as given; the message is one Chinese sentence."""
