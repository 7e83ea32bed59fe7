"""A household and the lists of them: answers, leads and their decisions, conflicts, changes of base information."""
