"""Phones and a household's life: what waits of theirs goes along and comes back, what they take along finds it."""

from __future__ import annotations

from typing import Any

from tests.worlds.life import require_whole
from tests.worlds.phone import Phone, item
from tests.worlds.round import NEIGHBOUR, VILLAGE, World

from paicha.domain import clock
from paicha.domain.accounts.policies import operator_scope
from paicha.domain.handover.round_opening import open_round
from paicha.domain.households.models import Household, Member
from paicha.domain.households.people import Typed, add_member
from paicha.domain.households.services import new_id
from paicha.domain.life.act import Asked
from paicha.domain.life.merging import merge
from paicha.domain.life.moving import move
from paicha.domain.life.undoing import undo
from paicha.domain.problems.models import Problem
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.services import village_work
from paicha.domain.sync.models import RaisedItem, SyncItem
from paicha.domain.sync.raised_items import dismiss, take_in
from paicha.domain.sync.snapshots import FIELDS, village, workplaces
from paicha.domain.sync.waiting import raised_waiting, refused_items

WHY = Asked(operator_scope("tester"), "搬家")


def raised(kind: str, **fields: Any) -> dict[str, Any]:
    return {"id": str(new_id()), "kind": kind, **fields}


def problem(text: str) -> dict[str, Any]:
    return raised("problem", type=1, text=text, measure="修")


def waits_at(world: World, code: str) -> tuple[int, int, int, int]:
    """What waits in a village by its tables, and by its summary row: raised, refused, raised, refused."""
    area = world.areas[code]
    fact = VillageSummary.objects.get(round=world.round, code=code).fact
    rows = raised_waiting(world.round, area.pk).count(), refused_items(world.round, area.pk).count()
    return (*rows, fact.field_raised, fact.field_refused)


def bring_what_waits(world: World, head: str) -> None:
    """A raised change that is refused, and answers that are."""
    wrong = raised("change", field="头发颜色", old="黑", new="白")
    sent = item(world, head, base=1, population=99, insured_resident=99, raised=[wrong])
    assert Phone(world.users["cadre"]).send(sent)[0].status == "refused"


def test_what_waits_moves_and_comes_back(world: World) -> None:
    bring_what_waits(world, "王建国")
    home = world.household("王建国")
    before = waits_at(world, VILLAGE), waits_at(world, NEIGHBOUR)
    assert before == ((1, 1, 1, 1), (0, 0, 0, 0))
    event = move(world.round, world.pack, home.pk, world.areas[NEIGHBOUR], "3", WHY)
    assert (waits_at(world, VILLAGE), waits_at(world, NEIGHBOUR)) == before[::-1]
    require_whole(world)
    undo(world.round, world.pack, event.pk, WHY.scope)
    assert (waits_at(world, VILLAGE), waits_at(world, NEIGHBOUR)) == before
    require_whole(world)


def test_what_waits_is_the_survivors_and_comes_back(world: World) -> None:
    bring_what_waits(world, "王建国")
    home, other = world.household("王建国"), world.household("贺生花")
    add_member(home, Typed({"name": "王小明", "relation": "子"}), source="desk:9")
    event = merge(world.round, world.pack, home.pk, other.pk, WHY)
    assert set(RaisedItem.objects.values_list("household", flat=True)) == {other.pk}
    assert set(SyncItem.objects.values_list("household", flat=True)) == {other.pk}
    assert Member.objects.get(name="王小明").household == other
    undo(world.round, world.pack, event.pk, WHY.scope)
    assert set(RaisedItem.objects.values_list("household", flat=True)) == {home.pk}
    assert set(SyncItem.objects.values_list("household", flat=True)) == {home.pk}
    assert Member.objects.get(name="王小明").household == home
    assert waits_at(world, VILLAGE) == (1, 1, 1, 1)


def test_it_is_taken_in_or_dismissed_where_the_household_is_now(world: World) -> None:
    phone, home = Phone(world.users["cadre"]), world.household("王建国")
    late = [item(world, "王建国", raised=[problem(text)]) for text in ("屋顶漏", "水管冻")]
    late = [one | {"answers": None} for one in late]
    move(world.round, world.pack, home.pk, world.areas[NEIGHBOUR], "3", WHY)
    assert [r.status for r in phone.send(*late)] == ["stored", "stored"]
    rows = list(raised_waiting(world.round, world.areas[NEIGHBOUR].pk))
    assert [row.household for row in rows] == [home.pk, home.pk]
    assert waits_at(world, VILLAGE)[0] == 0
    with village_work(world.round, world.pack, world.areas[NEIGHBOUR], "9") as work:
        take_in(work, rows[0], "field:1")
        dismiss(work, rows[1], "说过了")
    found = Problem.objects.get(text="屋顶漏")
    assert (found.household, found.village.code) == (Household.objects.get(pk=home.pk), NEIGHBOUR)
    assert waits_at(world, NEIGHBOUR) == (0, 0, 0, 0)
    require_whole(world)


def test_last_rounds_answers_are_taken_along_wherever_it_stood_then(world: World) -> None:
    home = world.household("王建国")
    with clock.frozen(clock.today().replace(month=9)):
        world.round = open_round(world.round.pack, world.pack, clock.today(), "operator:tester")
        move(world.round, world.pack, home.pk, world.areas[NEIGHBOUR], "3", WHY)
        sender = Phone(world.users["town"]).sender()
        place = next(one for one in workplaces(sender, world.round) if one.area.code == NEIGHBOUR)
        taken = village(sender, place, None)
    row = next(row for row in taken["rows"] if row[0] == str(home.pk))
    before = dict(zip(taken["questions"], row[FIELDS.index("before")], strict=False))
    assert (before["population"], before["housing"]) == (4, 2)
