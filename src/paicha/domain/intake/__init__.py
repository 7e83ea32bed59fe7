"""Files in: file → rows → submit_responses → what was refused, returned in the official layout."""
