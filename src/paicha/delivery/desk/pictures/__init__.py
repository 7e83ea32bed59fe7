"""Pictures of a county or town, each above the table of the figures that it shows."""
