"""First pages of county, town and village: what there is to do, how far it is."""
