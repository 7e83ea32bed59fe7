"""Bulk acts: village by village, going on where they stopped, and undone exactly."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.lengths import examples
from tests.worlds.town import AIDED, POOR, UNINSURED, Town, fill

from paicha.core.refusal import Refusal
from paicha.domain import clock
from paicha.domain.accounts.models import Notice
from paicha.domain.audit.models import AuditEntry
from paicha.domain.audit.queries import verify
from paicha.domain.responses.models import Finding, VillageSummary
from paicha.domain.responses.services import decide_finding
from paicha.domain.verification import bulk
from paicha.domain.verification.errors import VerificationError
from paicha.domain.verification.models import BulkJob, BulkStep, Visit

REASON = "入户核实过，收入稳定"
_COLUMNS = ("pk", "rule", "state", "reason", "decided_by", "decided_at", "fingerprint", "before", "detail")


def snapshot() -> tuple[list[Any], list[Any]]:
    """Every finding and what the villages' rows count of them."""
    findings = list(Finding.objects.exclude(state="lapsed").order_by("pk").values_list(*_COLUMNS))
    rows = VillageSummary.objects.order_by("code").values_list("code", "leads", "figures", "counts", "facts")
    return findings, list(rows)


def dismissal(town: Town, rules: list[str], who: str = "clerk", villages: Any = None) -> BulkJob:
    chosen = town.villages if villages is None else villages
    return bulk.start(
        town.county.round, town.area, "dismiss", [v.area.pk for v in chosen], {"rules": rules, "reason": REASON},
        str(town.users[who].pk),
    )  # fmt: skip


def states(rule: str) -> set[str]:
    return set(Finding.objects.filter(rule=rule).values_list("state", flat=True))


def test_dismissed_in_every_village_counted_and_undone(town: Town) -> None:
    fill(town.villages[2], [POOR, AIDED])
    before = snapshot()
    job = bulk.run(dismissal(town, ["S01"]), town.county.pack)
    assert (job.phase, job.passed, job.changed) == ("done", 3, 3)
    assert states("S01") == {"dismissed"} and states("S09") == {"open"}
    assert {f.reason for f in Finding.objects.filter(rule="S01")} == {REASON}
    assert "S01" not in town.summary(town.villages[0]).leads
    entries = AuditEntry.objects.filter(action="finding.dismissed", subject=f"bulk:{job.pk}")
    assert sorted(entries.values_list("count", flat=True)) == [1, 2]
    undone = bulk.undo(bulk.ask_undo(job, job.made_by), town.county.pack)
    assert (undone.phase, undone.changed) == ("undone", 0)
    assert snapshot() == before
    assert verify() == []


def test_undoing_leaves_what_people_did_since(town: Town) -> None:
    job = bulk.run(dismissal(town, ["S01", "S06"]), town.county.pack)
    one, two = Finding.objects.filter(rule="S01").order_by("pk")
    decide_finding(town.county.round, town.county.pack, one, state="confirmed", reason="又去看过", actor="7")
    town.villages[0].one(household=two.household_id, head_name=two.household.head_name, income_band=4)  # type: ignore[union-attr]
    undone = bulk.undo(bulk.ask_undo(job, job.made_by), town.county.pack)
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.state, one.reason) == ("confirmed", "又去看过")
    assert two.state == "lapsed"  # its answers changed: what no longer fires doesn't come back
    assert states("S06") == {"open"}
    assert undone.changed == 1
    assert town.summary(town.villages[0]).leads.get("S01") is None


def test_a_job_that_stopped_goes_on(town: Town) -> None:
    fill(town.villages[2], [POOR])
    job = dismissal(town, ["S01"])

    def stop() -> None:
        raise RuntimeError("the machine was switched off")

    with pytest.raises(RuntimeError):
        bulk.run(job, town.county.pack, stop)
    assert BulkStep.objects.count() == 1 and states("S01") == {"dismissed", "open"}
    bulk.fail(job, "系统出了问题")
    job = bulk.run(bulk.ask_again(job, job.made_by), town.county.pack)
    assert (job.phase, job.passed, job.changed) == ("done", 3, 3)
    assert states("S01") == {"dismissed"}
    assert bulk.run(job, town.county.pack).changed == 3  # done is done


def test_a_job_whose_worker_was_stopped_can_be_asked_to_go_on(town: Town) -> None:
    job = dismissal(town, ["S01"])
    assert not bulk.is_stalled(job)
    with pytest.raises(VerificationError, match="不能接着办"):
        bulk.ask_again(job, job.made_by)
    BulkJob.objects.filter(pk=job.pk).update(phase="running")
    job.refresh_from_db()
    with clock.frozen(clock.now() + timedelta(minutes=5)):
        assert bulk.is_stalled(job)
        with pytest.raises(VerificationError, match="不能接着办"):
            bulk.ask_again(job, "1000")
        assert bulk.run(bulk.ask_again(job, job.made_by), town.county.pack).changed == 2


def test_the_scope_is_read_again_when_the_work_begins(town: Town) -> None:
    job = dismissal(town, ["S01"])
    town.users["clerk"].assignments.update(ref=town.villages[1].area.code)
    job = bulk.run(job, town.county.pack)
    assert (job.phase, job.changed) == ("done", 0)
    assert states("S01") == {"open"}


