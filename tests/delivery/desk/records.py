"""One record of each model that an address of the desk is about, in VILLAGE: of group 1, and of group 2.

A model that gets an address adds its maker here; the table of access fails without it.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.worlds.round import COUNTY, TOWN, VILLAGE, World

from paicha.domain import clock
from paicha.domain.accounts.models import Assignment, Notice, User
from paicha.domain.areas.models import Area, Zone
from paicha.domain.cases.models import Case, Measure, Meeting
from paicha.domain.files.services import store_file
from paicha.domain.handover.models import Return, SignedCopy, Submission
from paicha.domain.households.models import BaseChange
from paicha.domain.problems.models import Petition, Problem
from paicha.domain.problems.petitions import note_petition
from paicha.domain.problems.services import add_problem
from paicha.domain.referrals.models import ComparisonList, Referral
from paicha.domain.referrals.services import send
from paicha.domain.responses.models import Conflict
from paicha.domain.responses.services import village_work
from paicha.domain.responses.services.base_changes import note_change
from paicha.domain.verification.models import BulkJob, Enquiry, Sample, SampleHousehold, Visit
from paicha.domain.verification.samples import draw_sample


@dataclass(frozen=True, slots=True)
class Record:
    """Where a record lies; `group` of its household, None where it belongs to the whole village."""

    pk: int
    village: str
    group: str | None


Maker = Callable[[World], list[Record]]
MAKERS: dict[str, Maker] = {}


def maker(name: str) -> Callable[[Maker], Maker]:
    def keep(made: Maker) -> Maker:
        MAKERS[name] = made
        return made

    return keep


def records(world: World) -> dict[str, list[Record]]:
    """Records by the name of their model."""
    return {name: make(world) for name, make in MAKERS.items()}


@maker("Conflict")
def _conflicts(world: World) -> list[Record]:
    found = []
    for head, group in (("訾埃生", "1"), ("高兰花", "2")):
        row: Any = Conflict.objects.create(
            round=world.round, village=world.areas[VILLAGE], household=world.household(head), number=1,
            answers="{}", fields=["housing"], source="desk:1", at=clock.now(),
        )  # fmt: skip
        found.append(Record(row.pk, VILLAGE, group))
    return found


def _sample(world: World) -> Any:
    """A sample whose id no test user's assignment names."""
    made, _ = Sample.objects.get_or_create(
        pk=4711, round=world.round, seed=1, households=1, villages=1, frame_hash="0" * 64,
        defaults={
            "frame": zlib.compress(b""), "frame_households": 1, "frame_villages": 1, "drawn_by": "1",
            "drawn_at": clock.now(),
        },
    )  # fmt: skip
    return made


@maker("Sample")
def _samples(world: World) -> list[Record]:
    return [Record(_sample(world).pk, COUNTY, None)]


@maker("SampleHousehold")
def _sampled(world: World) -> list[Record]:
    row: Any = SampleHousehold.objects.create(
        sample=_sample(world), household=world.household("訾埃生"), village=world.areas[VILLAGE], position=1,
        weight=1, numerator=1, denominator=1,
    )  # fmt: skip
    return [Record(row.pk, COUNTY, None)]


@maker("Problem")
def _problems(world: World) -> list[Record]:
    found = []
    with village_work(world.round, world.pack, world.areas[VILLAGE], "operator:tester") as work:
        for head, group in (("訾埃生", "1"), ("高兰花", "2"), ("", None)):
            home = world.household(head) if head else None
            made = add_problem(work, 4, f"{head or '全村'}的问题", "desk:1", household=home)
            found.append(Record(made.pk, VILLAGE, group))
    return found


@maker("Petition")
def _petitions(world: World) -> list[Record]:
    found = []
    with village_work(world.round, world.pack, world.areas[VILLAGE], "operator:tester") as work:
        for head, group in (("訾埃生", "1"), ("高兰花", "2")):
            made = note_petition(
                work,
                received_on=clock.today(),
                from_whom=head,
                demand="修路",
                household=world.household(head),
            )
            found.append(Record(made.pk, VILLAGE, group))
    return found


