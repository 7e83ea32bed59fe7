"""Pure Python: what a pack, an expression and a sample are. No Django, database, clock, file or Polars."""
