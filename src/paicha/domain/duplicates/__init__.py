"""Households that stand in the register twice, it seems: found, ranked, told apart by a person."""
