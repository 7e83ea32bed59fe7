"""Typing answers: a sheet of fifteen rows from paper, one household at a time, outcomes, drafts."""
