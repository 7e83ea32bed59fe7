"""The problem list (form 3) with its rectification, and petitions."""
