"""What town and city do across villages: departments asked, their list compared, the sample and its interviews."""

from __future__ import annotations

from datetime import timedelta

import orjson

from paicha.delivery.cli.scene.cast import CITY, DEPARTMENT, TOWN, Cast
from paicha.domain import clock
from paicha.domain.areas.models import Area
from paicha.domain.duplicates.services import refresh
from paicha.domain.referrals.comparison import compare, raise_leads, rows_of
from paicha.domain.referrals.list_file import read_list
from paicha.domain.referrals.models import ComparisonList
from paicha.domain.referrals.services import answer, send
from paicha.domain.responses.models import Revision
from paicha.domain.rounds.models import RosterEntry, RoundArea
from paicha.domain.verification.checkers import add_checker, share_out
from paicha.domain.verification.interviews import Statement, interview_questions, record_interview
from paicha.domain.verification.models import Sample, SampleHousehold
from paicha.domain.verification.samples import draw_sample
from paicha.domain.verification.spot_checks import points, record_spot_check

CHECKER = "demo-checker"
_SAMPLE, _VILLAGES, _SEED = 60, 6, 7
_INTERVIEWS = 12
_LISTED = 12  # households of the department's list


def refer(cast: Cast) -> None:
    """Early in the round: four households are asked about, two answers are there."""
    homes = cast.met(cast.played)[:4]
    if not homes:
        return
    with cast.work(TOWN) as work:
        sent = send(work, [(home, None) for home in homes], "medical", "去年住院自付多少")
    with cast.work(DEPARTMENT) as work:
        for number, referral in enumerate(sent[:2]):
            answer(work, referral, ("yes", "no")[number], ("自付 2.1 万元", "没有住院记录")[number])


def compare_lists(cast: Cast) -> None:
    """A department's lists, of the town and of the county: leads of two rows of the first."""
    county = RoundArea.objects.get(round=cast.round, level="county")
    made = _compare(cast, cast.town, "残疾人名单", cast.actor(TOWN))
    _compare(cast, county, "临时救助名单", cast.actor(CITY))
    shown = "not_monitored"
    ids = [row.pk for row in rows_of(made, shown)[:2]]
    if ids:
        raise_leads(made, cast.pack, shown, ids, cast.actor(TOWN))


def _compare(cast: Cast, area: RoundArea, title: str, actor: str) -> ComparisonList:
    """A list of some of the played village's households, and of one whom nobody knows."""
    village, town = cast.played.spoken, cast.town.spoken
    lines = [
        (town, village, entry.group, entry.household.head_name)
        for entry in cast.entries(cast.played)[:_LISTED]
    ]
    lines += [(town, village, "", "查无此")]
    content = "\n".join(",".join(line) for line in [("镇街", "村", "组", "姓名"), *lines]).encode()
    name = f"{title}.csv"
    return compare(
        cast.round, cast.pack, area, read_list(content, name), department="civil", title=title, expects="", file=name,
        content=content, actor=actor,
    )  # fmt: skip


def draw(cast: Cast) -> dict[str, str]:
    """The city's sample, partly interviewed, two villages seen; the checker's account."""
    actor = cast.actor(CITY)
    made = draw_sample(cast.round, cast.pack, households=_SAMPLE, villages=_VILLAGES, seed=_SEED, actor=actor)
    until = clock.today() + timedelta(days=20)
    user, password = add_checker(cast.scope(CITY), made, CHECKER, "演示抽查组员", until)
    user.must_change_password = False
    user.save(update_fields=["must_change_password"])
    share_out(made, actor)
    _interview(cast, made, str(user.pk))
    for drawn in made.drawn_villages.order_by("pk")[:2]:
        village = Area.objects.get(pk=drawn.village_id)
        said = {point.name: "1" for point in points(cast.pack)} | {"signed": "市里的人"}
        record_spot_check(cast.round, cast.pack, village, said, actor)
    return {"username": CHECKER, "password": password, "title": "抽查组员", "role": "spot_checker"}


def _interview(cast: Cast, made: Sample, actor: str) -> None:
    """The first households that had answers say the same again, but one in four."""
    done = 0
    for row in (
        SampleHousehold.objects.filter(sample=made).select_related("village", "household").order_by("pk")
    ):
        entry = RosterEntry.objects.filter(round=cast.round, household=row.household_id).first()
        if entry is None or entry.revision is None or entry.outcome != 1 or done == _INTERVIEWS:
            continue
        known = orjson.loads(Revision.objects.get(pk=entry.revision).answers)
        answers = {
            question.name: known.get(question.name) for question in interview_questions(cast.pack, entry.form)
        }
        if any(value in (None, []) for value in answers.values()):
            continue
        if done % 4 == 1:
            answers["water"] = 1 if answers.get("water") != 1 else 2
        record_interview(cast.round, cast.pack, row, Statement(1, answers, ""), actor=actor)
        done += 1


def look_for_duplicates(_cast: Cast) -> None:
    """The pairs that look like one household, as the worker lists them every night."""
    refresh()