@maker("BaseChange")
def _changes(world: World) -> list[Record]:
    found = []
    with village_work(world.round, world.pack, world.areas[VILLAGE], "operator:tester") as work:
        for head, group in (("訾埃生", "1"), ("高兰花", "2")):
            made = note_change(work, world.household(head), field="健康状况", old="", new="患大病")
            found.append(Record(made.pk, VILLAGE, group))
    return found


@maker("Referral")
def _referrals(world: World) -> list[Record]:
    found = []
    with village_work(world.round, world.pack, world.areas[VILLAGE], "operator:tester") as work:
        for head, group in (("訾埃生", "1"), ("高兰花", "2")):
            (made,) = send(work, [(world.household(head).pk, None)], "civil", f"{head}是不是低保")
            found.append(Record(made.pk, VILLAGE, group))
    return found


@maker("ComparisonList")
def _comparisons(world: World) -> list[Record]:
    found = []
    for code in (COUNTY, TOWN):
        made = ComparisonList.objects.create(
            round=world.round, area=Area.objects.get(code=code), department="civil", title="低保名单",
            file="a.xlsx", uploaded_by="1", at=clock.now(), keep_until=clock.today(),
        )  # fmt: skip
        found.append(Record(made.pk, code, None))
    return found


HEADS = (("訾埃生", "1"), ("高兰花", "2"))


def of_households(world: World, model: Any, **values: Any) -> list[Record]:
    """A row of `model` for a household of each group."""
    found = []
    for head, group in HEADS:
        row = model.objects.create(
            round=world.round, village=world.areas[VILLAGE], household=world.household(head), **values
        )
        found.append(Record(row.pk, VILLAGE, group))
    return found


@maker("Case")
def _cases(world: World) -> list[Record]:
    return of_households(
        world,
        Case,
        procedure="enrolment",
        opened_at=clock.now(),
        opened_by="1",
        step="visit",
        since=clock.today(),
    )


@maker("Measure")
def _measures(world: World) -> list[Record]:
    given = {"policy": "公益岗位", "by_whom": "镇政府", "since": clock.today()}
    return of_households(world, Measure, noted_by="1", noted_at=clock.now(), **given)


@maker("Meeting")
def _meetings(world: World) -> list[Record]:
    row = Meeting.objects.create(
        round=world.round, village=world.areas[VILLAGE], kind="deliberation", held_on=clock.today(), planned_by="1",
        planned_at=clock.now(),
    )  # fmt: skip
    return [Record(row.pk, VILLAGE, None)]


@maker("Enquiry")
def _enquiries(world: World) -> list[Record]:
    given = {"text": "人口和户口本对吗", "to": world.users["cadre"], "by": "1", "at": clock.now()}
    return of_households(world, Enquiry, **given)


@maker("Visit")
def _visits(world: World) -> list[Record]:
    row = Visit.objects.create(
        round=world.round, village=world.areas[VILLAGE], kind="verification", planned_on=clock.today(),
        leader=world.users["town"], made_by="1", made_at=clock.now(),
    )  # fmt: skip
    return [Record(row.pk, VILLAGE, None)]


@maker("Problem")
def _problems(world: World) -> list[Record]:
    return of_households(world, Problem, type=1, text="窑洞有裂缝", source="desk:1", at=clock.now())


@maker("Petition")
def _petitions(world: World) -> list[Record]:
    given = {"received_on": clock.today(), "from_whom": "本人", "demand": "修水管", "due_on": clock.today()}
    return of_households(world, Petition, noted_by="1", at=clock.now(), **given)


@maker("BaseChange")
def _changes(world: World) -> list[Record]:
    found = []
    for head, group in HEADS:
        row = BaseChange.objects.create(
            village=world.areas[VILLAGE], household=world.household(head), field="健康状况", new="慢性病",
            noted_on=clock.today(), noted_by="1",
        )  # fmt: skip
        found.append(Record(row.pk, VILLAGE, group))
    return found


