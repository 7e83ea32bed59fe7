"""The terms kept up to date with the register, a village at a time.

What holds: whatever changes a village's register counts up its version (`households.count_change`), and a village of
an old version is read again before anybody finds something there, or by the worker; whoever reads it holds the row
of `VillageIndex`, so that two never write the same village.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from paicha.domain import bulk
from paicha.domain.areas.models import Area
from paicha.domain.households.models import Household, HouseholdEvent, Member, RegisterVersion
from paicha.domain.search.models import SearchTerm, VillageIndex
from paicha.domain.search.terms import Kind, name_terms, phone_term, stored

_EVENT = HouseholdEvent.Kind


def stale(where: Q | None = None) -> list[int]:
    """Villages (ids) whose terms are not those of their register now; `where` narrows the register's versions."""
    rows = RegisterVersion.objects.filter(where) if where is not None else RegisterVersion.objects.all()
    known = VillageIndex.objects.filter(
        village=OuterRef("village"), version=OuterRef("version"), town=OuterRef("village__parent")
    )
    return list(rows.exclude(Exists(known)).order_by("pk").values_list("pk", flat=True))


def refresh(villages: Iterable[int] | None = None) -> int:
    """Make the terms of these villages anew, or of all that changed; returns how many. A transaction a village."""
    n = 0
    for village in stale() if villages is None else villages:
        _index(village)
        n += 1
    return n


@transaction.atomic
def _index(village: int) -> None:
    VillageIndex.objects.get_or_create(village_id=village, defaults={"version": 0})
    kept = VillageIndex.objects.select_for_update().get(village=village)
    town = Area.objects.values_list("parent_id", flat=True).get(pk=village) or village
    version = RegisterVersion.objects.filter(village=village).values_list("version", flat=True).first() or 0
    if (kept.version, kept.town_id) == (version, town):
        return
    SearchTerm.objects.filter(village=village).delete()
    rows = sorted(_terms(village))
    columns = ("town", "kind", "term", "village", "number")
    bulk.insert(SearchTerm, columns, [(town, kind, term, village, number) for kind, term, number in rows])
    kept.version, kept.town_id = version, town
    kept.save(update_fields=["version", "town"])


def _terms(village: int) -> set[tuple[int, bytes, int]]:
    """(kind, term, number) of a village's open households."""
    names: dict[int, set[str]] = defaultdict(set)
    found: set[tuple[int, bytes, int]] = set()
    households = Household.objects.filter(village=village, closed_at=None)
    for number, head, phone in households.values_list("number", "head_name", "phone"):
        names[number].add(head)
        if term := phone_term(phone):
            found.add((int(Kind.PHONE), stored(term), number))
    own = {"household__village": village, "household__closed_at": None}
    for number, name in Member.objects.filter(left_at=None, **own).values_list("household__number", "name"):
        names[number].add(name)
    heads = HouseholdEvent.objects.filter(kind=_EVENT.HEAD, undone_at=None, **own)
    for number, name in heads.values_list("household__number", "old"):
        names[number].add(name)
    for _, number, name in merged_heads(Q(other__village=village)):
        names[number].add(name)
    for number, listed in names.items():
        found |= {(int(kind), stored(term), number) for name in listed for kind, term in name_terms(name)}
    return found


def merged_heads(into: Q) -> list[tuple[UUID, int, str]]:
    """(id and number of what it is part of, its head) of households merged into open ones; `into` names those."""
    rows = HouseholdEvent.objects.filter(into, kind=_EVENT.MERGE, undone_at=None, other__closed_at=None)
    return list(rows.values_list("other_id", "other__number", "household__head_name"))
