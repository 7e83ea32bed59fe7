"""Households that look like one: the list, and a person's word on a pair."""
