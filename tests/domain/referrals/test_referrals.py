"""Questions to departments and their answers, one by one and by Excel."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from tests.worlds.county import OPENS, County

from paicha.core.keys import check_digit
from paicha.core.refusal import Refusal
from paicha.domain.accounts.models import Assignment, Notice, User
from paicha.domain.accounts.policies import Grant, Scope
from paicha.domain.accounts.roles import ROLES, Kind
from paicha.domain.audit.queries import verify
from paicha.domain.households.models import Household
from paicha.domain.referrals.models import Referral
from paicha.domain.referrals.queries import of_departments, referrals_listed
from paicha.domain.referrals.services import ReferralError, answer, send, take_answer_back, withdraw
from paicha.domain.referrals.workbook import read_answers, to_answer
from paicha.domain.responses.models import Finding, VillageSummary
from paicha.domain.responses.services import village_work

QUESTION = "是不是低保户，从哪个月起"
HEADS = ("张三", "訾埃生", "=1+1")


@pytest.fixture
def asked(county: County) -> County:
    """Three households referred to the civil affairs bureau, one of them to the water bureau, too."""
    county.submit(county.villages[0], "general", [{"head_name": head, "group": "1"} for head in HEADS])
    refer(county, HEADS, "civil")
    refer(county, HEADS[:1], "water", "水质检测过没有")
    return county


def refer(
    county: County, heads: Sequence[str], department: str, question: str = QUESTION, actor: str = "7"
) -> list[Referral]:
    ids = [(Household.objects.get(head_name=head).pk, None) for head in heads]
    with village_work(county.round, county.pack, county.villages[0], actor) as work:
        return send(work, ids, department, question)


def of(head: str, department: str = "civil") -> Referral:
    return Referral.objects.get(household__head_name=head, department=department)


def say(county: County, head: str, said: str, reason: str, actor: str = "9") -> Referral:
    with village_work(county.round, county.pack, county.villages[0], actor) as work:
        return answer(work, of(head), said, reason)


def facts(county: County) -> dict[str, Any]:
    found: dict[str, Any] = VillageSummary.objects.get(village=county.villages[0]).facts
    return found


def officer(*departments: str) -> Scope:
    verbs = ROLES["department_officer"].verbs
    return Scope("9", tuple(Grant(Kind.DEPARTMENT, name, verbs) for name in departments))


def test_sent_answered_and_taken_back(asked: County) -> None:
    assert of("张三").due_on == OPENS + timedelta(days=5)
    assert facts(asked)["referrals_open"] == 4
    findings = list(Finding.objects.order_by("pk").values_list("pk", "state"))
    say(asked, "张三", "yes", "2021年7月起享受")
    assert (facts(asked)["referrals_open"], facts(asked)["referrals_answered"]) == (3, 1)
    assert (
        list(Finding.objects.order_by("pk").values_list("pk", "state")) == findings
    )  # nothing is decided by it
    with pytest.raises(Refusal, match="已经答复过"):
        say(asked, "张三", "no", "改主意")
    for actor, says in (("8", "只有答复的人"), ("9", "")):
        with village_work(asked.round, asked.pack, asked.villages[0], actor) as work:
            if says:
                with pytest.raises(ReferralError, match=says):
                    take_answer_back(work, of("张三"))
            else:
                take_answer_back(work, of("张三"))
    assert facts(asked)["referrals_open"] == 4
    assert verify() == []


@pytest.mark.parametrize(
    ("department", "question", "says"),
    [("police", QUESTION, "哪个部门"), ("civil", "  ", "核实什么"), ("civil", "长" * 301, "301 个字")],
)
def test_what_a_question_needs(asked: County, department: str, question: str, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        refer(asked, HEADS[:1], department, question)
    assert Referral.objects.count() == 4


@pytest.mark.parametrize(
    ("said", "reason", "says"),
    [("maybe", "查过", "请选"), ("yes", " ", "理由"), ("no", "长" * 301, "301 个字")],
)
def test_what_an_answer_needs(asked: County, said: str, reason: str, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        say(asked, "张三", said, reason)
    assert facts(asked)["referrals_open"] == 4


def test_the_same_question_waits_once_and_may_be_asked_again_later(asked: County) -> None:
    assert refer(asked, HEADS, "civil") == []
    assert len(refer(asked, HEADS[:1], "civil", "另一个问题")) == 1
    say(asked, "訾埃生", "unknown", "系统里查不到")
    assert len(refer(asked, ["訾埃生"], "civil")) == 1


def test_what_is_withdrawn_is_no_longer_seen(asked: County) -> None:
    with village_work(asked.round, asked.pack, asked.villages[0], "7") as work:
        withdraw(work, of("张三"))
    assert facts(asked)["referrals_open"] == 3
    assert [r.household.head_name for r in of_departments(officer("civil"), asked.round)] == list(HEADS[1:])
    with pytest.raises(ReferralError, match="已经撤回"):
        say(asked, "张三", "yes", "查过")


@pytest.mark.parametrize(
    ("scope", "n"),
    [
        (officer("civil"), 3),
        (officer("water"), 1),
        (officer("civil", "water"), 4),
        (officer("medical"), 0),
        (officer(), 0),
        (Scope("1", (Grant(Kind.AREA, "610881", ROLES["city_officer"].verbs),)), 0),
        (Scope("1", (Grant(Kind.AREA, "610881", ROLES["department_officer"].verbs),)), 0),
    ],
)
def test_a_department_sees_its_own_alone(asked: County, scope: Scope, n: int) -> None:
    assert of_departments(scope, asked.round).count() == n


def test_who_sent_it_hears_of_the_answer(county: County) -> None:
    clerk = User.objects.create_user("clerk")
    county.submit(county.villages[0], "general", [{"head_name": "张三"}])
    refer(county, ["张三"], "civil", actor=str(clerk.pk))
    say(county, "张三", "no", "没有享受")
    notice = Notice.objects.get()
    assert (notice.user, notice.address) == (clerk, f"/household/{Household.objects.get().pk}/")
    assert "没有享受" not in notice.words


def test_the_departments_officers_hear_of_a_question_once(county: County) -> None:
    for name, ref in (("officer", "civil"), ("other", "water")):
        user = User.objects.create_user(name)
        Assignment.objects.create(
            user=user, role="department_officer", kind="department", ref=ref, since=OPENS
        )
    county.submit(county.villages[0], "general", [{"head_name": head} for head in HEADS])
    refer(county, HEADS[:1], "civil")
    refer(county, HEADS[1:], "civil")
    assert [n.user.username for n in Notice.objects.all()] == ["officer"]


def test_lists_are_as_long_as_their_facts(asked: County) -> None:
    say(asked, "张三", "yes", "查过")
    village = [asked.villages[0].pk]
    assert len(referrals_listed(asked.round, village, False)) == facts(asked)["referrals_open"]
    assert len(referrals_listed(asked.round, village, True)) == facts(asked)["referrals_answered"]
    late = referrals_listed(asked.round, village, False, OPENS + timedelta(days=6))
    assert len(late) == sum(facts(asked)["referrals_due_on"].values())


# By Excel


def workbook(county: County) -> openpyxl.Workbook:
    listed = list(of_departments(officer("civil"), county.round))
    return openpyxl.load_workbook(io.BytesIO(to_answer(listed, county.pack, "")))


def filled(
    book: openpyxl.Workbook, rows: dict[int, tuple[Any, Any]], keys: dict[int, Any] | None = None
) -> bytes:
    """The workbook with answer and reason in some of its rows (1: the first question)."""
    sheet = book.active
    assert sheet is not None
    head = next(r for r in range(1, 12) if sheet.cell(r, 1).value == "编号")
    for row, (said, reason) in rows.items():
        sheet.cell(head + row, 9).value = said
        sheet.cell(head + row, 10).value = reason
    for row, key in (keys or {}).items():
        sheet.cell(head + row, 1).value = key
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def test_the_workbook_says_no_more_than_it_must(asked: County) -> None:
    sheet = workbook(asked).active
    assert sheet is not None
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert "=1+1" in texts  # as text, never as a formula
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert not any("1390000" in text or "4000元" in text for text in texts)
    assert of("张三").key in texts
    assert of("张三", "water").key not in texts


def test_answers_come_back_by_their_key(asked: County) -> None:
    data = filled(workbook(asked), {1: ("是", "在册"), 2: ("说不清", "迁走了"), 3: (None, None)})
    read = read_answers(data, "答复.xlsx")
    assert [(r.key, r.answer, r.reason, r.fault) for r in read] == [
        (of("张三").key, "yes", "在册", ""),
        (of("訾埃生").key, "unknown", "迁走了", ""),
    ]


@pytest.mark.parametrize(
    ("row", "key", "says"),
    [
        (("可能", "看过"), None, "是否属实是“可能”，请填“是”“否”或“说不清”"),
        (("", "看过"), None, "是否属实是空的"),
        (("是", " "), None, "没有写理由"),
        (("是", "看过"), "12", "编号“12”不对"),
        (("是", "看过"), "Z0000010", "编号“Z0000010”不对"),
    ],
)
def test_a_row_that_cannot_be_read_is_said_with_its_cell(
    asked: County, row: tuple[str, str], key: str | None, says: str
) -> None:
    data = filled(workbook(asked), {1: row, 2: ("否", "不在册")}, {1: key} if key else None)
    first, second = read_answers(data, "答复.xlsx")
    assert says in first.fault
    assert "疑似问题核实 " in first.fault
    assert (second.answer, second.fault) == ("no", "")


def test_sorted_and_as_csv(asked: County) -> None:
    text = f"编号,是否属实,理由\n{of('訾埃生').key},1,在册\n{of('张三').key.lower()},不属实,没有\n"
    read = read_answers(text.encode("gb18030"), "答复.csv")
    assert [(r.key, r.answer) for r in read] == [(of("訾埃生").key, "yes"), (of("张三").key, "no")]


def test_another_table_is_refused(asked: County) -> None:
    with pytest.raises(ReferralError, match="没有找到“编号”"):
        read_answers("姓名,村\n张三,甲村\n".encode(), "名单.csv")


@pytest.mark.parametrize("number", [1, 12, 123456, 98765432])
def test_a_key_finds_a_wrong_digit(number: int) -> None:
    key = Referral(pk=number).key
    digits = key[1:-1]
    assert int(key[-1]) == check_digit(digits)
    for place, digit in enumerate(digits):
        wrong = digits[:place] + str((int(digit) + 1) % 10) + digits[place + 1 :]
        assert check_digit(wrong) != int(key[-1])
