"""An upload taken back: what comes back, what goes away, what is named and stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson
import pytest
from tests.domain.intake.sheets import (
    code,
    household_sheet,
    numbers,
    person,
    problem_sheet,
    profile_sheet,
    send,
    verification_sheet,
)
from tests.worlds.county import OPERATOR, County

from paicha.domain import clock
from paicha.domain.accounts.models import Assignment, User
from paicha.domain.accounts.policies import Scope, operator_scope
from paicha.domain.areas.models import Area, Group
from paicha.domain.audit.queries import verify
from paicha.domain.cases.models import GridRound
from paicha.domain.households.models import Household, HouseholdEvent
from paicha.domain.households.services import NewHousehold, add_households, change_head
from paicha.domain.intake.history import upload_facts, uploads
from paicha.domain.intake.result import ImportResult
from paicha.domain.intake.undo import CHANGED, LOCKED, UndoRefused, UndoResult, undo_upload
from paicha.domain.life.act import Asked
from paicha.domain.life.closing import close
from paicha.domain.life.merging import merge
from paicha.domain.life.moving import move
from paicha.domain.life.undoing import undo as undo_event
from paicha.domain.problems.models import Problem
from paicha.domain.problems.services import add_problem
from paicha.domain.responses.audit_check import broken_parts
from paicha.domain.responses.models import Conflict, Finding, HeldRevision, Revision, Upload, VillageSummary
from paicha.domain.responses.services import decide_finding, village_work
from paicha.domain.rounds.models import PlannedVisit, RosterEntry
from paicha.domain.rounds.services import NewEntry, add_due

pytestmark = pytest.mark.usefixtures("county")
OLD, NEW = "13900000001", "13900000002"


def undo(result: ImportResult, **options: Any) -> UndoResult:
    return undo_upload(UUID(result.upload), scope=options.pop("scope", OPERATOR), **options)


def in_force() -> dict[str, Any]:
    """What counts: answers, register, roster, forms, problems, findings and the village's figures."""
    rows = RosterEntry.objects.order_by("household__head_name").values_list(
        "household__head_name",
        "household__phone",
        "household__population",
        "household__group",
        "revision",
        "outcome",
    )
    texts = dict(Revision.objects.values_list("pk", "answers"))
    summary = VillageSummary.objects.filter(code=code()).first()
    return {
        "rows": [(*row[:4], texts.get(row[4]), row[5]) for row in rows],
        "register": sorted(Household.objects.filter(closed_at=None).values_list("head_name", flat=True)),
        "problems": sorted(Problem.objects.exclude(status="withdrawn").values_list("text", flat=True)),
        "findings": sorted(Finding.objects.filter(state="open").values_list("household", "rule"), key=str),
        "counts": {form: by for form, by in summary.counts.items() if any(by.values())} if summary else {},
        "profile": summary.profile if summary else {},
        "leads": summary.leads if summary else {},
        "figures": {k: v for k, v in summary.figures.items() if v and k != "before"} if summary else {},
        "added": summary.added if summary else 0,
        "no": (summary.facts.get("no_answers_form5"), summary.facts.get("problem_rows") or 0) if summary else (None, 0),
    }  # fmt: skip


def whole() -> None:
    assert verify() == [] and broken_parts() == []


def register(county: County, *heads: str, phone: str = "13900000009") -> list[UUID]:
    """Households of the roster that nobody has met."""
    area = Area.objects.get(code=code())
    made = add_households(area, [NewHousehold("1", head, phone, 3, "general") for head in heads])
    add_due(county.round, area, [NewEntry(id_, "general", "1", None, None, 0) for id_, _ in made])
    with village_work(county.round, county.pack, area, "tester") as work:
        work.changed = True
    return [id_ for id_, _ in made]


def test_everything_of_an_upload_is_as_it_was_before(county: County) -> None:
    register(county, "待见面")
    send(
        household_sheet(person("张三", 联系电话=OLD), person("李四")), profile_sheet(), verification_sheet(),
        problem_sheet((1, "旧问题"), (2, "都有的")),
    )  # fmt: skip
    before = in_force()
    result = send(
        household_sheet(
            person("张三", 联系电话=NEW, 有无安全住房=1), person("李四"),
            person("待见面", 联系电话=NEW), person("贺保平", 人均年纯收入=1),
        ),
        profile_sheet(groups=9), verification_sheet(1, 2, problems="两处不规范"),
        problem_sheet((2, "都有的"), (3, "新问题")),
    )  # fmt: skip
    assert numbers(result) == {"accepted": 3, "created": 1, "unchanged": 1, "forms": 3}
    assert in_force() != before
    preview = undo(result, dry_run=True)
    assert (preview.restored, preview.withdrawn, preview.removed, preview.forms) == (1, 1, 1, 2)
    assert in_force() != before
    done = undo(result)
    assert done.as_dict() == preview.as_dict() and done.left == []
    assert in_force() == before
    whole()
    record = Upload.objects.get(pk=result.upload)
    assert record.undone_by == OPERATOR.actor and record.undone["removed"] == 1 and record.undone_at


