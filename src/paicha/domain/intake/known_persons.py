"""What the register knows of members and of other systems' numbers, asked by the village: a few statements each.

What holds: a number is looked up in the whole register, and a head's name told to those alone who may see its village.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

from paicha.domain.accounts.roles import Verb
from paicha.domain.households.members import DETAILS, PERSON
from paicha.domain.households.models import ForeignNumber, HeadDetails, HouseholdEvent, Member
from paicha.domain.intake.job import Job

_MANY = 5_000


@dataclass(frozen=True, slots=True)
class Bearer:
    """A household that has a number: where it is, and whose, '' where the reader may not see its village."""

    household: UUID
    village: int
    place: str
    head: str
    closed: bool

    @property
    def label(self) -> str:
        """高家堡镇桑树渠村“郝某”户."""
        return f"{self.place}“{self.head}”户" if self.head else self.place


@dataclass(frozen=True, slots=True)
class KnownMember:
    """A member as the register has them; `values`: name, relation, details; `number`: the system's, or ''.

    `origin`: source and upload, '' for none.
    """

    id: UUID
    origin: tuple[str, str]
    values: tuple[str, ...]
    gone: bool
    number: str


def bearers_of(job: Job, system: str, kind: str, numbers: Collection[str]) -> dict[str, list[Bearer]]:
    """Households by a system's number of a kind, whatever their village; one statement for 5,000 numbers.

    Households that were taken back with their upload are left out: they were never there.
    """
    found: dict[str, list[Bearer]] = defaultdict(list)
    for some in _chunks(sorted(numbers)):
        rows = ForeignNumber.objects.filter(system=system, kind=kind, number__in=some).values_list(
            "number", "household_id", "household__village_id", "household__village__code", "household__head_name",
            "household__closed_at",
        )  # fmt: skip
        listed = list(rows)
        closed = [household for _, household, _, _, _, closed_at in listed if closed_at is not None]
        never = set(
            HouseholdEvent.objects.filter(
                household__in=closed, kind=HouseholdEvent.Kind.TAKE_BACK
            ).values_list("household_id", flat=True)
            if closed
            else ()
        )
        for number, household, village, code, head, closed_at in listed:
            if household in never or any(one.household == household for one in found[number]):
                continue
            seen = job.scope.covers(Verb.READ_HOUSEHOLDS, code)
            found[number].append(
                Bearer(household, village, job.place_of(code), head if seen else "", closed_at is not None)
            )
    return found


def numbers_of_village(village: int, system: str) -> dict[tuple[UUID, str], set[str]]:
    """(household, kind) → what a system calls it, and its head. One statement."""
    found: dict[tuple[UUID, str], set[str]] = defaultdict(set)
    rows = ForeignNumber.objects.filter(household__village=village, system=system, member=None)
    for household, kind, number in rows.values_list("household_id", "kind", "number"):
        found[household, kind].add(number)
    return found


def members_of_village(village: int, system: str) -> dict[UUID, list[KnownMember]]:
    """Household → its members, those who left too, each with the system's number. Two statements."""
    rows = ForeignNumber.objects.filter(household__village=village, system=system, kind=PERSON)
    numbers = dict(rows.filter(member__isnull=False).values_list("member_id", "number"))
    found: dict[UUID, list[KnownMember]] = defaultdict(list)
    members = Member.objects.filter(household__village=village).order_by("id")
    for id_, household, left_at, source, upload, *values in members.values_list(
        "id", "household_id", "left_at", "source", "upload", "name", "relation", *DETAILS
    ):
        found[household].append(
            KnownMember(
                id_, (source, str(upload or "")), tuple(values), left_at is not None, numbers.get(id_, "")
            )
        )
    return found


def heads_of_village(village: int) -> dict[UUID, KnownMember]:
    """Household → what is known of its head, as of a member without name and relation. One statement."""
    rows = HeadDetails.objects.filter(household__village=village)
    return {
        household: KnownMember(household, (source, str(upload or "")), tuple(values), False, "")
        for household, source, upload, *values in rows.values_list("pk", "source", "upload", *DETAILS)
    }


def _chunks(numbers: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(numbers), _MANY):
        yield numbers[start : start + _MANY]
