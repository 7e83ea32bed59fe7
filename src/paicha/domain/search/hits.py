"""Why a household answers: what of it, and how."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from uuid import UUID

from django.db.models import Q, Value

from paicha.domain.households.models import Household, HouseholdEvent, Member
from paicha.domain.search.reach import Reach
from paicha.domain.search.terms import How, Sought, phone_term

_AT_ONCE = 500


class Whose(IntEnum):
    """What of a household answers."""

    NUMBER = 0
    HEAD = 1
    PHONE = 2
    FORMER = 3  # a head before
    MEMBER = 4
    MERGED = 5  # the head of a household that was merged into it
    FOREIGN = 6  # a number of another system


@dataclass(frozen=True, slots=True)
class Numbers:
    """Households that a text numbers: by our number, and by other systems' ({id: system and number})."""

    own: int | None = None
    foreign: Mapping[UUID, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hit:
    """A household that was found. `told`: the name or number that answers, as the register has it."""

    household: Household
    whose: Whose
    how: How
    told: str

    @property
    def order(self) -> tuple[object, ...]:
        """The best first, then by place."""
        return self.how, self.whose, self.household.village.code, self.household.number


def hits(sought: Sought, where: Reach, phones: Reach, numbers: Numbers, listed: Iterable[int]) -> list[Hit]:
    """Of these households the open ones that are seen and answer as they are now, each with its best reason."""
    known = list(dict.fromkeys(listed))
    if not known and not numbers.foreign:
        return []
    homes: list[Household] = []
    for start in range(0, max(len(known), 1), _AT_ONCE):
        asked = Q(number__in=known[start : start + _AT_ONCE])
        if not start:
            asked |= Q(pk__in=list(numbers.foreign))
        rows = Household.objects.filter(asked, closed_at=None).select_related("village__parent")
        homes += [home for home in rows if where.holds(home)]
    people = _people(homes) if sought.is_name or sought.letters else {}
    found: dict[int, Hit] = {}
    for home in homes:
        reasons = [
            *_by_numbers(home, sought, numbers, phones.holds(home)),
            *_by_names(home, sought, people.get(home.pk, [])),
        ]
        if reasons:
            found[home.number] = min(reasons, key=lambda hit: hit.order)
    return sorted(found.values(), key=lambda hit: hit.order)


def _by_numbers(home: Household, sought: Sought, numbers: Numbers, by_phone: bool) -> Iterator[Hit]:
    if home.number == numbers.own:
        yield Hit(home, Whose.NUMBER, How.SAME, "")
    if home.pk in numbers.foreign:
        yield Hit(home, Whose.FOREIGN, How.SAME, numbers.foreign[home.pk])
    if by_phone and sought.is_number and phone_term(home.phone).startswith(phone_term(sought.digits)):
        yield Hit(home, Whose.PHONE, How.SAME, home.phone)


def _by_names(home: Household, sought: Sought, people: Collection[tuple[Whose, str]]) -> Iterator[Hit]:
    if not (sought.is_name or sought.letters):
        return
    for whose, name in [(Whose.HEAD, home.head_name), *people]:
        how = sought.likeness(name)
        if how is not None:
            yield Hit(home, whose, how, name)


def _people(homes: Collection[Household]) -> dict[UUID, list[tuple[Whose, str]]]:
    """Names besides the head's that households are found by: members, heads before, who was merged into them."""
    found: dict[UUID, list[tuple[Whose, str]]] = defaultdict(list)
    ids = [home.pk for home in homes]
    for start in range(0, len(ids), _AT_ONCE):
        part = ids[start : start + _AT_ONCE]
        events = HouseholdEvent.objects.filter(undone_at=None)
        heads = events.filter(kind=HouseholdEvent.Kind.HEAD, household__in=part)
        merged = events.filter(kind=HouseholdEvent.Kind.MERGE, other__in=part)
        members = Member.objects.filter(household__in=part, left_at=None)
        rows = members.values_list("household_id", "name", Value(int(Whose.MEMBER))).union(
            heads.values_list("household_id", "old", Value(int(Whose.FORMER))),
            merged.values_list("other_id", "household__head_name", Value(int(Whose.MERGED))),
            all=True,
        )
        for household, name, whose in rows:
            found[household].append((Whose(whose), name))
    return found
