"""Members and other systems' numbers of one household, as people add, correct and end them on its page.

What holds: an identity number is refused, wherever it is typed; each act is audited and counts up the register's
version; a member who leaves stays on record, a number that was noted by mistake goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from paicha.core.identity import holds_identity
from paicha.core.normalise import head_name, name_key
from paicha.core.refusal import Refusal, text_field
from paicha.domain import clock
from paicha.domain.audit.services import Entry, append, village_chain
from paicha.domain.households.members import DETAILS, HOUSEHOLD, PERSON
from paicha.domain.households.models import ForeignNumber, HeadDetails, Household, Member
from paicha.domain.households.services import count_change, new_id

LABELS = {
    "name": "姓名", "relation": "与户主关系", "health": "健康状况", "labour": "劳动技能", "work": "务工情况",
    "school": "在校生状况", "system": "系统", "number": "编号",
}  # fmt: skip


class PeopleError(Refusal):
    """What can't be noted of a household's people as given."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed about a member, by its name in the model."""

    values: Mapping[str, str]

    def details(self) -> dict[str, str]:
        """What of it is known of a head, too, as it is stored. Raises PeopleError, Refusal."""
        return {name: _check_text(name, self.values.get(name, "")) for name in DETAILS}

    def clean(self) -> dict[str, str]:
        """The values as they are stored. Raises PeopleError, Refusal."""
        found = {name: _check_text(name, self.values.get(name, "")) for name in ("name", "relation")}
        found |= self.details()
        found["name"] = head_name(found["name"]) or ""
        if not found["name"]:
            raise Refusal("G10", field="name", label=LABELS["name"])
        return found


def _check_text(name: str, value: str) -> str:
    if holds_identity(value):
        raise PeopleError("G14", field=name, label=LABELS[name])
    return text_field(LABELS[name], value, 20 if name == "relation" else 40, field=name)


def lock_people(household: Household) -> None:
    """Hold a household's members until the end of the transaction: the desk and a phone may write at one moment."""
    Household.objects.select_for_update().get(pk=household.pk)


@transaction.atomic
def add_member(household: Household, typed: Typed, *, source: str, id_: UUID | None = None) -> Member:
    """Add somebody to a household; `source`: door and person; `id_`: made by a phone. Raises PeopleError, Refusal."""
    values = typed.clean()
    lock_people(household)
    _refuse_double(household, values["name"], None)
    made = Member.objects.create(
        id=id_ or new_id(), household=household, source=source, at=clock.now(), **values
    )
    _note(household, source, "member.add")
    return made


@transaction.atomic
def change_member(member: Member, typed: Typed, *, source: str) -> None:
    """Correct what is known of a member. Raises PeopleError, Refusal."""
    values = typed.clean()
    lock_people(member.household)
    _refuse_double(member.household, values["name"], member)
    for name, value in values.items():
        setattr(member, name, value)
    member.source, member.upload, member.at = source, None, clock.now()
    member.save()
    _note(member.household, source, "member.change")


@transaction.atomic
def describe_head(household: Household, typed: Typed, *, source: str) -> None:
    """Correct what is known of the head; their name changes by its own event. Raises PeopleError, Refusal."""
    values = typed.details()
    lock_people(household)
    said = {"source": source, "upload": None, "at": clock.now()}
    HeadDetails.objects.update_or_create(household=household, defaults=values | said)
    _note(household, source, "head.describe")


@transaction.atomic
def end_member(member: Member, *, source: str) -> None:
    """Somebody has left the household: married out, moved, died. They stay on record."""
    member.left_at = clock.now()
    member.save(update_fields=["left_at"])
    _note(member.household, source, "member.end")


@transaction.atomic
def bring_back(member: Member, *, source: str) -> None:
    """Somebody who was noted as gone is in the household after all. Raises PeopleError."""
    lock_people(member.household)
    _refuse_double(member.household, member.name, member)
    member.left_at = None
    member.save(update_fields=["left_at"])
    _note(member.household, source, "member.return")


@transaction.atomic
def add_number(
    household: Household, member: Member | None, *, system: str, number: str, source: str
) -> ForeignNumber:
    """Note what another system calls the household, or a member of it. Raises PeopleError, Refusal."""
    values = {"system": _check_text("system", system), "number": _check_text("number", number)}
    for name, value in values.items():
        if not value:
            raise Refusal("G10", field=name, label=LABELS[name])
    kind = HOUSEHOLD if member is None else PERSON
    if ForeignNumber.objects.filter(household=household, member=member, kind=kind, **values).exists():
        raise PeopleError("M36", **values)
    made = ForeignNumber.objects.create(
        household=household, member=member, kind=kind, source=source, at=clock.now(),
        system=text_field(LABELS["system"], values["system"], 30, field="system"), number=values["number"],
    )  # fmt: skip
    _note(household, source, "foreign_number.add")
    return made


@transaction.atomic
def remove_number(number: ForeignNumber, *, source: str) -> None:
    """A number that was noted by mistake goes."""
    household = number.household
    number.delete()
    _note(household, source, "foreign_number.remove")


def _refuse_double(household: Household, name: str, member: Member | None) -> None:
    others = Member.objects.filter(household=household, left_at=None)
    if member is not None:
        others = others.exclude(pk=member.pk)
    listed = [household.head_name, *others.values_list("name", flat=True)]
    if name_key(name) in map(name_key, listed):
        raise PeopleError("M35", field="name", name=name)


def _note(household: Household, source: str, act: str) -> None:
    actor = source.partition(":")[2].partition("@")[0]  # a phone's source names the phone, too
    append([Entry(village_chain(household.village_id), actor, act, str(household.pk))])
    count_change([household.village_id])
