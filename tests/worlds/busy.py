"""The small world with something on every list: each act done by the service or the page that people do it by."""

from __future__ import annotations

from datetime import date

from tests.worlds.ledger import Ledgers
from tests.worlds.round import BY_FORM, CLEAN, NEIGHBOUR, TODAY, TOWN, VILLAGE, World, phone_of
from tests.worlds.sampled import checker, drawn, said
from tests.worlds.townsfolk import post, settle

from paicha.domain.cases.measures import add_measure, note_round
from paicha.domain.cases.services import open_cases
from paicha.domain.problems.petitions import note_petition
from paicha.domain.problems.services import add_problem
from paicha.domain.referrals.services import answer, send
from paicha.domain.responses.services import raise_lead, village_work
from paicha.domain.responses.services.base_changes import note_change
from paicha.domain.rounds.models import RosterEntry
from paicha.domain.verification.models import SampleHousehold


def busy(world: World) -> World:
    """VILLAGE still at work, NEIGHBOUR handed up with rows that came late; a sample with three households seen."""
    settle(world)
    for code in (VILLAGE, NEIGHBOUR):
        at_work(world, code)
    ledgers = Ledgers(world)
    ledgers.complete(NEIGHBOUR)
    ledgers.hand_up(NEIGHBOUR, who="town")
    ledgers.answer("郝平", NEIGHBOUR, "field:9", population=5, insured_resident=5)
    _both_edit(world)
    town = world.client("town")
    plan = {"go": VILLAGE, "planned_on": TODAY.isoformat(), f"leader_{VILLAGE}": world.users["near"].pk}
    post(town, f"/area/{TOWN}/checks/plan/", **plan)
    post(town, f"/area/{VILLAGE}/enquiries/ask/", text="人口和户口本对吗", to=world.users["cadre"].pk)
    sample = drawn(world, households=18)
    visitor = checker(world, sample)
    general = RosterEntry.objects.filter(form="general").values("household")
    for row in SampleHousehold.objects.filter(sample=sample, household__in=general).order_by("pk")[:3]:
        post(visitor, f"/sampled/{row.pk}/", **said(world, housing=1))
    return world


def at_work(world: World, code: str) -> None:
    """Two of what a village's lists hold, one of them done."""
    first, second = (world.household(head, code) for head in ("訾埃生", "高兰花"))
    with village_work(world.round, world.pack, world.areas[code], "1") as work:
        raise_lead(work, first.pk, "petition", "来信说没人管")
        plan = {"measure": "抢修", "owner": "村主任", "due_on": TODAY}
        add_problem(work, 1, "房顶漏雨", "desk:1", household=first, **plan)
        add_problem(work, 4, "水管冻裂", "desk:1", **(plan if code == NEIGHBOUR else {}))
        note_petition(work, received_on=date(2022, 3, 1), from_whom="匿名", demand="修路")
        note_petition(work, received_on=TODAY, from_whom="本人", demand="要低保", household=second)
        note_change(work, first, field="健康状况", old="", new="患大病")
        add_measure(work, second.pk, policy="公益岗位", by_whom="镇政府", since=TODAY)
        note_round(work, group="1", on=TODAY, worker="网格员", visited=3, seen="房顶漏雨", household=first.pk)
        sent = send(work, [(first.pk, None), (second.pk, None)], "medical", "参保了吗")
        answer(work, sent[0], "yes", "已参保")
        open_cases(work, "enrolment", [first.pk, second.pk], origin="lead")


def _both_edit(world: World) -> None:
    """The same row from two devices."""
    row = {
        "household": str(world.household("王建国").pk),
        "form": "general",
        "head_name": "王建国",
        "group": "1",
    }
    row |= {"base": None} | CLEAN | BY_FORM["general"] | {"phone": phone_of("王建国"), "water": 3}
    world.answer(VILLAGE, [row], "field:9")
