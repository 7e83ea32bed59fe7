"""Finding households by what people know of them: a table of terms of our own, and who may look where."""
