"""Help: a page a role, the terms, signing in, the phone, a grid worker's card, the tour of the first day."""
