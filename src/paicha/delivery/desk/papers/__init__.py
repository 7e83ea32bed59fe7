"""Paper and figures of a place: the village's own form, blanks, the plan of visits, the bulletin."""
