"""A pack's constraints, checks and leads over rows; findings, their words and decisions."""
