"""The desk audit: one for each hand-up, begun by the first act, undone by who decided."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.worlds.town import Town

from paicha.core.refusal import Refusal
from paicha.domain import clock
from paicha.domain.responses.models import VillageSummary
from paicha.domain.verification import desk_audits
from paicha.domain.verification.attention import awaits_desk_audit, desk_audit_result
from paicha.domain.verification.errors import VerificationError
from paicha.domain.verification.models import DeskAudit


def test_nothing_is_audited_before_it_is_handed_up(town: Town) -> None:
    village = town.villages[0]
    with pytest.raises(VerificationError, match="还没有上报"), town.work(village) as work:
        desk_audits.decide(work, "passed", "")
    assert not awaits_desk_audit(town.summary(village))


@pytest.mark.parametrize(
    ("result", "opinion", "said"),
    [
        ("returned", "请改", "要退回，请用“退回”"),
        ("", "", "请选“通过”或“列入实地核实”"),
        ("visit", " ", "写明去村里要核实什么"),
        ("passed", "长" * 1001, "最多 1000 字"),
    ],
)
def test_what_a_decision_needs(town: Town, result: str, opinion: str, said: str) -> None:
    town.hand_up(town.villages[0])
    with pytest.raises(Refusal, match=said), town.work(town.villages[0]) as work:
        desk_audits.decide(work, result, opinion)
    assert not DeskAudit.objects.exists()


def test_decided_undone_and_decided_again(town: Town) -> None:
    village = town.villages[0]
    town.hand_up(village)
    with town.work(village) as work:
        desk_audits.begin(work)
    assert town.facts(village)["audit_begun"] == 1 and awaits_desk_audit(town.summary(village))
    with town.work(village) as work:
        desk_audits.decide(work, "passed", "")
    assert (
        not awaits_desk_audit(town.summary(village)) and desk_audit_result(town.summary(village)) == "passed"
    )
    with pytest.raises(VerificationError, match="由谁定的"), town.work(village, "city") as work:
        desk_audits.undo(work)
    with town.work(village) as work:
        desk_audits.undo(work)
    assert awaits_desk_audit(town.summary(village)) and desk_audit_result(town.summary(village)) == ""
    with town.work(village) as work:
        desk_audits.decide(work, "visit", "看三户住房")
    assert desk_audit_result(town.summary(village)) == "visit"
    assert DeskAudit.objects.count() == 1


def test_the_next_hand_up_is_judged_afresh(town: Town) -> None:
    village = town.villages[0]
    town.hand_up(village)
    with town.work(village) as work:
        desk_audits.decide(work, "passed", "齐全")
    VillageSummary.objects.filter(village=village.area).update(status="returned")
    assert desk_audit_result(town.summary(village)) == ""
    with clock.frozen(clock.now() + timedelta(days=2)):
        town.hand_up(village)
        assert awaits_desk_audit(town.summary(village))
        with pytest.raises(VerificationError, match="还没有结果"), town.work(village) as work:
            desk_audits.undo(work)
        with town.work(village) as work:
            desk_audits.decide(work, "passed", "")
    assert DeskAudit.objects.count() == 2


@pytest.mark.parametrize(
    ("waiting", "said"),
    [
        ({"figures": {"conflicts": 2}}, "2 户两边填得不一样"),
        ({"facts": {"enquiries_open": 1}}, "1 个问题村里没答复"),
    ],
)
def test_what_stands_open_is_not_passed(town: Town, waiting: dict[str, object], said: str) -> None:
    town.hand_up(town.villages[0])
    VillageSummary.objects.filter(village=town.villages[0].area).update(**waiting)
    with pytest.raises(VerificationError, match=said), town.work(town.villages[0]) as work:
        desk_audits.decide(work, "passed", "")
    with town.work(town.villages[0]) as work:  # a visit may well be what it needs
        desk_audits.decide(work, "visit", "去看")
