"""Two villages of one town, and one of another, with an empty register."""

from __future__ import annotations

import pytest

from paicha.domain.areas.models import Area


@pytest.fixture
def villages(db: None) -> list[Area]:
    county = Area.objects.create(level="county", code="610881000000", name="神木市")
    made = []
    for code in ("610881101201", "610881101202", "610881102201"):
        town, _ = Area.objects.get_or_create(
            code=f"{code[:9]}000", defaults={"level": "town", "parent": county, "name": code[6:9]}
        )
        made.append(Area.objects.create(level="village", parent=town, code=code, name=code[9:]))
    return made
