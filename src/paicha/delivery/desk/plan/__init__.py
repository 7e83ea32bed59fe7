"""The plan of a village's visits, and the calendar of a place's stages."""
