"""Desk audit, questions, visits with form 5, cross-checks; the city's samples and re-interviews."""
