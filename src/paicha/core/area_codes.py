"""Codes of areas as the statistics bureau writes them: 12 digits, of which 6 are the county's and 9 the town's.

A code that ends in zeros is a level's above villages; without them it is the prefix that all codes below share.
"""

from __future__ import annotations

CODE_DIGITS, TOWN_DIGITS, COUNTY_DIGITS = 12, 9, 6
VILLAGE_LEVELS = ("village", "residents")  # villages and residents' committees: what is surveyed


def town_prefix(code: str) -> str:
    """What all codes of the town begin with: '610881101' of '610881101201'."""
    return code[:TOWN_DIGITS]


def county_prefix(code: str) -> str:
    """What all codes of the county begin with: '610881'."""
    return code[:COUNTY_DIGITS]


def town_of(code: str) -> str:
    """The code of the town that a village lies in: '610881101000'."""
    return whole_code(town_prefix(code))


def county_of(code: str) -> str:
    """The code of the county that an area lies in: '610881000000'."""
    return whole_code(county_prefix(code))


def whole_code(prefix: str) -> str:
    """The code of the area that a prefix stands for, 12 digits."""
    return prefix.ljust(CODE_DIGITS, "0")
