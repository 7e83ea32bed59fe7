"""The problem list: what lists and people do to it, and what the village's rules hear of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import pytest
from tests.worlds.county import PROFILE, County

from paicha.core.refusal import Refusal
from paicha.domain.areas.models import Area
from paicha.domain.audit.models import AuditEntry
from paicha.domain.audit.queries import verify
from paicha.domain.households.models import Household
from paicha.domain.problems.models import Problem
from paicha.domain.problems.queries import missing_of, problems_in_force
from paicha.domain.problems.services import (
    ListReceipt,
    ProblemError,
    add_problem,
    record_signers,
    replace_list,
    set_rectification,
    withdraw,
)
from paicha.domain.responses.models import Finding, Revision, VillageSummary
from paicha.domain.responses.services import village_work

ROOF, WELL, GRID = (1, "3户房顶漏雨"), (1, "东沟水井不达标"), (5, "网格员两周没有走访")
UPLOAD = UUID("01890000-0000-7000-8000-000000000001")

EXCEL, OTHER = "excel:clerk", "excel:another"


def replace(
    county: County, entries: Sequence[tuple[int, str]], source: str = EXCEL, village: Area | None = None
) -> ListReceipt:
    where = village or county.villages[0]
    with village_work(county.round, county.pack, where, "tester") as work:
        return replace_list(work, entries, source, UPLOAD)


def listed(county: County) -> list[tuple[int, str]]:
    return [(p.type, p.text) for p in problems_in_force(county.round, county.villages[0].pk)]


def rows_told(county: County) -> object:
    return VillageSummary.objects.get(code=county.villages[0].code).facts.get("problem_rows")


@pytest.mark.parametrize(
    ("lists", "last", "in_force"),
    [
        ([(EXCEL, [ROOF, WELL])], ("stored", 2, 0, 2), [ROOF, WELL]),
        ([(EXCEL, [ROOF, WELL]), (EXCEL, [WELL, ROOF])], ("unchanged", 0, 0, 2), [ROOF, WELL]),
        ([(EXCEL, [ROOF, WELL]), (OTHER, [ROOF, WELL])], ("unchanged", 0, 0, 2), [ROOF, WELL]),
        ([(EXCEL, [ROOF]), (EXCEL, [ROOF, GRID])], ("stored", 1, 0, 2), [ROOF, GRID]),
        ([(EXCEL, [ROOF, WELL]), (EXCEL, [WELL])], ("stored", 0, 1, 1), [WELL]),
        ([(EXCEL, [ROOF, WELL]), (OTHER, [GRID])], ("stored", 1, 0, 3), [ROOF, WELL, GRID]),
        ([(EXCEL, [ROOF]), (EXCEL, [WELL]), (EXCEL, [ROOF])], ("stored", 1, 1, 1), [ROOF]),
        ([(EXCEL, [ROOF, ROOF])], ("stored", 2, 0, 2), [ROOF, ROOF]),
        ([(EXCEL, [ROOF, ROOF]), (EXCEL, [ROOF])], ("stored", 0, 1, 1), [ROOF]),
        ([(EXCEL, [])], ("unchanged", 0, 0, 0), []),
        ([(EXCEL, [ROOF]), (EXCEL, [])], ("stored", 0, 1, 0), []),
    ],
)
def test_lists_one_after_another(
    county: County,
    lists: list[tuple[str, list[tuple[int, str]]]],
    last: tuple[str, int, int, int],
    in_force: list[tuple[int, str]],
) -> None:
    for source, entries in lists:
        receipt = replace(county, entries, source)
    assert (receipt.status, receipt.added, receipt.withdrawn, receipt.rows) == last
    assert listed(county) == in_force
    assert rows_told(county) == len(in_force)


def test_an_entry_that_comes_back_keeps_its_measure(county: County) -> None:
    replace(county, [ROOF])
    with village_work(county.round, county.pack, county.villages[0], "tester") as work:
        problem = Problem.objects.get()
        set_rectification(work, problem, measure=" 换瓦 ", due_on=date(2022, 4, 1), owner="王五")
    replace(county, [])
    replace(county, [ROOF])
    problem = Problem.objects.get()
    assert (problem.status, problem.measure, problem.owner) == ("open", "换瓦", "王五")


def test_an_equal_list_leaves_no_audit_entry(county: County) -> None:
    replace(county, [ROOF])
    before = AuditEntry.objects.count()
    replace(county, [ROOF])
    assert AuditEntry.objects.count() == before
    assert AuditEntry.objects.filter(action="problem.list", subject=f"upload:{UPLOAD}").count() == 1
    assert verify() == []


@pytest.mark.parametrize(
    ("entry", "says"),
    [((9, "路不通"), "问题类型读到“9”"), ((1, "  "), "请写明具体问题"), ((1, "长" * 1001), "1001 个字")],
)
def test_a_list_with_a_wrong_entry_changes_nothing(county: County, entry: tuple[int, str], says: str) -> None:
    replace(county, [ROOF])
    with pytest.raises(Refusal, match=says):
        replace(county, [WELL, entry])
    assert listed(county) == [ROOF]


def test_an_empty_list_beside_open_leads_is_a_lead_itself(county: County) -> None:
    """S25 零问题村: 问题清单一条也没有，却有没处理的线索。"""
    village = county.villages[0]
    county.submit(village, "general", [{"head_name": "张三", "income_band": 1}])
    county.fill(village, "village_profile", PROFILE)
    replace(county, [])
    assert Finding.objects.filter(rule="S25", state="open", household=None).exists()
    replace(county, [ROOF])
    assert not Finding.objects.filter(rule="S25", state="open").exists()


def test_one_problem_by_hand_and_withdrawn(county: County) -> None:
    village, other = county.villages[:2]
    county.submit(village, "general", [{"head_name": "张三"}])
    household = Household.objects.get()
    with village_work(county.round, county.pack, village, "7") as work:
        problem = add_problem(work, *ROOF, "desk:7", household=household, owner="王五")
    assert problem.household == household
    assert missing_of(county.pack, problem) == ("整改措施", "整改时限")
    assert rows_told(county) == 1
    replace(county, [WELL])  # another source's list leaves it
    assert len(listed(county)) == 2
    with village_work(county.round, county.pack, village, "7") as work:
        withdraw(work, problem, "写重了")
    assert listed(county) == [WELL]
    with (
        pytest.raises(ProblemError, match="已经撤回"),
        village_work(county.round, county.pack, village, "7") as work,
    ):
        withdraw(work, problem, "写重了")
    with (
        pytest.raises(ProblemError, match="不是本村的"),
        village_work(county.round, county.pack, other, "7") as work,
    ):
        add_problem(work, *ROOF, "desk:7", household=household)
    assert verify() == []


@pytest.mark.parametrize(
    ("measure", "due_on", "owner", "says"),
    [
        ("换瓦", date(2022, 3, 9), "王五", "早于发现问题的日子"),
        ("换" * 501, None, "", "整改措施有 501 个字"),
        ("", None, "王" * 61, "整改责任人有 61 个字"),
    ],
)
def test_columns_of_the_ledger_are_checked(
    county: County, measure: str, due_on: date | None, owner: str, says: str
) -> None:
    replace(county, [ROOF])
    with (
        pytest.raises(Refusal, match=says),
        village_work(county.round, county.pack, county.villages[0], "7") as work,
    ):
        set_rectification(work, Problem.objects.get(), measure=measure, due_on=due_on, owner=owner)
    assert Problem.objects.get().measure == ""


def test_a_problem_of_another_village_is_refused(county: County) -> None:
    replace(county, [ROOF])
    with (
        pytest.raises(ProblemError, match="不在本村本轮的清单里"),
        village_work(county.round, county.pack, county.villages[1], "7") as work,
    ):
        withdraw(work, Problem.objects.get(), "写重了")


def test_signers_are_kept_beside_the_profile(county: County) -> None:
    village = county.villages[0]
    county.fill(village, "village_profile", PROFILE)
    form = county.pack.problem_list
    assert form is not None
    signed = {"secretary": "王支书", "first_secretary": "无此岗位", "liaison_cadre": "刘包村", "groups": 9}
    for status in ("stored", "unchanged"):
        with village_work(county.round, county.pack, village, "tester") as work:
            assert record_signers(work, form, signed, EXCEL, upload=UPLOAD).status == status
    assert Revision.objects.filter(form="problem_list").count() == 1
    profile = VillageSummary.objects.get(code=village.code).profile
    assert profile["groups"] == 3
