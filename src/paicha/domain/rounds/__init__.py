"""Rounds: a pack in use, the frozen roster, the calendar."""
