"""Find anything: the box in the header, and the page that it leads to."""
