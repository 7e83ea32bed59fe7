"""Writing the register: adding households, closing and correcting them by logged events.

What holds: a household's number is made here, from the village's permanent id and a running number, under
the village's lock that the caller holds, so that villages never wait for each other; whatever changes who is in the
register, or what is known of a household or its people, counts up its village's version (`count_change`).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import uuid_utils
from django.db import connection, transaction
from django.db.models import Max

from paicha.core.refusal import Refusal
from paicha.domain import bulk, clock
from paicha.domain.areas.models import Area
from paicha.domain.audit.services import Entry, append, village_chain
from paicha.domain.households.members import DETAILS
from paicha.domain.households.models import (
    BaseChange,
    HeadDetails,
    Household,
    HouseholdEvent,
    Member,
    Register,
    RegisterVersion,
)

_PER_VILLAGE = 100_000


@dataclass(slots=True)
class NewHousehold:
    """What a household is added with; `group` canonical or ''."""

    group: str
    head_name: str
    phone: str
    population: int | None
    household_class: str
    id: UUID | None = None  # made by the device that found it


def new_id() -> UUID:
    """A UUIDv7: in order of time, so that indexes grow at their end."""
    return UUID(int=uuid_utils.uuid7().int)


def register_tag() -> str:
    """This register's own four hex digits, drawn once: they set its numbers apart from another's."""
    register, _ = Register.objects.get_or_create(pk=1, defaults={"tag": secrets.token_hex(2).upper()})
    return register.tag


def count_change(villages: Iterable[int]) -> None:
    """Note in the caller's transaction that the register of these villages (ids) changed.

    One statement a village, for an import says it of every sheet.
    """
    table = RegisterVersion._meta.db_table
    said = (
        f"INSERT INTO {table} (village_id, version) VALUES (%s, 1) "
        f"ON CONFLICT (village_id) DO UPDATE SET version = {table}.version + 1"
    )
    with connection.cursor() as cursor:
        for village in sorted(set(villages)):
            cursor.execute(said, [village])


def add_households(village: Area, households: Sequence[NewHousehold]) -> list[tuple[UUID, int]]:
    """Add households to a village; returns (id, number) in the same order."""
    if not households:
        return []
    base = village.pk * _PER_VILLAGE
    last = Household.objects.filter(number__gte=base, number__lt=base + _PER_VILLAGE).aggregate(
        m=Max("number")
    )["m"]
    first = (last or base) + 1
    at = clock.now()
    made = [(h.id or new_id(), first + index) for index, h in enumerate(households)]
    bulk.insert(
        Household,
        (
            "id",
            "village",
            "number",
            "group",
            "head_name",
            "phone",
            "population",
            "household_class",
            "created_at",
        ),
        [
            (id_, village.pk, number, h.group, h.head_name, h.phone, h.population, h.household_class, at)
            for (id_, number), h in zip(made, households, strict=True)
        ],
    )
    count_change([village.pk])
    return made


def update_known(village: Area, changes: Sequence[tuple[str, int | None, str, UUID]]) -> None:
    """What was last known: (phone, population, group, household id) of those of a village that changed."""
    if changes:
        bulk.update(Household, ("phone", "population", "group"), list(changes))
        count_change([village.pk])


def add_people(household: Household, n: int) -> int:
    """Let a household that the caller holds have `n` people more (fewer below 0), one at least; returns how many more.

    0 where the register doesn't know how many there are.
    """
    if household.population is None or not n:
        return 0
    before, household.population = household.population, max(household.population + n, 1)
    household.save(update_fields=["population"])
    return household.population - before


@transaction.atomic
def change_head(household: Household, new: str, *, actor: str, reason: str) -> None:
    """Record another head; the key stays, so that Excel rows under the new name are accepted.

    What is known of the new head is what was known of the member of that name; of anybody else, nothing.
    """
    known = Member.objects.filter(household=household, name=new, left_at=None).first()
    HeadDetails.objects.filter(household=household).delete()
    if known is not None:
        kept = {name: getattr(known, name) for name in (*DETAILS, "source", "upload", "at")}
        HeadDetails.objects.create(household=household, **kept)
    _event(household, HouseholdEvent.Kind.HEAD, household.head_name, new, actor=actor, reason=reason)
    household.head_name = new
    household.save(update_fields=["head_name"])
    count_change([household.village_id])


@transaction.atomic
def correct_class(household: Household, new: str, *, actor: str, reason: str) -> None:
    """Correct a wrong class (forms, Traps); the round's form stays, the next round reads the new class."""
    _event(household, HouseholdEvent.Kind.CLASS, household.household_class, new, actor=actor, reason=reason)
    household.household_class = new
    household.save(update_fields=["household_class"])


@transaction.atomic
def close(household: Household, *, actor: str, reason: str) -> None:
    """Close a household that is no more; it stays on record."""
    _event(household, HouseholdEvent.Kind.CLOSE, "", "", actor=actor, reason=reason)
    household.closed_at = clock.now()
    household.save(update_fields=["closed_at"])
    count_change([household.village_id])


def take_households_back(
    village: Area, households: Sequence[UUID], *, actor: str, reason: str, at: datetime
) -> None:
    """Let households of a village go that an upload made; the caller holds its lock and writes the audit."""
    bulk.update(Household, ("closed_at",), [(at, household) for household in households])
    HouseholdEvent.objects.bulk_create(
        HouseholdEvent(
            household_id=id_, kind=HouseholdEvent.Kind.TAKE_BACK, reason=reason, actor=actor, at=at
        )
        for id_ in households
    )
    count_change([village.pk])


def _event(
    household: Household, kind: HouseholdEvent.Kind, old: str, new: str, *, actor: str, reason: str
) -> None:
    HouseholdEvent.objects.create(
        household=household, kind=kind, old=old, new=new, actor=actor, reason=reason, at=clock.now()
    )
    chain = village_chain(household.village_id)
    append([Entry(chain, actor, f"household.{kind.value}", str(household.pk))])


@transaction.atomic
def note_change(
    village: Area,
    household: Household | None,
    *,
    field: str,
    old: str,
    new: str,
    actor: str,
    person: str = "",
) -> BaseChange:
    """Note a change of base information, of a `person` where one is named, for entry into the national system.

    Raises Refusal.
    """
    if field not in BaseChange.FIELDS or not new.strip():
        raise Refusal("C17")
    change = BaseChange.objects.create(
        village=village, household=household, person=person, field=field, old=old.strip(), new=new.strip(),
        noted_on=clock.today(), noted_by=actor,
    )  # fmt: skip
    append([Entry(village_chain(village.pk), actor, "change.note", f"change:{change.pk}")])
    return change


def mark_entered(changes: Sequence[BaseChange], *, actor: str) -> None:
    """Tick changes as entered into the national system today. The caller holds them and writes the audit."""
    for change in changes:
        change.entered_on, change.entered_by = clock.today(), actor
    BaseChange.objects.bulk_update(changes, ["entered_on", "entered_by"])


def unmark_entered(change: BaseChange) -> None:
    """Take a tick back. The caller holds the change, has asked who ticked it, and writes the audit."""
    change.entered_on, change.entered_by = None, ""
    change.save(update_fields=["entered_on", "entered_by"])
