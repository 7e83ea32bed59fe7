"""Work in the background: who is at it, what was cut short and is taken up again, whether all is well."""
