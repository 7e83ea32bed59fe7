"""Part of a household becomes a household of its own: due, with what was chosen to go along.

What holds: the old household keeps its number and its answers, and its people are fewer by those who left; the new one
is marked as found in this round. Undone, it is merged back, so that what was answered there since is compared and
nothing is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from paicha.core.normalise import group as group_text
from paicha.core.normalise import head_name, name_key
from paicha.core.pack import Pack
from paicha.domain.areas.services import add_groups
from paicha.domain.households.events import Destination, Ids, Kind, record
from paicha.domain.households.models import Household, HouseholdEvent, Member
from paicha.domain.households.services import NewHousehold, add_households, add_people
from paicha.domain.life.act import Act, Asked, open_act
from paicha.domain.life.errors import LifeError
from paicha.domain.life.merging import absorb
from paicha.domain.life.rows import carry_all
from paicha.domain.rounds.models import Round
from paicha.domain.rounds.services import NewEntry, add_entries


@dataclass(frozen=True, slots=True)
class Part:
    """What the new household is. `along`: rows of the old one that go with it, by table."""

    head: str
    group: str = ""
    phone: str = ""
    population: int | None = None
    household_class: str = ""  # '' is the old household's
    along: Ids | None = None


def split(round_: Round, pack: Pack, household: UUID, part: Part, asked: Asked) -> HouseholdEvent:
    """Split a household; the event's household is the new one, its `other` the old. Raises LifeError."""
    with open_act(round_, pack, [household], asked) as act:
        home = act.homes[household]
        home.require_open()
        assert home.place is not None
        name = head_name(part.head, pack.silences)
        class_ = part.household_class or home.household.household_class
        form = next((one.form for one in pack.classes if one.name == class_), None)
        if not name or name == home.household.head_name:
            raise LifeError("N19")
        if form is None:
            raise LifeError("N15")
        if home.work.locked:
            raise LifeError("N03", village=home.work.village.spoken)
        group = (group_text(part.group) or "") if part.group.strip() else home.household.group
        village = home.work.village
        new = NewHousehold(group, name, part.phone, part.population, class_)
        ((made, number),) = add_households(village, [new])
        if group:
            add_groups(village, {group})
        add_entries(round_, village, [NewEntry(made, form, group, None, None, 0)])
        leaving = _leaving(household, part)
        rows = carry_all(home.work, household, Destination(made, village.pk), part.along or {})
        fewer = -add_people(home.household, -leaving)
        event = record(
            Household.objects.get(pk=made), Kind.SPLIT, actor=act.actor, reason=asked.reason.strip(), at=act.at,
            old=home.household.head_name, new=name, other=household,
            state={"rows": rows, "number": number, "fewer": fewer},
        )  # fmt: skip
        act.note(event)
        act.tell([household, made], rows)
    return event


def _leaving(household: UUID, part: Part) -> int:
    """How many people leave: the members who go along and the new head; as typed where no member is known."""
    members = dict(Member.objects.filter(household=household, left_at=None).values_list("pk", "name"))
    if not members:
        return part.population or 1
    chosen = {str(id_) for id_ in (part.along or {}).get("households.member", ())}
    names = {name_key(name) for id_, name in members.items() if str(id_) in chosen}
    return len(names | {name_key(part.head)})


def undo_split(act: Act, event: HouseholdEvent) -> None:
    """The new household is merged back into the old one, whose people are as many more as it had fewer."""
    assert event.other_id is not None
    home = act.homes[event.other_id]
    merged = absorb(act, act.homes[event.household_id], home, "撤销分户")
    merged.state["more"] = add_people(home.household, event.state.get("fewer", 0))
    merged.save(update_fields=["state"])
