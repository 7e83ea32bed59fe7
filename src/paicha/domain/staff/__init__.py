"""The people of a round as a list: read from a file, compared with the accounts that there are, made into accounts."""
