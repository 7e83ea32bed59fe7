"""Area codes: which town and county a code lies in."""

from __future__ import annotations

import pytest

from paicha.core.area_codes import county_of, county_prefix, town_of, town_prefix, whole_code


@pytest.mark.parametrize(
    ("code", "town", "county"),
    [
        ("610881101201", "610881101000", "610881000000"),
        ("610881101000", "610881101000", "610881000000"),
        ("610881000000", "610881000000", "610881000000"),
    ],
)
def test_the_areas_above(code: str, town: str, county: str) -> None:
    assert (town_of(code), county_of(code)) == (town, county)
    assert (whole_code(town_prefix(code)), whole_code(county_prefix(code))) == (town, county)
