"""Official forms on the screen, blanks, the bulletin, special circumstances."""
