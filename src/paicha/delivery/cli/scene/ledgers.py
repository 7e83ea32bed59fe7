"""The villages that are through: handed up, audited, sent back with a reason, asked, visited; what came late."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid5

from paicha.delivery.cli.scene.cast import OWN_LEADER, TOWN, Cast
from paicha.delivery.cli.scene.village import answers_of, item_of
from paicha.domain import clock
from paicha.domain.accounts import zones
from paicha.domain.accounts.policies import scope
from paicha.domain.areas.models import Area
from paicha.domain.handover.hand_up import submit_village
from paicha.domain.handover.returns import Back, return_to_village
from paicha.domain.problems.models import Problem
from paicha.domain.problems.services import set_rectification
from paicha.domain.responses.models import Finding, VillageSummary
from paicha.domain.responses.services import decide_within
from paicha.domain.rounds.models import RosterEntry
from paicha.domain.sync.batches import Batch, take_batch
from paicha.domain.sync.devices import Sender, enrol
from paicha.domain.sync.models import Device
from paicha.domain.verification.desk_audits import decide
from paicha.domain.verification.enquiries import ask
from paicha.domain.verification.visits import Plan, Result, finish, may_lead, plan

_SIGNERS = {"secretary": "王支书", "first_secretary": "无此岗位", "liaison_cadre": "刘包村"}
_LEFT = 2  # villages that are through and have not handed up yet
_LATE = UUID("0f2c7f0e-1c2b-4d8e-8a11-7d8c6a4b9e20")


def hand_up(cast: Cast) -> None:
    """On the sixth day: every village that is through hands up, but for the last ones."""
    for village in _up(cast):
        _complete(cast, village)
        actor = str(cast.cadre_of(village).pk)
        submit_village(cast.round, cast.pack, village, actor, _SIGNERS)


def _up(cast: Cast) -> list[Area]:
    return cast.done[: max(len(cast.done) - _LEFT, 1)]


def _complete(cast: Cast, village: Area) -> None:
    """Reasons for what asks for one; measures, limits and owners for the problems."""
    with cast.work_as(cast.cadre_of(village), village) as work:
        soft = Finding.objects.filter(round=cast.round, village=village, severity="soft", state="open")
        for pk in soft.values_list("pk", flat=True):
            decide_within(work, pk, state="confirmed", reason="核对过，情况就是这样")
        for problem in Problem.objects.filter(round=cast.round, village=village):
            due = clock.today() + timedelta(days=20)
            set_rectification(work, problem, measure="逐户核对整改", due_on=due, owner="村主任")


def judge(cast: Cast) -> None:
    """On the seventh day, by the order of the villages: passed, visited, sent back, asked; the rest waits."""
    for village, act in zip(_up(cast), (_pass, _visit, _send_back, _ask), strict=False):
        act(cast, village)
    _plan_cross_checks(cast, _up(cast))


def _pass(cast: Cast, village: Area) -> None:
    with cast.work(TOWN, village) as work:
        decide(work, "passed", "")
    _send_late(cast, village)


def _visit(cast: Cast, village: Area) -> None:
    """Audited: to be visited, and visited this morning."""
    with cast.work(TOWN, village) as work:
        decide(work, "visit", "低保户没有一户纳入，请去看看")
        made = plan(
            work, Plan("verification", clock.today(), cast.user(OWN_LEADER), reasons=["低保户没有一户纳入"])
        )
    points = dict.fromkeys(("v_arranged", "v_survey", "v_measures", "v_problems", "v_petitions"), 1)
    values = points | {
        "v_data": 2, "conclusion_problems": "个别户信息与实际不符", "verifiers": "甲、乙", "area_leader": "演示片长",
        "verified_on": clock.today(),
    }  # fmt: skip
    seen = {row.household_id: ("agrees", "") for row in made.households.all()}
    with cast.work(OWN_LEADER, village) as work:
        finish(work, made, Result(values, seen))


def _send_back(cast: Cast, village: Area) -> None:
    """Two households and a form come back, with a reason, to the village's cadre."""
    some = Back(cast.met(village)[:2], [cast.pack.profile.name] if cast.pack.profile else [], False)
    reason = "住房和收入填得不一致，请入户再核"
    actor = cast.actor(TOWN)
    return_to_village(cast.round, cast.pack, village, actor, some, reason, cast.cadre_of(village))


def _ask(cast: Cast, village: Area) -> None:
    with cast.work(TOWN, village) as work:
        ask(work, "总户数比排查户数多 3 户，是哪几户？", cast.cadre_of(village), address="")


def _plan_cross_checks(cast: Cast, handed_up: list[Area]) -> None:
    """A leader of another zone goes to villages where nobody is monitored."""
    leaders = zones.town_leaders(Area.objects.get(pk=cast.town.area_id))
    on = clock.today() + timedelta(days=2)
    for village in handed_up:
        if VillageSummary.objects.get(round=cast.round, village=village).counts.get("monitored"):
            continue
        with cast.work(TOWN, village) as work:
            fit = list(may_lead(work, "cross_check", leaders))
            if fit:
                plan(work, Plan("cross_check", on, fit[0], reasons=["没有易返贫致贫户"]))


def _send_late(cast: Cast, village: Area) -> None:
    """A household of a village that is up comes late, by its cadre's phone."""
    user, device = cast.cadre_of(village), uuid5(_LATE, "cadre")
    enrol(user, device, f"{user.name}的手机", "Android 12")
    entry = RosterEntry.objects.filter(round=cast.round, village=village, outcome__in=(1, 2, 3)).first()
    if entry is None:
        return
    item = item_of(entry, answers_of(entry) | {"water": 3, "residence": 2, "housing": 2}, 90)
    item["raised"] = [
        {"id": str(uuid5(_LATE, "problem")), "kind": "problem", "type": 1, "text": "河堤垮了一段"}
    ]
    sender = Sender(user, scope(user), "full", Device.objects.get(pk=device))
    take_batch(sender, Batch(uuid5(_LATE, "batch"), device, [item]))