@maker("Referral")
def _referrals(world: World) -> list[Record]:
    given = {"department": "medical", "question": "参保了吗", "sent_by": "1", "due_on": clock.today()}
    return of_households(world, Referral, sent_at=clock.now(), **given)


@maker("ComparisonList")
def _lists(world: World) -> list[Record]:
    found = []
    for code in (COUNTY, TOWN):
        row = ComparisonList.objects.create(
            round=world.round, area=Area.objects.get(code=code), department="civil", title="低保名单", file="低保.xlsx",
            uploaded_by="1", at=clock.now(), keep_until=clock.today() + timedelta(days=9),
        )  # fmt: skip
        found.append(Record(row.pk, code, None))
    return found


@maker("Sample")
def _samples(world: World) -> list[Record]:
    sample = Sample.objects.first() or _drawn(world)
    return [Record(sample.pk, COUNTY, None)]


@maker("SampleHousehold")
def _sampled(world: World) -> list[Record]:
    sample = Sample.objects.first() or _drawn(world)
    row = SampleHousehold.objects.filter(sample=sample).order_by("pk")[0]
    return [Record(row.pk, COUNTY, None)]


def _drawn(world: World) -> Any:
    """A sample with the checker of the world at work on it."""
    sample = draw_sample(world.round, world.pack, households=4, villages=2, seed=1, actor="1")
    Assignment.objects.filter(user=world.users["checker"]).update(ref=str(sample.pk))
    SampleHousehold.objects.filter(sample=sample).update(checker=world.users["checker"])
    return sample


@maker("bulk_job")
def _jobs(world: World) -> list[Record]:
    row = BulkJob.objects.create(
        round=world.round, area=Area.objects.get(code=TOWN), kind="remind", villages=[], made_by="1",
        made_at=clock.now(),
    )  # fmt: skip
    return [Record(row.pk, TOWN, None)]


MAKERS["bulk_undo"] = _jobs


@maker("zone_remove")
def _zones(world: World) -> list[Record]:
    zone, _ = Zone.objects.get_or_create(town=Area.objects.get(code=TOWN), name="一片")
    return [Record(zone.pk, TOWN, None)]


@maker("Return")
def _returns(world: World) -> list[Record]:
    place = {
        "round": world.round,
        "area": world.areas[VILLAGE],
        "code": VILLAGE,
        "at": clock.now(),
        "by": "1",
    }
    submission = Submission.objects.create(level="village", number=1, frozen="", digest="", **place)
    row = Return.objects.create(submission=submission, reason="有漏户", to=world.users["cadre"], **place)
    return [Record(row.pk, VILLAGE, None)]


@maker("SignedCopy")
def _copies(world: World) -> list[Record]:
    stored = store_file("签字.pdf", [b"%PDF-1.4 signed\n%%EOF\n"], "1")
    row = SignedCopy.objects.create(
        round=world.round,
        village=world.areas[VILLAGE],
        form="statistics",
        file=stored,
        at=clock.now(),
        by="1",
    )
    return [Record(row.pk, VILLAGE, None)]


@maker("account")
@maker("account_work")
def _accounts(world: World) -> list[Record]:
    """Somebody with work in every place that is asked about."""
    user, _ = User.objects.get_or_create(username="widespread")
    if not user.assignments.exists():
        for code in world.areas:
            user.assignments.create(
                role="liaison_cadre", kind="village", ref=code, since=world.round.opens_on
            )
    return [Record(user.pk, VILLAGE, None)]


@maker("notice")
def _notices(world: World) -> list[Record]:
    row = Notice.objects.create(
        user=world.users["cadre"],
        words="有 3 户退回",
        address="/mine/",
        subject="return:1",
        at=clock.now(),
        by="1",
    )
    return [Record(row.pk, VILLAGE, None)]