def test_taken_back_twice_is_once() -> None:
    send(household_sheet(person("张三")))
    result = send(household_sheet(person("张三", 有无安全住房=1), person("贺保平")), profile_sheet())
    undo(result)
    stored = Revision.objects.count()
    again = undo(result)
    assert again.done == 0 and again.left == [] and Revision.objects.count() == stored
    assert Upload.objects.get(pk=result.upload).undone["restored"] == 1


def test_the_same_file_goes_in_again_afterwards() -> None:
    sheet = household_sheet(person("张三", 联系电话=OLD), person("李四"))
    undo(send(sheet))
    assert RosterEntry.objects.count() == 0
    assert numbers(send(sheet)) == {"accepted": 2, "created": 2}
    assert RosterEntry.objects.count() == 2
    whole()


def test_a_roster_that_was_sent_leaves_again(county: County) -> None:
    lines = [
        ["花名册"],
        ["镇(街)(滨河新区街道) 村(水磨河村)"],
        ["序号", "村民小组", "户主姓名", "家庭人口", "联系电话", "户类型"],
    ]
    lines += [[1, "1", "张三", 4, OLD, "一般农户"], [2, "1", "李四", 3, NEW, "一般农户"]]
    result = send(("花名册", lines))
    assert numbers(result) == {"accepted": 2, "created": 2}
    kept = household_sheet(person("张三", 联系电话=OLD))
    send(kept)
    done = undo(result)
    assert done.removed == 1 and [(one.name, one.reason) for one in done.left] == []
    assert list(RosterEntry.objects.values_list("household__head_name", flat=True)) == ["张三"]


def a_later_revision(county: County, household: Household) -> None:
    send(household_sheet(person(household.head_name, 有无安全住房=1, 有无安全饮水=3)))


def a_decision(county: County, household: Household) -> None:
    finding = Finding.objects.get(household=household, rule="S01")
    decide_finding(county.round, county.pack, finding, state="dismissed", reason="核实过", actor="5")


def a_problem(county: County, household: Household) -> None:
    with village_work(county.round, county.pack, household.village, "5") as work:
        add_problem(work, 1, "房子漏雨", "desk:5", household=household)


def a_change_of_head(county: County, household: Household) -> None:
    change_head(household, "张四", actor="5", reason="去世")


def a_hand_up(county: County, household: Household) -> None:
    VillageSummary.objects.filter(code=code()).update(status="handed_up")


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (a_later_revision, CHANGED), (a_decision, "已有人处理"), (a_problem, "问题清单"),
        (a_change_of_head, "户主"), (a_hand_up, LOCKED),
    ],
)  # fmt: skip
def test_what_something_was_built_on_is_named_and_left(
    county: County, build: Callable[[County, Household], None], reason: str
) -> None:
    send(household_sheet(person("张三"), person("李四")))
    result = send(household_sheet(person("张三", 人均年纯收入=1), person("李四", 人均年纯收入=1)))
    household = Household.objects.get(head_name="张三")
    build(county, household)
    before = in_force()
    done = undo(result)
    named = {one.household: one.reason for one in done.left}
    assert reason in named[household.pk]
    if build is a_hand_up:
        assert done.done == 0 and len(done.left) == 2 and in_force() == before
    else:
        assert done.restored == 1 and len(done.left) == 1
        entry = RosterEntry.objects.get(household=household)
        assert (entry.revision_number, entry.outcome) == (3 if build is a_later_revision else 2, 1)
    whole()


def test_a_move_that_was_undone_keeps_nothing_in_the_upload(county: County) -> None:
    send(household_sheet(person("张三")))
    result = send(household_sheet(person("张三", 人均年纯收入=1)))
    household = Household.objects.get(head_name="张三")
    event = move(county.round, county.pack, household.pk, household.village, "2", Asked(OPERATOR, "搬到二组"))
    undo_event(county.round, county.pack, event.pk, OPERATOR)
    done = undo(result)
    assert (done.restored, done.left) == (1, [])
    whole()


def test_a_household_of_the_upload_that_was_answered_since_stays() -> None:
    result = send(household_sheet(person("张三"), person("李四")))
    send(household_sheet(person("张三", 有无安全住房=1)))
    done = undo(result)
    assert done.removed == 1 and [(one.name, one.reason) for one in done.left] == [("张三", CHANGED)]
    assert list(Household.objects.filter(closed_at=None).values_list("head_name", flat=True)) == ["张三"]


