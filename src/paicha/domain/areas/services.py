"""Loading areas from a pack, and adding the groups that clerks name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from paicha.core.area_codes import county_of
from paicha.core.pack.models import Area as PackArea
from paicha.domain import bulk, clock
from paicha.domain.areas.models import Area, AreaName, Group

_ORDER = {"county": 0, "town": 1, "village": 2, "residents": 2}


@dataclass(frozen=True, slots=True)
class AreaChanges:
    """What a list of areas would change: names of new ones, (before, after) of renamed ones, names that it lacks."""

    new: Sequence[str]
    renamed: Sequence[tuple[str, str]]
    gone: Sequence[str]


def compare_areas(areas: Collection[PackArea]) -> AreaChanges:
    """What loading these areas would change of those that are known in their counties. One query; writes nothing."""
    listed = {area.code: area for area in areas}
    counties = {county_of(code) for code in listed}
    every = {area.code: area for area in Area.objects.order_by("code")}
    known = {code: area for code, area in every.items() if county_of(code) in counties}
    both = [(known[code].name, area.name) for code, area in sorted(listed.items()) if code in known]
    return AreaChanges(
        [area.name for code, area in sorted(listed.items()) if code not in known],
        [(before, after) for before, after in both if before != after],
        [area.name for code, area in known.items() if code not in listed],
    )


@transaction.atomic
def load_areas(areas: Iterable[PackArea]) -> int:
    """Bring the areas of a pack in: new ones are added, a changed name is dated, none is removed.

    Returns how many were added or renamed. Twice is harmless.
    """
    known = {area.code: area for area in Area.objects.all()}
    changed = 0
    for entry in sorted(areas, key=lambda a: (_ORDER[a.level], a.code)):
        parent = known.get(entry.parent_code)
        area = known.get(entry.code)
        if area is None:
            known[entry.code] = Area.objects.create(
                code=entry.code, name=entry.name, level=entry.level, parent=parent, since=clock.today()
            )
            changed += 1
        elif area.name != entry.name or area.parent != parent:
            AreaName.objects.create(area=area, code=area.code, name=area.name, until=clock.today())
            area.name, area.parent = entry.name, parent
            area.save(update_fields=["name", "parent"])
            changed += 1
    return changed


def remove_groups(village: Area, names: Collection[str]) -> None:
    """Remove groups of a village; the caller knows that nothing uses them."""
    Group.objects.filter(village=village, name__in=names).delete()


def add_groups(village: Area, names: Collection[str]) -> list[str]:
    """Add the groups that the village doesn't have yet; returns those."""
    if not names:
        return []
    known = set(Group.objects.filter(village=village, name__in=names).values_list("name", flat=True))
    new = sorted(set(names) - known)
    insert_groups(village, new)
    return new


def insert_groups(village: Area, names: Sequence[str]) -> None:
    """Add groups that the village doesn't have, as the caller knows."""
    bulk.insert(Group, ("village", "name"), [(village.pk, name) for name in names])
