"""Typing answers: a sheet of fifteen rows from paper, one household at a time, form 2, outcomes, drafts."""
