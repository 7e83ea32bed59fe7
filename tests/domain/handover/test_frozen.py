"""What is handed up can be checked later: the digest, the figures, and what differs; a law over random histories."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.lengths import examples
from tests.worlds.ledger import Ledgers, neighbours
from tests.worlds.round import BY_FORM, CLEAN, NEIGHBOUR, OPERATOR, TODAY, VILLAGE, phone_of

from paicha.domain import clock
from paicha.domain.audit.queries import verify
from paicha.domain.handover import towns
from paicha.domain.handover.copies import add_note
from paicha.domain.handover.errors import HandoverError
from paicha.domain.handover.figures import figures_of, sources_of, sums
from paicha.domain.handover.ledger_text import deviation, freeze, is_whole
from paicha.domain.handover.models import Submission
from paicha.domain.handover.queries import contradictions, row_of
from paicha.domain.handover.round_opening import open_round
from paicha.domain.problems.services import add_problem, withdraw
from paicha.domain.responses.models import Finding, VillageSummary
from paicha.domain.responses.services import record_facts, village_work
from paicha.domain.rounds.models import PackContent, RosterEntry, RoundArea


def test_the_digest_says_what_changed_behind_it(up: Ledgers) -> None:
    one = up.last()
    now = freeze(up.world.round, up.world.pack, up.area().pk)
    assert not deviation(one, now)
    assert is_whole(one)
    household = up.world.household("郝平")
    RosterEntry.objects.filter(household=household).update(outcome=5)
    differs = deviation(one, freeze(up.world.round, up.world.pack, up.area().pk))
    assert (differs.changed, differs.added, differs.gone, differs.forms) == ([household.pk], [], [], [])
    assert differs.rows_of == ["monitored"]
    one.frozen = one.frozen.replace(str(household.pk), "x")
    assert not is_whole(one)


def test_a_problem_withdrawn_after_the_hand_up_is_a_contradiction(ledgers: Ledgers) -> None:
    """A planted contradiction: form 4 says one problem, the list none."""
    ledgers.complete()
    work_of = (ledgers.world.round, ledgers.world.pack, ledgers.area(), "9")
    with village_work(*work_of) as work:
        problem = add_problem(work, 1, "水管漏水", "desk:9", measure="修", due_on=TODAY, owner="王支书")
    ledgers.hand_up()
    rows = [ledgers.summary()]
    up = {VILLAGE: ledgers.last()}
    assert contradictions(ledgers.world.pack, up, rows) == {}
    with village_work(*work_of, through_lock=True) as work:
        withdraw(work, problem, "重了")
    (found,) = contradictions(ledgers.world.pack, up, [ledgers.summary()])[VILLAGE]
    assert (found.label, found.handed_up, found.now) == ("发现问题数量", 1, 0)
    changed = contradictions(ledgers.world.pack, up, [ledgers.summary()])
    areas = {a.code: a for a in RoundArea.objects.filter(round=ledgers.world.round)}
    first, *_ = towns.town_missing(ledgers.world.pack, areas, [ledgers.summary()], changed)
    assert first.words == f"{areas[VILLAGE].spoken}上报后变了：发现问题数量上报时 1，现在 0"
    assert first.blocks


def test_totals_of_what_was_handed_up_are_the_sums_of_the_villages(ledgers: Ledgers) -> None:
    """V25."""
    neighbours(ledgers)
    made = towns.submit_town(ledgers.world.round, ledgers.world.pack, ledgers.town, ledgers.actor("town"))
    pack = ledgers.world.pack
    live = [figures_of(pack, sources_of(ledgers.summary(code))) for code in (VILLAGE, NEIGHBOUR)]
    assert sums(pack, [row["values"] for row in made.figures]) == sums(pack, live)
    for one in made.figures:
        assert row_of(ledgers.last(one["code"]), one["code"]) == one["values"]


def test_the_remark_says_who_is_away_who_is_new_and_what_people_added(up: Ledgers) -> None:
    up.take_back()
    pack, round_ = up.world.pack, up.world.round
    add_note(round_, pack, up.area(), up.actor("cadre"), "  有两户  正在办迁出 ")
    with village_work(round_, pack, up.area(), OPERATOR) as work:
        record_facts(work, enrolled=2)
    values = up.hand_up().figures[0]["values"]
    assert values["remark"] == "外出未联系上1户，新纳入2户，有两户 正在办迁出"
    with pytest.raises(HandoverError, match="统计表的备注不能再改"):
        add_note(round_, pack, up.area(), up.actor("cadre"), "改")
    page = up.world.client("city").get(f"/area/{VILLAGE}/forms/statistics/").content.decode()
    assert "新纳入2户，有两户 正在办迁出" in page


def test_a_second_round_knows_what_the_first_one_said(up: Ledgers) -> None:
    """The facts prior_enrol, prior_risk_cleared, and V42."""
    with clock.frozen(date(2022, 9, 10)):
        content = PackContent.objects.get()
        round_ = open_round(content, up.world.pack, clock.today(), OPERATOR)
        facts = {
            e.household.head_name: e.facts
            for e in RosterEntry.objects.filter(round=round_, village=up.area())
        }
        assert facts["王建国"] == {"prior_enrol": 3}
        assert facts["郝平"] == {"prior_risk_cleared": 3}
        assert facts["贺保平"] is None
        again = Ledgers(up.world)
        up.world.round = round_
        for head, remark, fires in (("王建国", None, True), ("高兰花", "家里有人得了大病", False)):
            household = up.world.household(head)
            RosterEntry.objects.get(round=round_, household=household)
            row = {"household": str(household.pk), "form": "general", "head_name": head, "group": "1"}

            row |= CLEAN | BY_FORM["general"] | {"phone": phone_of(head), "enrol": 1, "remark": remark}
            again.world.answer(VILLAGE, [row])
            found = Finding.objects.filter(round=round_, household=household, rule="V42", state="open")
            assert found.exists() is fires, head
    assert RosterEntry.objects.exclude(round=round_).filter(facts__isnull=False).count() == 0


HEADS = ("郝平", "王建国", "白润喜")


def _acts() -> dict[str, Callable[[Ledgers, int], Any]]:
    """What may be tried in any order; each is one transaction and may refuse."""
    return {
        "hand up": lambda v, n: v.hand_up(reply="核实过"),
        "take back": lambda v, n: v.take_back(),
        "return rows": lambda v, n: v.send_back([HEADS[n % 3]]),
        "return form": lambda v, n: v.send_back(forms=["village_profile"]),
        "return all": lambda v, n: v.send_back(whole=True),
        "answer": lambda v, n: v.answer(HEADS[n % 3], population=3 + n % 4, insured_resident=3 + n % 4),
        "profile": lambda v, n: v.profile(grid_workers=2 + n % 3),
        "found": lambda v, n: v.found(f"新户{'甲乙丙丁'[n % 4]}"),
        "supplement": lambda v, n: v.supplement(),
        "take late": lambda v, n: v.take_late(),
        "correct": lambda v, n: (
            v.correct(HEADS[n % 3], livelihood=[1 + n % 3])
            if HEADS[n % 3] != "王建国"
            else v.correct("王建国", civil_aid=[1 + n % 3])
        ),
        "audit": lambda v, n: v.audit() if v.summary().status == "handed_up" else None,
    }


MAY_CHANGE = {"supplement", "correct"}


def test_nothing_locked_changes_and_the_digest_always_verifies(up: Ledgers) -> None:
    """After any sequence: locked rows change by supplement and consent alone; the last hand-up is what is in force."""
    acts = _acts()
    step = st.tuples(st.sampled_from(sorted(acts)), st.integers(0, 11))

    @given(st.lists(step, min_size=4, max_size=14))
    @settings(max_examples=examples(25), deadline=None)
    def holds(history: list[tuple[str, int]]) -> None:
        mark = transaction.savepoint()
        try:
            for name, n in history:
                _tried(up, acts[name], name, n)
            assert verify() == []
        finally:
            transaction.savepoint_rollback(mark)

    holds()


def _tried(ledgers: Ledgers, act: Callable[[Ledgers, int], Any], name: str, n: int) -> None:
    before = _locked_lines(ledgers)
    try:
        with transaction.atomic():
            act(ledgers, n)
    except HandoverError:
        pass
    after = _locked_lines(ledgers)
    if name not in MAY_CHANGE:
        assert {key: after.get(key, before[key]) for key in before} == before, (name, n)
    _consistent(ledgers)


def _locked_lines(ledgers: Ledgers) -> dict[str, str]:
    """Lines of the frozen text that nobody may change now, by what they name."""
    summary = ledgers.summary()
    if summary.status != VillageSummary.Status.HANDED_UP:
        return {}
    free = {
        str(h)
        for h in RosterEntry.objects.filter(village=ledgers.area(), reopened=True).values_list(
            "household_id", flat=True
        )
    } | set(summary.reopened_forms)
    text = freeze(ledgers.world.round, ledgers.world.pack, ledgers.area().pk).text
    lines = {tuple(line.split(" ")) for line in text.split("\n")}
    named = {(parts[2] if parts[0] == "题" else parts[1]): " ".join(parts) for parts in lines}
    return {key: line for key, line in named.items() if key not in free}


def _consistent(ledgers: Ledgers) -> None:
    """One hand-up in force at most; with nothing back it is exactly what is in force, figures and all."""
    summary = ledgers.summary()
    in_force = list(Submission.objects.filter(area=ledgers.area(), state="submitted"))
    settled = summary.status == "handed_up" and not summary.facts.get("returns_open")
    assert len(in_force) == int(settled)
    reopened = RosterEntry.objects.filter(village=ledgers.area(), reopened=True)
    if summary.status != "handed_up":
        assert not reopened.exists()
    if not settled:
        return
    assert not reopened.exists() and summary.reopened_forms == []
    (one,) = in_force
    assert is_whole(one)
    assert one.digest == ledgers.digest()
    assert contradictions(ledgers.world.pack, {VILLAGE: one}, [summary]) == {}
