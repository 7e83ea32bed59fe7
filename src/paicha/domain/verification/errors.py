"""What can't be taken as given in verification."""

from __future__ import annotations

from paicha.core.refusal import Refusal


class VerificationError(Refusal):
    """An act of verification that can't be done as given."""