@pytest.mark.parametrize(
    ("kind", "details", "said"),
    [
        ("dismiss", {"rules": ["S01"], "reason": " "}, "请写明理由"),
        ("dismiss", {"rules": ["S01"], "reason": "长" * 301}, "最多 300 字"),
        ("dismiss", {"rules": [], "reason": REASON}, "请选哪些规则"),
        ("remind", {"words": ""}, "请写提醒的话"),
        ("visit", {"planned_on": ""}, "请写哪一天去"),
        ("visit", {"planned_on": "2022-03-09"}, "今天或以后"),
        ("visit", {"planned_on": "2022-03-22"}, "请选带队的人"),
        ("other", {}, "请选要做什么"),
    ],
)
def test_what_an_act_needs(town: Town, kind: str, details: dict[str, Any], said: str) -> None:
    with pytest.raises(Refusal, match=said):
        bulk.start(town.county.round, town.area, kind, [town.villages[0].area.pk], details, "1")
    with pytest.raises(VerificationError, match="没有村"):
        bulk.start(town.county.round, town.area, "remind", [], {"words": "快"}, "1")


def test_only_its_maker_undoes_and_only_once(town: Town) -> None:
    job = bulk.run(dismissal(town, ["S01"]), town.county.pack)
    with pytest.raises(VerificationError, match="由谁办的"):
        bulk.ask_undo(job, str(town.users["city"].pk))
    bulk.undo(bulk.ask_undo(job, job.made_by), town.county.pack)
    with pytest.raises(VerificationError, match="已经撤销"):
        bulk.ask_undo(job, job.made_by)


def test_reminders_reach_each_villages_cadre(town: Town) -> None:
    details = {"words": "请今天上报", "address": "/area/{code}/"}
    job = bulk.start(
        town.county.round, town.area, "remind", [v.area.pk for v in town.villages], details,
        str(town.users["clerk"].pk),
    )  # fmt: skip
    assert bulk.run(job, town.county.pack).changed == 3
    told = {notice.user.username: notice.address for notice in Notice.objects.select_related("user")}
    assert told == {f"cadre{n}": f"/area/{v.area.code}/" for n, v in enumerate(town.villages)}
    with pytest.raises(VerificationError, match="收不回来"):
        bulk.ask_undo(job, job.made_by)


def test_visits_for_every_village_and_back(town: Town) -> None:
    details = {
        "leader": town.users["first"].pk, "planned_on": "2022-03-22", "team": "甲", "address": "/visit/{pk}/",
    }  # fmt: skip
    villages = [v.area.pk for v in town.villages[:2]]
    job = bulk.start(town.county.round, town.area, "visit", villages, details, str(town.users["clerk"].pk))
    assert bulk.run(job, town.county.pack).changed == 2
    assert bulk.run(bulk.start(town.county.round, town.area, "visit", villages, details, job.made_by),
                    town.county.pack).changed == 0  # fmt: skip
    undone = bulk.undo(bulk.ask_undo(job, job.made_by), town.county.pack)
    assert undone.changed == 0
    assert set(Visit.objects.values_list("state", flat=True)) == {"dropped"}
    assert town.facts(town.villages[0])["visits_planned"] == 0


_ROWS = st.lists(st.sampled_from([POOR, AIDED, UNINSURED, {}, {**POOR, **AIDED}]), max_size=5)
_RULES = st.sets(st.sampled_from(["S01", "S06", "S09", "S13"]), min_size=1)


@settings(
    max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=_ROWS, rules=_RULES, seed=st.integers(0, 2**16), touched=st.integers(0, 3))
def test_undo_restores_exactly_what_still_stands(
    town: Town, rows: list[dict[str, Any]], rules: set[str], seed: int, touched: int
) -> None:
    """Whatever the leads, the rules and what people decided in between: the rest is as it was before."""
    with transaction.atomic():
        fill(town.villages[2], rows)
        before = {row[0]: row for row in snapshot()[0]}
        job = bulk.run(dismissal(town, sorted(rules)), town.county.pack)
        done = list(Finding.objects.filter(state="dismissed").select_related("village").order_by("pk"))
        again = random.Random(seed).sample(done, min(touched, len(done)))
        for finding in again:
            decide_finding(
                town.county.round, town.county.pack, finding, state="dismissed", reason="另有理由", actor="9"
            )
        bulk.undo(bulk.ask_undo(job, job.made_by), town.county.pack)
        after = {row[0]: row for row in snapshot()[0]}
        kept = {finding.pk for finding in again}
        if again:  # a village's own rules count what is open: with one lead fewer they rest on something else
            own = set(Finding.objects.filter(household=None).values_list("pk", flat=True))
            before, after = (
                {pk: row for pk, row in rows.items() if pk not in own} for rows in (before, after)
            )
        assert {pk: row for pk, row in after.items() if pk not in kept} == {
            pk: row for pk, row in before.items() if pk not in kept
        }
        assert all(after[pk][2:5] == ("dismissed", "另有理由", "9") for pk in kept)
        for village in town.villages:
            open_now = Finding.objects.filter(village=village.area, severity="lead", state="open").count()
            assert town.summary(village).figures.get("open_leads", 0) == open_now
        assert BulkJob.objects.get(pk=job.pk).changed == len(kept)
        transaction.set_rollback(True)
