"""Reading the register: households by the name of their head, however it is spelled."""

from __future__ import annotations

from collections.abc import Collection
from functools import reduce

from django.db.models import F, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Replace

from paicha.core.normalise import NAME_VARIANTS, group, name_key
from paicha.domain.households.models import Household, HouseholdEvent

UNGROUPED = "未分组"  # a household without a group, in words


def heads_named(village_id: int, text: str) -> list[Household]:
    """Open households of a village whose head's name the text is, by number; where none bears it, those whose head
    bore it before. One query, two where none bears it.

    The group may stand behind the name: '王建国（2组）', '王建国 二组', '王建国 未分组'.
    """
    key = name_key(text)
    rows = Household.objects.filter(village_id=village_id, closed_at=None).order_by("number")
    found = [household for household in rows if _is_named(household, household.head_name, key)]
    if found or not key:
        return found
    before = _head_changes([village_id]).filter(household__closed_at=None).select_related("household")
    bore = {one.household_id: one.household for one in before if _is_named(one.household, one.old, key)}
    return sorted(bore.values(), key=lambda household: household.number)


def _head_changes(villages: Collection[int]) -> QuerySet[HouseholdEvent]:
    return HouseholdEvent.objects.filter(
        kind=HouseholdEvent.Kind.HEAD, undone_at=None, household__village_id__in=villages
    )


def _is_named(household: Household, head: str, key: str) -> bool:
    name = name_key(head)
    rest = key.removeprefix(name).strip("()")
    if not key.startswith(name) or not rest:
        return key == name
    return rest == UNGROUPED if not household.group else group(rest) == household.group


def stored_name_key(path: str) -> Combinable:
    """The column of a stored name as `name_key` spells it: to be compared with the key of what is looked for."""
    column: Combinable = F(path)
    return reduce(lambda text, pair: Replace(text, *map(Value, pair)), NAME_VARIANTS.items(), column)
