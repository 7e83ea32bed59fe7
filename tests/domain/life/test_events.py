"""Closed, reopened, of another class, merged, split: with everything about them, undone without loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from tests.worlds.ledger import Ledgers
from tests.worlds.life import require_whole
from tests.worlds.phone import Phone, item
from tests.worlds.round import NEIGHBOUR, VILLAGE, World

from paicha.domain.accounts.policies import operator_scope
from paicha.domain.cases.models import Case, Measure
from paicha.domain.cases.services import tell
from paicha.domain.households.models import Household, HouseholdEvent
from paicha.domain.life.act import Asked
from paicha.domain.life.closing import CAUSES, close, reopen
from paicha.domain.life.errors import LifeError
from paicha.domain.life.merging import merge
from paicha.domain.life.reclassing import reclass
from paicha.domain.life.splitting import Part, split
from paicha.domain.life.undoing import undo
from paicha.domain.problems.models import Problem
from paicha.domain.responses.models import Conflict, Draft, Finding, Revision
from paicha.domain.responses.services import village_work
from paicha.domain.rounds.models import RosterEntry

OPERATOR = operator_scope("tester")
WHY = Asked(OPERATOR, "核实过")
_ENTRY = ("village_id", "group", "form", "outcome", "revision", "added", "reopened")


def back(world: World, event: HouseholdEvent) -> None:
    undo(world.round, world.pack, event.pk, OPERATOR)


def state_of(world: World) -> dict[str, Any]:
    """What is as it was once a register event is undone: answers in force, findings, whose rows are whose."""
    entries = {}
    for entry in RosterEntry.objects.filter(round=world.round).select_related("household"):
        answers = Revision.objects.get(pk=entry.revision).answers if entry.revision else ""
        kept = {name: getattr(entry, name) for name in _ENTRY if name != "revision"}
        entries[entry.household_id] = kept | {"answers": answers, "facts": entry.facts}
    households = Household.objects.values_list("pk", "village", "group", "household_class", "closed_at")
    return {
        "entries": entries,
        "register": {row[0]: row[1:] for row in households},
        "findings": sorted(
            Finding.objects.exclude(state="lapsed").values_list("household", "rule", "state"), key=str
        ),
        "conflicts": sorted(Conflict.objects.filter(settled_at=None).values_list("pk", flat=True)),
        **{
            table.__name__: sorted(table._default_manager.values_list("pk", "household", "village"), key=str)
            for table in (Case, Measure, Problem)
        },
    }


def end_cases(world: World, *heads: str) -> None:
    homes = [world.household(head).pk for head in heads]
    with village_work(world.round, world.pack, world.areas[VILLAGE], "9") as work:
        Case.objects.filter(household__in=homes).update(state="ended")
        tell(work, homes)


Act = Callable[[World], HouseholdEvent]


def _close(world: World) -> HouseholdEvent:
    return close(world.round, world.pack, world.household("高兰花").pk, "dead", WHY)


def _reclass(head: str, class_: str) -> Act:
    return lambda world: reclass(world.round, world.pack, world.household(head).pk, class_, WHY)


def _merge(head: str, other: str, code: str = VILLAGE) -> Act:
    return lambda world: merge(
        world.round, world.pack, world.household(head).pk, world.household(other, code).pk, WHY
    )


ACTS: dict[str, Act] = {
    "closed": _close,
    "general to lifted": _reclass("高兰花", "lifted"),
    "lifted to general": _reclass("白润喜", "general"),
    "monitored to general": _reclass("郝平", "general"),
    "nobody met": _reclass("贺生花", "lifted"),
    "merged, both answered": _merge("高兰花", "王建国"),
    "merged into one that is due": _merge("高兰花", "贺生花"),
    "merged while due": _merge("贺生花", "王建国"),
    "merged into another form": _merge("高兰花", "白润喜"),
    "merged over the village's border": _merge("乔志强", "王建国", NEIGHBOUR),
}


@pytest.mark.parametrize("name", ACTS)
def test_done_and_undone_it_is_as_it_was(world: World, name: str) -> None:
    end_cases(world, "訾埃生", "高兰花")
    require_whole(world)
    before = state_of(world)
    event = ACTS[name](world)
    require_whole(world)
    assert state_of(world) != before
    back(world, event)
    assert state_of(world) == before
    require_whole(world)


def test_a_closed_household_is_in_no_total_and_comes_back(world: World) -> None:
    home = world.household("高兰花")
    with pytest.raises(LifeError, match="研判"):
        _close(world)
    end_cases(world, "高兰花")
    before = state_of(world)
    event = _close(world)
    assert not RosterEntry.objects.filter(household=home).exists()
    assert not Finding.objects.filter(household=home, state="open").exists()
    again = reopen(world.round, world.pack, home.pk, WHY)
    assert state_of(world) == before
    back(world, again)
    assert not RosterEntry.objects.filter(household=home).exists()
    require_whole(world)
    back(world, event)
    assert state_of(world) == before


def test_answers_of_the_same_name_go_to_the_new_form(world: World) -> None:
    home = world.household("高兰花")
    end_cases(world, "高兰花")
    event = _reclass("高兰花", "lifted")(world)
    entry = RosterEntry.objects.get(household=home)
    assert (entry.form, entry.outcome) == ("lifted", None)
    assert (event.state["status"] == "refused" and "就业" in "".join(event.state["open"])) or event.state[
        "open"
    ]
    draft = Draft.objects.get(household=home)
    assert (draft.form, draft.answers["housing"], draft.answers["income_band"]) == ("lifted", "2", "1")
    assert Ledgers(world).answer("高兰花", income_band=2) == "stored"
    back(world, event)
    entry.refresh_from_db()
    answers = orjson.loads(Revision.objects.get(pk=entry.revision).answers)
    assert (entry.form, answers["income_band"], answers["civil_aid"]) == ("general", 2, [5])
    require_whole(world)


def test_what_a_phone_says_on_the_form_of_before_goes_to_the_new_one(world: World) -> None:
    phone, sent = Phone(world.users["cadre"]), item(world, "王建国", base=1, population=7, insured_resident=7)
    reclass(world.round, world.pack, world.household("王建国").pk, "lifted", WHY)
    assert Ledgers(world).answer("王建国") == "stored"
    (receipt,) = phone.send(sent)
    assert receipt.status in ("stored", "merged")
    assert "M42" in [m["code"] for m in receipt.messages]
    entry = RosterEntry.objects.get(household=world.household("王建国"))
    answers = orjson.loads(Revision.objects.get(pk=entry.revision).answers)
    assert (entry.form, answers["population"]) == ("lifted", 7)
    require_whole(world)


def test_what_differs_of_two_merged_is_asked(world: World) -> None:
    end_cases(world, "高兰花")
    _merge("高兰花", "王建国")(world)
    conflict = Conflict.objects.get(household=world.household("王建国"))
    assert "income_band" in conflict.fields and "head_name" not in conflict.fields


def test_a_phone_s_item_of_a_merged_household_is_the_survivor_s(world: World) -> None:
    home, other = world.household("乔志强"), world.household("王建国")
    phone = Phone(world.users["cadre"])
    sent = item(world, "乔志强", base=1, residence=1, housing=3, water=1)  # water alone was changed
    merge(world.round, world.pack, home.pk, other.pk, WHY)
    (receipt,) = phone.send(sent)
    assert (receipt.status, receipt.household) == ("merged", other.pk)
    entry = RosterEntry.objects.get(household=other)
    answers = orjson.loads(Revision.objects.get(pk=entry.revision).answers)
    assert (answers["water"], answers["housing"]) == (1, 2)
    require_whole(world)


def test_a_phone_s_items_follow_a_household_that_is_merged_anew(world: World) -> None:
    """An item taken in by the survivor ties nothing for good: undone and merged elsewhere, the next goes there."""
    home, other, third = (world.household(head) for head in ("乔志强", "王建国", "贺生花"))
    phone = Phone(world.users["cadre"])
    items = [item(world, "乔志强", base=1, residence=1, housing=3, water=1 + n) for n in range(3)]
    event = merge(world.round, world.pack, home.pk, other.pk, WHY)
    assert phone.send(items[0])[0].household == other.pk
    undo(world.round, world.pack, event.pk, WHY.scope)
    merge(world.round, world.pack, home.pk, third.pk, WHY)
    assert phone.send(items[1])[0].household == third.pk
    merge(world.round, world.pack, third.pk, other.pk, WHY)
    assert phone.send(items[2])[0].household == other.pk
    require_whole(world)


def test_an_item_of_a_household_that_is_closed_is_nobody_elses(world: World) -> None:
    """Merged, parted again, closed: what a phone still sends does not go to who had it for a while."""
    home, other = world.household("乔志强"), world.household("王建国")
    phone = Phone(world.users["cadre"])
    items = [item(world, "乔志强", base=1, residence=1, housing=3, water=1 + n) for n in range(2)]
    event = merge(world.round, world.pack, home.pk, other.pk, WHY)
    assert phone.send(items[0])[0].household == other.pk
    undo(world.round, world.pack, event.pk, WHY.scope)
    close(world.round, world.pack, home.pk, next(iter(CAUSES)), WHY)
    assert phone.send(items[1])[0].household != other.pk
    require_whole(world)


def test_a_part_goes_and_comes_back(world: World) -> None:
    home = world.household("訾埃生")
    problem = Problem.objects.get(household=home)
    before = state_of(world)
    part = Part("訾小生", "2", "13912340000", 2, along={"problems.problem": [problem.pk]})
    event = split(world.round, world.pack, home.pk, part, WHY)
    problem.refresh_from_db()
    assert (problem.household_id, event.household.head_name) == (event.household_id, "訾小生")
    assert RosterEntry.objects.get(household=event.household).added
    require_whole(world)
    back(world, event)
    after = state_of(world)
    assert {k: v for k, v in after.items() if k != "register"} == {
        k: v for k, v in before.items() if k != "register"
    }
    require_whole(world)
