"""Who may hand up, take back, return and correct when; every refusal with its sentence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from tests.worlds.ledger import SIGNERS, Ledgers, neighbours
from tests.worlds.round import NEIGHBOUR, VILLAGE

from paicha.core.refusal import Refusal
from paicha.domain import clock
from paicha.domain.accounts.models import Assignment, Notice
from paicha.domain.accounts.policies import operator_scope
from paicha.domain.audit.models import AuditEntry
from paicha.domain.audit.queries import verify
from paicha.domain.handover import towns
from paicha.domain.handover.errors import HandoverError
from paicha.domain.handover.hand_up import submit_village
from paicha.domain.handover.models import Correction, Return, Submission
from paicha.domain.intake.services import Source, import_files
from paicha.domain.problems.services import add_problem
from paicha.domain.responses.models import HeldRevision
from paicha.domain.responses.services import village_work
from paicha.domain.rounds.models import RosterEntry

Act = Callable[[Ledgers], object]

# before (acts on a village that is complete), act, what the refusal says; '' means that it is done
TABLE: list[tuple[str, list[Act], Act, str]] = [
    ("handed up once", [], Ledgers.hand_up, ""),
    ("not twice", [Ledgers.hand_up], Ledgers.hand_up, "已经上报了，不用再报"),
    ("taken back by who did it", [Ledgers.hand_up], Ledgers.take_back, ""),
    ("by nobody else", [Ledgers.hand_up], lambda v: v.take_back(who="town"), "这次是cadre的姓名报的"),
    ("nothing to take back", [], Ledgers.take_back, "没有上报，没有可以撤回的"),
    ("not once the town has begun", [Ledgers.hand_up, Ledgers.audit], Ledgers.take_back, "已经开始审核"),
    ("not after a return", [Ledgers.hand_up, lambda v: v.send_back(["郝平"])], Ledgers.take_back, "已经退回"),
    ("up again after it", [Ledgers.hand_up, Ledgers.take_back], Ledgers.hand_up, ""),
    ("nothing to return", [], lambda v: v.send_back(whole=True), "还没有上报"),
    ("a reason is needed", [Ledgers.hand_up], lambda v: v.send_back(whole=True, reason=" "), "请写明为什么退回"),
    ("something is needed", [Ledgers.hand_up], lambda v: v.send_back(), "请选要退回的户或表"),
    ("of the pack", [Ledgers.hand_up], lambda v: v.send_back(forms=["nothing"]), "没有这张表"),
    ("to somebody of the village", [Ledgers.hand_up], lambda v: v.send_back(whole=True, to="elsewhere"),
     "收不到退回，请改退给：cadre的姓名"),
    ("whole", [Ledgers.hand_up], lambda v: v.send_back(whole=True), ""),
    ("not twice the whole", [Ledgers.hand_up, lambda v: v.send_back(whole=True)],
     lambda v: v.send_back(["郝平"]), "已经整村退回"),
    ("rows and then a form", [Ledgers.hand_up, lambda v: v.send_back(["郝平"])],
     lambda v: v.send_back(forms=["village_profile"]), ""),
    ("unchanged needs a word", [Ledgers.hand_up, lambda v: v.send_back(["郝平"])], Ledgers.hand_up,
     "退回的有 1 处没有改"),
    ("with a word", [Ledgers.hand_up, lambda v: v.send_back(["郝平"])],
     lambda v: v.hand_up(reply="核实过，没有错"), ""),
    ("the whole unchanged needs a word", [Ledgers.hand_up, lambda v: v.send_back(whole=True)],
     Ledgers.hand_up, "退回的有 1 处没有改"),
    ("corrected", [Ledgers.hand_up, lambda v: v.send_back(["郝平"]), lambda v: v.answer("郝平", housing=1)],
     Ledgers.hand_up, ""),
    ("nothing late", [Ledgers.hand_up], Ledgers.supplement, "请先勾选"),
    ("late", [Ledgers.hand_up, lambda v: v.found("新来户")], Ledgers.supplement, ""),
    ("a reason for late", [Ledgers.hand_up, lambda v: v.found("新来户")], lambda v: v.supplement(""),
     "请写明为什么补报"),
    ("late, but back", [Ledgers.hand_up, lambda v: v.found("新来户"), lambda v: v.send_back(["郝平"])],
     Ledgers.supplement, "有退回的还没改完"),
    ("late stays late", [Ledgers.hand_up, lambda v: v.found("新来户"), lambda v: v.send_back(["郝平"])],
     Ledgers.take_late, "没有退回，还收不下"),
    ("late after the whole came back", [Ledgers.hand_up, lambda v: v.found("新来户"),
     lambda v: v.send_back(whole=True)], Ledgers.take_late, ""),
    ("late waits for a decision", [Ledgers.hand_up, lambda v: v.found("新来户"),
     lambda v: v.send_back(whole=True)], lambda v: v.hand_up(reply="没错"), "1 户迟到的表还没收下"),
    ("with consent", [Ledgers.hand_up], lambda v: v.correct("郝平", housing=3), ""),
    ("consent of a person", [Ledgers.hand_up], lambda v: v.correct("郝平", by="", housing=3), "谁同意更正"),
    ("consent in a way", [Ledgers.hand_up], lambda v: v.correct("郝平", how="", housing=3), "怎样同意"),
    ("within the rules", [Ledgers.hand_up], lambda v: v.correct("郝平", population=40), "这样改不合规则"),
    ("not for nothing", [Ledgers.hand_up], lambda v: v.correct("郝平", housing=2), "没有要更正的"),
    ("not before", [], lambda v: v.correct("郝平", housing=3), "还没有上报，由村里自己改"),
    ("not while back", [Ledgers.hand_up, lambda v: v.send_back(["郝平"])],
     lambda v: v.correct("王建国", housing=3), "由村里自己改"),
    ("not after a supplement", [Ledgers.hand_up, lambda v: v.found("新来户"), Ledgers.supplement],
     Ledgers.take_back, "上报以后又有补报"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "act", "said"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_who_may_do_what_when(ledgers: Ledgers, before: list[Act], act: Act, said: str) -> None:
    ledgers.complete()
    for one in before:
        one(ledgers)
    stood = ledgers.summary(), ledgers.digest()
    if said:
        with pytest.raises(Refusal, match=said):
            act(ledgers)
        now = ledgers.summary()
        assert (now.status, now.facts, now.counts) == (stood[0].status, stood[0].facts, stood[0].counts)
        assert ledgers.digest() == stood[1]
    else:
        act(ledgers)
    assert verify() == []


def _problem(v: Ledgers) -> None:
    v.complete()
    with village_work(v.world.round, v.world.pack, v.area(), "9") as work:
        add_problem(work, 1, "水管漏水", "desk:9")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda v: None, "1 户没排查"),
        (lambda v: v.answer("贺生花") and v.answer("折玉兰"), "村情调查表还没填"),
        (lambda v: [v.complete(), v.answer("王建国", phone=None)], "处要核对的没写理由"),
        (_problem, "没写全整改措施、时限、责任人"),
    ],
)
def test_what_blocks_is_named(ledgers: Ledgers, spoil: Act, said: str) -> None:
    spoil(ledgers)
    with pytest.raises(Refusal, match=said if "没排查" not in said else "户没排查"):
        submit_village(
            ledgers.world.round, ledgers.world.pack, ledgers.area(), ledgers.actor("cadre"), SIGNERS
        )
    assert ledgers.summary().status == "open"
    assert Submission.objects.count() == 0


@pytest.mark.parametrize("missing", list(SIGNERS))
def test_each_signer_is_asked_for(ledgers: Ledgers, missing: str) -> None:
    """V24."""
    ledgers.complete()
    given = {name: who for name, who in SIGNERS.items() if name != missing}
    label = ledgers.world.pack.questions[missing].label
    with pytest.raises(HandoverError, match=f"{label}没签字（村情调查表、问题清单、统计表）"):
        submit_village(ledgers.world.round, ledgers.world.pack, ledgers.area(), ledgers.actor("cadre"), given)


def test_what_is_handed_up_is_locked_signed_counted_and_told(up: Ledgers) -> None:
    one, summary = up.last(), up.summary()
    assert (summary.status, summary.handed_up_at) == ("handed_up", one.at)
    assert one.digest == up.digest()
    assert one.signers == dict.fromkeys(("problem_list", "statistics", "village_profile"), SIGNERS)
    (row,) = one.figures
    assert (row["code"], row["values"]["surveyed"], row["values"]["total_people"]) == (VILLAGE, 8, 32)
    assert row["values"]["remark"] == "外出未联系上1户"
    assert up.answer("郝平", housing=1) == "held"
    assert up.profile(total_people=40) == "refused"
    told = Notice.objects.get(user=up.world.users["town"])
    assert "上报了，等镇里审核" in told.words
    entry = AuditEntry.objects.get(action="handover.whole")
    assert (entry.actor, entry.count) == (up.actor("cadre"), 9)


def test_taking_back_a_second_hand_up_opens_again_just_what_had_come_back(up: Ledgers) -> None:
    up.send_back(["郝平"])
    up.answer("郝平", housing=3)
    first, second = up.last(), up.hand_up()
    assert (second.number, up.summary().facts["returns_open"]) == (2, 0)
    up.take_back()
    assert up.last() == first
    assert up.summary().status == "handed_up"
    assert up.summary().facts["returns_open"] == 1
    assert [e.household.head_name for e in RosterEntry.objects.filter(reopened=True)] == ["郝平"]
    assert up.answer("王建国", housing=3) == "held"
    assert up.hand_up().number == 3


@pytest.mark.parametrize(
    ("heads", "forms", "whole", "open_heads", "open_forms"),
    [
        (["郝平", "王建国"], [], False, {"郝平", "王建国"}, []),
        ([], ["village_profile"], False, set(), ["village_profile"]),
        ([], ["lifted"], False, {"白润喜", "折玉兰"}, []),
        (["郝平"], ["problem_list", "lifted"], False, {"郝平", "白润喜", "折玉兰"}, ["problem_list"]),
        ([], [], True, None, []),
    ],
)
def test_a_return_opens_exactly_what_it_names_and_its_taking_back_locks_it_again(
    up: Ledgers,
    heads: list[str],
    forms: list[str],
    whole: bool,
    open_heads: set[str] | None,
    open_forms: list[str],
) -> None:
    sent = up.send_back(heads, forms, whole=whole)
    everyone = {e.household.head_name for e in RosterEntry.objects.filter(village=up.area())}
    assert up.summary().status == ("returned" if whole else "handed_up")
    assert up.summary().reopened_forms == open_forms
    told = Notice.objects.filter(user=up.world.users["cadre"], subject=f"return:{sent.pk}").get()
    assert "请核对" in told.words
    up.unsend(sent)
    assert up.summary().status == "handed_up"
    assert (up.summary().reopened_forms, up.summary().facts["returns_open"]) == ([], 0)
    assert up.last().state == "submitted"
    again = up.send_back(heads, forms, whole=whole)
    stored = {h for h in everyone if up.answer(h, major_expense=1, major_expense_reason="看病") == "stored"}
    assert stored == (everyone if open_heads is None else open_heads)
    if stored:
        with pytest.raises(HandoverError, match="已经开始改了"):
            up.unsend(again)


def test_a_return_is_taken_back_by_who_made_it(up: Ledgers) -> None:
    sent = up.send_back(["郝平"])
    with pytest.raises(HandoverError, match="这次是town的姓名退的"):
        up.unsend(sent, who="city")
    up.unsend(sent)
    with pytest.raises(HandoverError, match="已经撤回了"):
        up.unsend(sent)


def test_two_returns_are_open_until_both_are_up_again(up: Ledgers) -> None:
    first = up.send_back(["郝平"])
    up.send_back(["王建国"])
    assert up.summary().facts["returns_open"] == 2
    up.unsend(first)
    assert {e.household.head_name for e in RosterEntry.objects.filter(reopened=True)} == {"王建国"}
    assert up.last().state == "returned"
    up.answer("王建国", housing=3)
    up.hand_up()
    assert Return.objects.filter(done_at__isnull=False).count() == 1


def test_somebody_on_leave_cannot_be_sent_anything(up: Ledgers) -> None:
    """A planted contradiction: the person named has no assignment today."""
    other = up.world.users["nobody"]
    args = {"user": other, "role": "village_cadre", "kind": "village", "ref": VILLAGE}
    Assignment.objects.create(**args, since="2022-03-10", until="2022-03-14")
    with pytest.raises(HandoverError, match=r"nobody的姓名现在没有本村的分工（请假或已调整）.*cadre的姓名"):
        up.send_back(["郝平"], to="nobody")
    Assignment.objects.filter(user=other).update(until=None)
    assert up.send_back(["郝平"], to="nobody").to == other
    up.world.users["cadre"].assignments.update(until="2022-03-14")
    other.assignments.update(until="2022-03-14")
    with pytest.raises(HandoverError, match="没有能接手的人"):
        up.send_back(["王建国"], to="cadre")


def test_late_rows_go_in_by_a_supplement_and_are_frozen_anew(up: Ledgers) -> None:
    assert up.found("新来户") == "held"
    assert up.summary().facts["held"] == 1
    before = up.last()
    made = up.supplement()
    assert (made.kind, made.number, made.reason) == ("supplement", 2, "外出户回来了")
    before.refresh_from_db()
    assert before.state == "superseded"
    assert made.figures[0]["values"]["surveyed"] == before.figures[0]["values"]["surveyed"] + 1
    assert (made.digest, up.summary().facts["held"]) == (up.digest(), 0)
    assert HeldRevision.objects.get().outcome == "stored"
    assert up.answer("郝平", housing=1) == "held"


def test_a_correction_with_consent_is_on_record_and_told_to_the_village(up: Ledgers) -> None:
    made = up.correct("郝平", housing=3)
    assert (made.fields, made.before, made.after) == (["housing"], 1, 2)
    assert (made.consented_by, made.consented_how, made.reason) == ("王支书", "电话里同意", "抄错一格")
    assert made.submission == up.last()
    assert up.last().digest == up.digest()
    assert Notice.objects.filter(user=up.world.users["cadre"], subject=f"correction:{made.pk}").exists()
    assert Correction.objects.count() == 1
    assert AuditEntry.objects.filter(action="handover.correct", actor=up.actor("town")).count() == 1


def test_a_whole_round_trip_through_three_levels(ledgers: Ledgers) -> None:
    world, town, county = ledgers.world, ledgers.town, ledgers.county
    submit = (world.round, world.pack, town, ledgers.actor("town"))
    with pytest.raises(HandoverError, match="还没上报"):
        towns.submit_town(*submit)
    neighbours(ledgers)
    made = towns.submit_town(*submit)
    assert [row["code"] for row in made.figures] == [VILLAGE, NEIGHBOUR]
    for act, said in (
        (lambda: towns.submit_town(*submit), "已经上报市级了"),
        (lambda: ledgers.send_back(["郝平"]), "镇街已经上报市级"),
        (lambda: towns.take_town_back(world.round, town, ledgers.actor("city")), "就由谁撤回"),
        (lambda: towns.close_round(world.round, county, ledgers.actor("city")), "没有上报"),
    ):
        with pytest.raises(Refusal, match=said):
            act()
    towns.take_town_back(world.round, town, ledgers.actor("town"))
    assert towns.submit_town(*submit).number == 2
    to = world.users["town"]
    back = (world.round, world.pack, town, ledgers.actor("city"), "请核实", to)
    with pytest.raises(HandoverError, match="收不到退回，请改退给：town的姓名"):
        towns.return_town(*back[:-1], world.users["cadre"])
    sent = towns.return_town(*back)
    towns.take_town_return_back(world.round, town, sent, ledgers.actor("city"))
    sent = towns.return_town(*back)
    ledgers.send_back(["郝平"])
    with pytest.raises(HandoverError, match="已经开始改了"):
        towns.take_town_return_back(world.round, town, sent, ledgers.actor("city"))
    ledgers.answer("郝平", housing=3)
    with clock.frozen(date(2022, 3, 16)):
        ledgers.hand_up()
    with pytest.raises(HandoverError, match="还没审核完"):
        towns.submit_town(*submit)
    ledgers.audit()
    assert towns.submit_town(*submit).number == 3
    sent.refresh_from_db()
    assert sent.done_at is not None
    assert verify() == []


def test_a_roster_imported_after_the_hand_up_adds_nobody(up: Ledgers) -> None:
    """The import's result says so, row by row; who is known already is no change."""
    text = "户主姓名,村民小组,家庭人口,类别\n新来的,1,3,一般农户\n王建国,1,4,一般农户\n"
    before = up.digest()
    source = Source("花名册.csv", text.encode("utf-8-sig"))
    result = import_files([source], scope=operator_scope("tester"), village=VILLAGE)
    assert (result.refused, result.unchanged, result.created) == (1, 1, 0)
    assert [m.code for m in result.messages if m.severity == "hard"] == ["H03"]
    assert up.digest() == before
