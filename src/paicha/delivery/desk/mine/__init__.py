"""What is one's own: notices, the open work of one's places, and handing a role over."""
