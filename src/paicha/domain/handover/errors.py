"""What can't be handed up, taken back or returned as asked."""

from __future__ import annotations

from paicha.core.refusal import Refusal


class HandoverError(Refusal):
    """An act between the levels that can't be done as given."""
