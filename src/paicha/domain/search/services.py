"""The terms kept up to date with the register, a village at a time.

What holds: whatever changes a village's register counts up its version (`households.count_change`), and a village of
an old version is read again before anybody finds something there, or by the worker; whoever reads it holds the row
of `VillageIndex`, so that two never write the same village.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Substr

from paicha.core.area_codes import TOWN_DIGITS, town_prefix
from paicha.domain import bulk
from paicha.domain.areas.models import Area
from paicha.domain.households.models import Household, HouseholdEvent, Member, RegisterVersion
from paicha.domain.search.models import SearchTerm, VillageIndex
from paicha.domain.search.terms import Kind, as_bytes, name_terms, phone_term

_EVENT = HouseholdEvent.Kind
_TOWN = Substr(OuterRef("village__code"), 1, TOWN_DIGITS)


def is_old(village: str = "pk") -> Exists:
    """For a query of areas, or of rows with a `village`: whether its terms are not those of its register now."""
    kept = VillageIndex.objects.filter(village=OuterRef("village"), version=OuterRef("version"), town=_TOWN)
    return Exists(RegisterVersion.objects.filter(village=OuterRef(village)).exclude(Exists(kept)))


def stale() -> list[int]:
    """Villages (ids) whose terms are not those of their register now."""
    return list(Area.objects.filter(is_old()).order_by("pk").values_list("pk", flat=True))


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
    town = town_prefix(Area.objects.values_list("code", flat=True).get(pk=village))
    version = RegisterVersion.objects.filter(village=village).values_list("version", flat=True).first() or 0
    if (kept.version, kept.town) == (version, town):
        return
    SearchTerm.objects.filter(village=village).delete()
    rows = sorted(_terms(village))
    columns = ("town", "kind", "term", "village", "number")
    bulk.insert(
        SearchTerm, columns, [(int(town), kind, term, village, number) for kind, term, number in rows]
    )
    kept.version, kept.town = version, town
    kept.save(update_fields=["version", "town"])


def _terms(village: int) -> set[tuple[int, bytes, int]]:
    """(kind, term, number) of a village's open households."""
    names: dict[int, set[str]] = defaultdict(set)
    found: set[tuple[int, bytes, int]] = set()
    households = Household.objects.filter(village=village, closed_at=None)
    for number, head, phone in households.values_list("number", "head_name", "phone"):
        names[number].add(head)
        if term := phone_term(phone):
            found.add((int(Kind.PHONE), as_bytes(term), number))
    own = {"household__village": village, "household__closed_at": None}
    for number, name in Member.objects.filter(left_at=None, **own).values_list("household__number", "name"):
        names[number].add(name)
    heads = HouseholdEvent.objects.filter(kind=_EVENT.HEAD, undone_at=None, **own)
    for number, name in heads.values_list("household__number", "old"):
        names[number].add(name)
    merged = HouseholdEvent.objects.filter(
        kind=_EVENT.MERGE, undone_at=None, other__village=village, other__closed_at=None
    )
    for known, name in merged.values_list("other__number", "household__head_name"):
        if known is not None:
            names[known].add(name)
    for number, listed in names.items():
        found |= {(int(kind), as_bytes(term), number) for name in listed for kind, term in name_terms(name)}
    return found
