"""What can't be done to a household as asked."""

from __future__ import annotations

from paicha.core.refusal import Refusal


class LifeError(Refusal):
    """A register event, or its undoing, that can't be done as given."""
