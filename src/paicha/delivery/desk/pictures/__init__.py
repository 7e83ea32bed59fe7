"""Pictures of a county or town, drawn by the page from the figures that its tables have."""
