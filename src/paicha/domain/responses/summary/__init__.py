"""A village's summary row: counted again, added up, with what falls due."""
