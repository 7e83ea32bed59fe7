"""What stands above the single apps: opening a round."""
