"""Two villages of one town, and one of another, with an empty register."""

from __future__ import annotations

from paicha.domain.areas.models import Area
from paicha.domain.households.models import Household
from paicha.domain.households.services import NewHousehold, add_households


def three_villages() -> list[Area]:
    """The villages, in order of code."""
    county = Area.objects.create(level="county", code="610881000000", name="神木市")
    made = []
    for code in ("610881101201", "610881101202", "610881102201"):
        town, _ = Area.objects.get_or_create(
            code=f"{code[:9]}000", defaults={"level": "town", "parent": county, "name": code[6:9]}
        )
        made.append(Area.objects.create(level="village", parent=town, code=code, name=code[9:]))
    return made


def add_household(
    village: Area, head: str, phone: str = "", group: str = "1", population: int | None = 4
) -> Household:
    """A household of the register."""
    ((id_, _),) = add_households(village, [NewHousehold(group, head, phone, population, "general")])
    return Household.objects.get(pk=id_)
