"""The problem list and its rectification."""