def test_conflicts_and_held_rows_of_the_upload_wait_no_longer() -> None:
    send(household_sheet(person("张三")))
    other = operator_scope("other")
    clash = send(household_sheet(person("张三", 有无安全住房=1)), scope=other)
    assert numbers(clash) == {"conflicts": 1}
    undo(clash)
    assert not Conflict.objects.filter(settled_at=None).exists()
    assert VillageSummary.objects.get(code=code()).figures["conflicts"] == 0
    VillageSummary.objects.filter(code=code()).update(status="handed_up")
    held = send(household_sheet(person("张三", 有无安全住房=3)))
    VillageSummary.objects.filter(code=code()).update(status="open")
    undo(held)
    assert not HeldRevision.objects.filter(taken_at=None).exists()


def groups() -> list[str]:
    return sorted(Group.objects.filter(village__code=code()).values_list("name", flat=True))


@pytest.mark.parametrize("used", ["", "household", "plan", "round", "work", "another upload"])
def test_groups_that_it_made_go_unless_something_uses_them(county: County, used: str) -> None:
    village = Area.objects.get(code=code())
    before = send(household_sheet(person("李四"), group="1"))
    result = send(
        household_sheet(person("张三"), group="7"), household_sheet(person("王五"), group="1", name="二")
    )
    made = Group.objects.get(village=village, name="7")
    if used == "household":
        add_households(village, [NewHousehold("7", "赵六", "", 1, "general")])
    elif used == "plan":
        PlannedVisit.objects.create(
            round=county.round, village=village, group="7", surveyor="李四", on=clock.today()
        )
    elif used == "round":
        GridRound.objects.create(
            round=county.round,
            village=village,
            group="7",
            on=clock.today(),
            noted_at=clock.now(),
            noted_by="x",
            visited=1,
        )
    elif used == "work":
        user = User.objects.create(username="grid")
        Assignment.objects.create(
            user=user, role="grid_worker", kind="group", ref=str(made.pk), since=clock.today()
        )
    elif used == "another upload":
        send(household_sheet(person("孙八"), group="7"))
    undo(result)
    assert groups() == ["1", "7"] if used else groups() == ["1"]
    undo(before)
    assert "1" not in groups()


def test_who_is_not_responsible_takes_nothing_back() -> None:
    result = send(household_sheet(person("张三")))
    with pytest.raises(UndoRefused, match="负责"):
        undo(result, scope=Scope("9"))
    assert RosterEntry.objects.count() == 1


def test_an_upload_that_is_not_there() -> None:
    with pytest.raises(UndoRefused, match="没有这次导入"):
        undo_upload(UUID(int=1), scope=OPERATOR)


def test_the_history_says_who_sent_what_and_what_became_of_it(county: County) -> None:
    result = send(household_sheet(person("张三"), person("李四", 居住地=9)))
    send(household_sheet(person("王五")), scope=operator_scope("other"))
    newest, oldest = uploads(county.round)
    other = operator_scope("other").actor
    assert (newest.actor, oldest.actor) == (other, OPERATOR.actor)
    told = upload_facts(oldest, frozenset())
    assert told["names"] == ["表.xlsx"] and (told["accepted"], told["refused"], told["villages"]) == (1, 1, 1)
    assert orjson.dumps(told) and told["undone_at"] is None
    assert list(uploads(county.round, area=code())) == [newest, oldest]
    assert list(uploads(county.round, area="999")) == []
    assert list(uploads(county.round, area="999", actor=other)) == [newest]
    assert result.upload == told["upload"]


_LEAVING: list[tuple[str, Callable[[County, UUID, UUID], object], str]] = [
    ("moved", lambda c, h, _: move(c.round, c.pack, h, c.villages[1], "1", _ASKED), "后来迁走了"),
    ("merged", lambda c, h, o: merge(c.round, c.pack, h, o, _ASKED), "后来并到别户了"),
    ("closed", lambda c, h, _: close(c.round, c.pack, h, "dead", _ASKED), "后来销户了"),
]
_ASKED = Asked(operator_scope("tester"), "搬家")


@pytest.mark.parametrize(("leave", "said"), [row[1:] for row in _LEAVING], ids=[row[0] for row in _LEAVING])
def test_a_household_that_left_the_village_since_is_named_and_stays(
    county: County, leave: Callable[[County, UUID, UUID], object], said: str
) -> None:
    send(household_sheet(person("李四")))
    upload = send(household_sheet(person("张三"), person("王五")))
    home, other = (Household.objects.get(head_name=head).pk for head in ("张三", "李四"))
    leave(county, home, other)
    for _ in range(2):
        result = undo(upload)
        assert [(one.household, one.name, one.reason) for one in result.left if one.name == "张三"] == [
            (home, "张三", said)
        ]
    assert Household.objects.get(head_name="王五").closed_at is not None
    assert not HouseholdEvent.objects.filter(household=home, kind="take_back").exists()
    whole()
