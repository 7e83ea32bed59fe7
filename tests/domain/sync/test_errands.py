"""Visits and re-interviews as phones bring them: what is taken along, what is sent → what is stored, once, blind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
from tests.worlds.errands import FORM5, interview_item, leader, look, planned, shared_out, visit_item
from tests.worlds.phone import Phone
from tests.worlds.round import NEIGHBOUR, TODAY, VILLAGE, World

from paicha.domain import clock
from paicha.domain.accounts.models import Assignment
from paicha.domain.accounts.policies import scope
from paicha.domain.audit.models import AuditEntry
from paicha.domain.audit.queries import verify
from paicha.domain.reports.documents import village_forms
from paicha.domain.responses.models import Finding, VillageSummary
from paicha.domain.responses.services import village_work
from paicha.domain.sync.batches import Batch, take_batch
from paicha.domain.sync.devices import revoke
from paicha.domain.sync.errands import errands
from paicha.domain.sync.handover_file import take_file
from paicha.domain.sync.models import SyncItem
from paicha.domain.sync.receipts import ItemReceipt
from paicha.domain.sync.snapshots import assignment
from paicha.domain.sync.waiting import errands_waiting, refused_items
from paicha.domain.verification.checkers import end_checker
from paicha.domain.verification.models import Interview, SampleHousehold, Visit, VisitHousehold
from paicha.domain.verification.visits import Result, drop, finish
from paicha.domain.verification.visits import look as look_at_desk

NOTE = "住的不是这个房子"


@pytest.fixture
def visit(world: World) -> Visit:
    return planned(world, leader(world))


@pytest.fixture
def phone(world: World, visit: Visit) -> Phone:
    return Phone(world.users["leader"])


@pytest.fixture
def sampled(world: World) -> SampleHousehold:
    return shared_out(world)


@pytest.fixture
def checker(world: World, sampled: SampleHousehold) -> Phone:
    return Phone(world.users["visitor"])


def rows(visit: Visit) -> list[VisitHousehold]:
    return list(visit.households.order_by("pk"))


def outcome(receipts: list[ItemReceipt]) -> list[tuple[str, list[str]]]:
    """Status and codes of each receipt."""
    return [(r.status.value, [m["code"] for m in r.messages]) for r in receipts]


def form5(world: World) -> Any:
    assert world.pack.verification is not None
    return village_forms(world.round, world.pack, world.areas[VILLAGE].pk).get(
        world.pack.verification.name, {}
    )


def desk(world: World) -> Any:
    return village_work(world.round, world.pack, world.areas[VILLAGE], str(world.users["town"].pk))


# --- taken along ---


def test_a_leader_takes_the_own_visits_along(world: World, visit: Visit, phone: Phone) -> None:
    planned(world, leader(world, "other"), NEIGHBOUR)
    found = errands(phone.sender(), None)
    (row,) = found["rows"]
    assert (row["kind"], row["subject"], row["place"], row["due"]) == (
        "visit", visit.pk, world.areas[VILLAGE].spoken, visit.planned_on,
    )  # fmt: skip
    assert [one["row"] for one in row["households"]] == [one.pk for one in rows(visit)]
    assert {one["phone"] for one in row["households"]} == {""}, "a leader sees no number whole"
    assert set(found["visit_form"]["points"]) == {name for name in FORM5 if name.startswith("v_")}
    logged = AuditEntry.objects.filter(action="read:field").values_list("subject", "count")
    assert list(logged) == [(f"visit:{visit.pk}", len(rows(visit)))]
    assert errands(phone.sender(), {row["id"]: row["digest"]})["rows"] == []
    assert AuditEntry.objects.filter(action="read:field").count() == 1, "what is not sent is not read"


def test_a_visit_that_is_over_leaves_the_phone(world: World, visit: Visit, phone: Phone) -> None:
    have = {row["id"]: row["digest"] for row in errands(phone.sender(), None)["rows"]}
    with desk(world) as work:
        drop(work, visit, "不去了")
    assert errands(phone.sender(), have)["gone"] == [f"visit-{visit.pk}"]


def test_who_lost_the_village_takes_nothing_along(world: World, phone: Phone) -> None:
    Assignment.objects.filter(user=phone.user).update(until=TODAY - timedelta(days=1))
    assert errands(phone.sender(), None)["rows"] == []


def test_a_checker_takes_the_own_households_along_and_nothing_that_the_village_wrote(
    world: World, sampled: SampleHousehold, checker: Phone
) -> None:
    found = errands(checker.sender(), None)
    (row,) = found["rows"]
    assert set(row) == {
        "id", "digest", "kind", "subject", "village", "place", "town", "due", "head", "group", "number",
        "household_form",
    }  # fmt: skip
    assert (row["head"], row["household_form"]) == ("王建国", "general")
    assert "enrol" in found["asked"]["general"]
    assert assignment(checker.sender())["villages"] == []
    text = orjson.dumps(found, default=str).decode()
    assert sampled.household.phone not in text
    logged = AuditEntry.objects.filter(action="read:field").values_list("subject", "count")
    assert list(logged) == [(f"sampled:{sampled.pk}", 1)]


@pytest.mark.parametrize("who", ["cadre", "grid", "town", "city", "liaison", "auditor", "nobody"])
def test_nobody_else_takes_them_along(world: World, visit: Visit, sampled: SampleHousehold, who: str) -> None:
    assert errands(Phone(world.users[who]).sender(), None)["rows"] == []


# --- visits ---

# found, note → status, codes, what stands then
LOOKS: list[tuple[str, str, str, list[str], tuple[str, str]]] = [
    ("agrees", "", "stored", [], ("agrees", "")),
    ("away", "去了县城", "stored", [], ("away", "去了县城")),
    ("differs", NOTE, "stored", [], ("differs", NOTE)),
    ("differs", "", "refused", ["Y49"], ("", "")),
    ("odd", "", "refused", ["Y48"], ("", "")),
    ("", "", "unchanged", [], ("", "")),
]


@pytest.mark.parametrize(("found", "note", "status", "codes", "stands"), LOOKS)
def test_what_was_seen_goes_in_while_the_visit_goes_on(
    world: World,
    visit: Visit,
    phone: Phone,
    found: str,
    note: str,
    status: str,
    codes: list[str],
    stands: Any,
) -> None:
    row = rows(visit)[0]
    sent = visit_item(visit, [look(row, found, note)], form={}, completed=False)
    assert outcome(phone.send(sent)) == [(status, codes)]
    row.refresh_from_db()
    visit.refresh_from_db()
    assert ((row.found, row.note), visit.state) == (stands, "planned")
    leads = Finding.objects.filter(household=row.household_id, rule__startswith="X").count()
    assert outcome(phone.send(sent)) == [(status, codes)], "again the same receipt"
    assert SyncItem.objects.count() == 1
    assert Finding.objects.filter(household=row.household_id, rule__startswith="X").count() == leads
    assert verify() == []


def test_form_5_ends_the_visit_as_on_the_desk(world: World, visit: Visit, phone: Phone) -> None:
    row = rows(visit)[0]
    sent = phone.sealed(visit_item(visit, [look(row, "agrees")]))
    assert outcome(phone.send(sent)) == outcome(phone.send(sent)) == [("stored", [])]
    visit.refresh_from_db()
    row.refresh_from_db()
    assert (visit.state, visit.done_by, row.by) == ("done", str(phone.user.pk), str(phone.user.pk))
    assert form5(world)["v_arranged"] == 1
    facts = VillageSummary.objects.get(round=world.round, code=VILLAGE).facts
    assert (facts["visits_planned"], facts["visits_done"]) == (0, 1)
    kept = SyncItem.objects.get()
    assert (kept.kind, kept.errand, kept.raw, kept.sealed) == ("visit", visit.pk, None, True)
    assert errands(phone.sender(), None)["rows"] == []


def test_what_the_desk_wrote_meanwhile_stays_and_is_listed_with_who_and_when(
    world: World, visit: Visit, phone: Phone
) -> None:
    first, second = rows(visit)[:2]
    with desk(world) as work:
        look_at_desk(work, visit, Result({}, {first.household_id: ("agrees", "")}))
    looks = [look(first, "differs", NOTE), look(second, "agrees")]
    (receipt,) = phone.send(visit_item(visit, looks))
    assert outcome([receipt]) == [("conflict", ["D42"])]
    assert "town的姓名3月15日" in receipt.messages[0]["message"]
    for row, found in ((first, "agrees"), (second, "agrees")):
        row.refresh_from_db()
        assert row.found == found
    visit.refresh_from_db()
    assert visit.state == "done", "the rest of it is in"
    (waiting,) = errands_waiting("visit", [visit.pk])
    assert waiting.raw is not None and waiting.raw["looks"][0]["note"] == NOTE
    assert list(refused_items(world.round, world.areas[VILLAGE].pk)) == []


def test_form_5_of_two_is_merged_point_by_point(world: World, visit: Visit, phone: Phone) -> None:
    with desk(world) as work:
        finish(
            work,
            visit,
            Result(dict(FORM5) | {"v_survey": 2, "conclusion_problems": "漏了两户", "verified_on": TODAY}),
        )
    (receipt,) = phone.send(visit_item(visit))
    assert [(m["code"], m["question"]) for m in receipt.messages] == [("D42", "v_survey")]
    assert form5(world)["v_survey"] == 2
    was = {name: FORM5[name] for name in FORM5} | {"v_survey": 2}
    assert outcome(phone.send(visit_item(visit, form=FORM5, was=was))) == [("stored", [])]
    assert form5(world)["v_survey"] == 1, "who saw it may correct it"
    assert outcome(phone.send(visit_item(visit, form=FORM5, was=was))) == [("unchanged", [])]


def test_whose_visit_it_is(world: World, visit: Visit, phone: Phone) -> None:
    row = rows(visit)[0]

    def sent() -> dict[str, Any]:
        return visit_item(visit, [look(row, "agrees")], form={}, completed=False)

    for who in ("cadre", "grid", "liaison", "city", "elsewhere"):
        assert outcome(Phone(world.users[who]).send(sent())) == [("refused", ["D44"])], who
    assert outcome(Phone(leader(world, "other")).send(sent())) == [("refused", ["D44"])]
    assert outcome(phone.send(sent() | {"visit": 10**9})) == [("refused", ["D43"])]
    row.refresh_from_db()
    assert row.found == ""
    Assignment.objects.filter(user=phone.user).update(until=TODAY - timedelta(days=1))
    assert outcome(phone.send(sent())) == [("stored", [])], "who was sent there brings home what was seen"
    assert outcome(Phone(world.users["town"]).send(sent())) == [("unchanged", [])]


def test_what_can_not_go_in_is_kept(world: World, visit: Visit, phone: Phone) -> None:
    locked = Phone(phone.user, kind="upload")
    revoke(locked.sender().device, "丢了", "operator:tester")  # type: ignore[arg-type]
    item = locked.sealed(visit_item(visit))
    assert outcome(locked.send(item)) == [("held", ["D45"])]
    with desk(world) as work:
        drop(work, visit, "不去了")
    assert outcome(phone.send(visit_item(visit))) == [("refused", ["D46"])]
    assert [one.raw["form"]["v_data"] for one in errands_waiting("visit", [visit.pk]) if one.raw] == [1, 1]
    assert form5(world) == {}


def test_one_bad_errand_spoils_no_other(world: World, visit: Visit, phone: Phone) -> None:
    row = rows(visit)[0]
    bad: list[dict[str, Any]] = [
        {"kind": "odd"}, {"kind": ["visit"]}, {"looks": [{"row": "x"}]},
        {"looks": [look(row, "agrees") | {"row": 10**9}]},
        {"form": {"nothing": 1}}, {"form": {"v_data": "是"}}, {"visit": None},
    ]  # fmt: skip
    items = [visit_item(visit, completed=False) | one for one in bad] + [visit_item(visit)]
    found = outcome(phone.send(*items))
    assert [status for status, _ in found] == ["refused"] * len(bad) + ["stored"]
    assert len({str(r.item) for r in phone.send(*items)}) == len(items)


# --- re-interviews ---


def test_a_re_interview_is_taken_once_by_the_desks_own_service(
    world: World, sampled: SampleHousehold, checker: Phone
) -> None:
    item = checker.sealed(interview_item(world, sampled, income_band=1))
    (receipt,) = checker.send(item)
    assert (outcome([receipt]), receipt.household) == ([("stored", [])], None), (
        "nothing of the village comes back"
    )
    assert outcome(checker.send(item)) == [("stored", [])]
    interview = Interview.objects.get(sampled=sampled)
    assert (interview.by, interview.compared["income_band"]) == (str(checker.user.pk), True)
    assert interview.differs == 1
    kept = SyncItem.objects.get()
    assert (kept.village, kept.errand, kept.raw) == (None, sampled.pk, None)
    assert errands(checker.sender(), None)["rows"] == []
    assert verify() == []


# what differs from a clean re-interview → status, codes
INTERVIEWS: list[tuple[dict[str, Any], str, list[str]]] = [
    ({}, "stored", []),
    ({"outcome": 4, "note": "在外地，电话打不通"}, "stored", []),
    ({"outcome": 4}, "refused", ["Y32"]),
    ({"outcome": 99}, "refused", ["Y31"]),
    ({"enrol": None}, "refused", ["Y33"]),
    ({"enrol": 77}, "refused", ["G05"]),
    ({"enrol": "1"}, "refused", ["D05"]),
    ({"note": "字" * 301}, "refused", ["D05"]),
]


@pytest.mark.parametrize(("differs", "status", "codes"), INTERVIEWS)
def test_what_a_re_interview_says(
    world: World,
    sampled: SampleHousehold,
    checker: Phone,
    differs: dict[str, Any],
    status: str,
    codes: list[str],
) -> None:
    assert outcome(checker.send(interview_item(world, sampled, **differs))) == [(status, codes)]
    assert Interview.objects.count() == (status == "stored")


def test_another_of_the_same_household_is_refused_and_kept(
    world: World, sampled: SampleHousehold, checker: Phone
) -> None:
    checker.send(interview_item(world, sampled))
    assert outcome(checker.send(interview_item(world, sampled, enrol=1))) == [("refused", ["Y30"])]
    (waiting,) = errands_waiting("interview", [sampled.pk])
    assert waiting.raw is not None and waiting.raw["answers"]["enrol"] == 1
    assert not SyncItem.objects.filter(village__isnull=False).exists(), "no village is shown what came"


def test_a_household_that_was_given_away_is_held(
    world: World, sampled: SampleHousehold, checker: Phone
) -> None:
    end_checker(scope(world.users["city"]), sampled.sample, checker.user.pk)
    assert errands(checker.sender(), None)["rows"] == []
    with clock.frozen(TODAY + timedelta(days=1)):
        assert outcome(checker.send(interview_item(world, sampled))) == [("held", ["D45"])]
    sampled.checker = world.users["city"]
    sampled.save(update_fields=["checker"])
    assert outcome(checker.send(interview_item(world, sampled))) == [("held", ["D45"])]
    assert Interview.objects.count() == 0


@pytest.mark.parametrize("who", ["cadre", "town", "city", "checker", "liaison"])
def test_nobody_else_re_interviews(world: World, sampled: SampleHousehold, who: str) -> None:
    phone = Phone(world.users[who])
    assert outcome(phone.send(interview_item(world, sampled))) == [("refused", ["D44"])]
    assert Interview.objects.count() == 0


def test_a_file_is_taken_by_who_may_see_it(
    world: World, visit: Visit, phone: Phone, sampled: SampleHousehold, checker: Phone
) -> None:
    def file(of: Phone, item: dict[str, Any]) -> bytes:
        body = {"paicha": "handover", "device": str(of.id), "items": [of.sealed(item)]}
        return orjson.dumps(body)

    visited, said = file(phone, visit_item(visit)), file(checker, interview_item(world, sampled))
    for who, content in (("cadre", visited), ("cadre", said), ("town", said)):
        handed = take_file(scope(world.users[who]), "x", content)
        assert (handed.receipts, handed.left) == ([], 1), who
    assert outcome(take_file(scope(world.users["town"]), "x", visited).receipts) == [("stored", [])]
    assert outcome(take_file(scope(world.users["city"]), "x", said).receipts) == [("stored", [])]
    assert Interview.objects.get().by == str(checker.user.pk), "who heard it, not who brought it"


def test_answers_visits_and_re_interviews_go_in_one_batch(world: World, visit: Visit, phone: Phone) -> None:
    batch = Batch(phone.id, phone.id, [visit_item(visit), {"item": "x"}, visit_item(visit, completed=False)])
    assert [s for s, _ in outcome(take_batch(phone.sender(), batch))] == ["stored", "unchanged"]
