"""Users, roles and dated assignments, and scope: the one function that says who may see or do what."""
