"""What a pack's rules say of rows, and in which words: nothing here reads or writes the database."""
