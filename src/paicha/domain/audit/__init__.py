"""Append-only chains: who did what to which subject, and whether anybody has changed that record since."""
