"""A later pack changes whose a step is, how long it may take and what it writes down: the program follows its data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import yaml
from tests.worlds.county import OPENS, County, small_pack

from paicha.core.pack import Pack, PackErrors, load
from paicha.domain.accounts.policies import Grant, Scope
from paicha.domain.accounts.roles import ROLES, Kind
from paicha.domain.households.models import Household
from paicha.domain.problems.levels import may_check
from paicha.domain.problems.models import Problem
from paicha.domain.problems.petitions import PetitionError, note_petition
from paicha.domain.problems.queries import lacking, missing_of
from paicha.domain.problems.rectification import mark_done
from paicha.domain.problems.services import ProblemError, add_problem, set_rectification
from paicha.domain.referrals.services import ReferralError, answer, send
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.services import VillageWork, village_work


def changed(procedure: str, step: str, **fields: Any) -> Pack:
    """The spring pack with a step of a procedure written otherwise."""
    files = small_pack()
    document = yaml.safe_load(files["procedures.yaml"])
    steps = next(p["steps"] for p in document["schedule"]["procedures"] if p["id"] == procedure)
    next(s for s in steps if s["id"] == step).update(fields)
    return load(files | {"procedures.yaml": yaml.safe_dump(document, allow_unicode=True).encode()})


def within(county: County, pack: Pack, do: Callable[[VillageWork], Any]) -> Any:
    with village_work(county.round, pack, county.villages[0], "7") as work:
        return do(work)


def found(work: VillageWork, **more: Any) -> Problem:
    return add_problem(work, 1, "房顶漏雨", "desk:7", **more)


def facts(county: County) -> dict[str, Any]:
    told: dict[str, Any] = VillageSummary.objects.get(code=county.villages[0].code).facts
    return told


@pytest.mark.parametrize(
    ("step", "actor", "town_checks"),
    [
        ("recheck", "town", {"village"}),
        ("recheck", "county", set()),
        ("closed", "county", set()),
        ("recheck", "village", {"village"}),  # never the one who found it
    ],
)
def test_who_re_checks(county: County, step: str, actor: str, town_checks: set[str]) -> None:
    pack, village = changed("rectification", step, actor=actor), county.villages[0].code
    clerk = Scope("1", (Grant(Kind.AREA, village[:9], ROLES["town_clerk"].verbs),))
    officer = Scope("2", (Grant(Kind.AREA, village[:6], ROLES["city_officer"].verbs),))
    levels = ("village", "town", "city")
    assert {level for level in levels if may_check(pack, clerk, village, level)} == town_checks
    assert all(may_check(pack, officer, village, level) for level in levels)

    def done(work: VillageWork) -> None:
        problem = found(work, measure="换瓦", due_on=OPENS, owner="王五")
        mark_done(work, problem, "换好了")

    within(county, pack, done)
    waits = (1, 0) if town_checks else (0, 1)
    assert (facts(county)["problems_recheck"], facts(county)["problems_recheck_city"]) == waits


def test_how_late_a_limit_may_be(county: County) -> None:
    pack = changed("rectification", "done", days=10)
    problem = within(county, pack, found)

    def limited(day: date) -> Callable[[VillageWork], Problem]:
        return lambda work: set_rectification(work, problem, measure="换瓦", due_on=day, owner="王五")

    with pytest.raises(ProblemError, match="最晚到2022-03-20（发现以后 10 天）"):
        within(county, pack, limited(OPENS + timedelta(days=11)))
    assert within(county, pack, limited(OPENS + timedelta(days=10))).due_on == date(2022, 3, 20)


def test_what_every_problem_must_have(county: County) -> None:
    records = [{"name": "measure", "label": "办法"}, {"name": "owner", "label": "谁办", "required": False}]
    pack = changed("rectification", "measure", records=records)
    problem = within(county, pack, found)
    assert missing_of(pack, problem) == ("办法",)
    assert Problem.objects.filter(lacking(pack)).count() == facts(county)["problems_lacking"] == 1
    with pytest.raises(ProblemError, match="还缺办法"):
        within(county, pack, lambda work: mark_done(work, problem, "好了"))
    measured = within(
        county, pack, lambda work: set_rectification(work, problem, measure="换瓦", due_on=None, owner="")
    )
    assert missing_of(pack, measured) == ()
    assert Problem.objects.filter(lacking(pack)).count() == facts(county)["problems_lacking"] == 0


def test_whether_evidence_is_asked(county: County) -> None:
    pack = changed("rectification", "done", records=[])
    assert (
        within(
            county,
            pack,
            lambda work: mark_done(work, found(work, measure="换瓦", due_on=OPENS, owner="王五"), ""),
        ).status
        == "done"
    )


def test_what_a_petition_must_say_and_by_when_it_is_answered(county: County) -> None:
    given = {"received_on": OPENS, "from_whom": "", "demand": "路灯不亮"}
    pack = changed("petition", "replied", days=7)
    with pytest.raises(PetitionError, match="反映人"):
        within(county, pack, lambda work: note_petition(work, **given))
    pack = changed("petition", "received", records=[{"name": "demand", "label": "诉求"}])
    assert within(county, pack, lambda work: note_petition(work, **given)).due_on == OPENS + timedelta(
        days=15
    )
    pack = changed("petition", "replied", days=7)
    named = given | {"from_whom": "匿名"}
    assert within(county, pack, lambda work: note_petition(work, **named)).due_on == OPENS + timedelta(days=7)


def test_when_a_department_answers_and_with_what(county: County) -> None:
    county.submit(county.villages[0], "general", [{"head_name": "张三", "group": "1"}])
    ids = [(Household.objects.get(head_name="张三").pk, None)]
    (asked,) = within(
        county, changed("referral", "answered", days=9), lambda work: send(work, ids, "civil", "在吗")
    )
    assert asked.due_on == OPENS + timedelta(days=9)
    with pytest.raises(ReferralError, match="请写明理由"):
        within(county, county.pack, lambda work: answer(work, asked, "yes", ""))
    pack = changed("referral", "answered", records=[{"name": "answer", "label": "是否属实"}])
    assert within(county, pack, lambda work: answer(work, asked, "yes", "")).answer == "yes"


@pytest.mark.parametrize(
    ("procedure", "step", "fields", "says"),
    [
        ("rectification", "recheck", {"days": 3}, "步骤 recheck 不计天数"),
        ("rectification", "closed", {"id": "gone"}, "程序 rectification 没有步骤 gone"),
        (
            "petition",
            "replied",
            {"records": [{"name": "photo", "label": "照片"}]},
            "步骤 replied 没有记录 photo",
        ),
    ],
)
def test_what_nothing_would_read_is_refused(
    procedure: str, step: str, fields: dict[str, Any], says: str
) -> None:
    with pytest.raises(PackErrors, match=says):
        changed(procedure, step, **fields)
