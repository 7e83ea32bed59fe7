"""What a village's summary row says about it to the town: why it needs attention, what waits, whom to visit.

Why apart: the table of villages, the town's first page, the proposals of visits and the guards of the audit all read
the same row. What holds: pure functions of one row, its pack and the calendar; no query, however many villages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from paicha.core.pack import Pack
from paicha.domain import clock
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.summary.tallies import Selection, due, has_rows, household_leads, none_monitored
from paicha.domain.rounds.models import Round
from paicha.domain.rounds.queries import StageState, stages

# Open leads from which a village has many: this share of its households, and at least so many (assumed).
_MANY_SHARE, _MANY_LEAST = 0.12, 5
_IDLE_LEAST = 2  # days without a visit from which a village is idle (assumed)


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a village stands where it stands in the table. `n`: of what; `weight`: how far up it moves."""

    key: str
    words: str
    n: int
    weight: int


# key → title of the filter, most urgent first; the order is the order of the table
CAUSES: dict[str, str] = {
    "overdue": "过期没上报",
    "returned": "退回没改完",
    "conflicts": "两边填得不一样",
    "zero_leads": "零监测户有线索",
    "alert": "新增风险户多",
    "zero": "零监测户",
    "audit": "等镇里审核",
    "enquiries": "问了没答复",
    "answered": "答复等镇里看",
    "leads": "线索多",
    "idle": "两天没动静",
    "office": "镇级关注",
    "late_rows": "迟到的表",
    "soft": "没写理由",
    "profile": "没交村情调查表",
}
_WEIGHTS = {key: 2 ** (len(CAUSES) - place) for place, key in enumerate(CAUSES)}


def first_stage(round_: Round, pack: Pack, code: str) -> StageState:
    """The stage in which villages survey, as it stands for an area today."""
    return next(stage for stage in stages(round_, pack, code=code) if stage.level == "village")


def town_deadline(round_: Round, pack: Pack, code: str) -> date:
    """By when a town has verified: the deadline of its own stage, extensions counted."""
    return max(stage.deadline for stage in stages(round_, pack, code=code) if stage.level == "town")


def cross_check(pack: Pack, summary: VillageSummary) -> str:
    """'' none is asked for; else needed, planned or done (the notice: every village with none monitored)."""
    known = summary.fact.cross_check
    if known in ("planned", "done"):
        return known
    return "needed" if none_monitored(pack, summary) else ""


def hand_up_mark(summary: VillageSummary) -> str:
    """Which hand-up is in force; what a desk audit is kept for."""
    return summary.handed_up_at.isoformat() if summary.handed_up_at else ""


def awaits_desk_audit(summary: VillageSummary) -> bool:
    """Handed up, not yet decided upon, and nothing of it back in the village: what comes up again is audited anew."""
    return _awaits_audit(summary) and not summary.fact.returns_open


def _awaits_audit(summary: VillageSummary) -> bool:
    handed_up = summary.handed_up
    return handed_up and summary.fact.audited_for != hand_up_mark(summary)


def desk_audit_result(summary: VillageSummary) -> str:
    """The result of the audit of the hand-up in force: '', passed or visit."""
    if not summary.handed_up or _awaits_audit(summary):
        return ""
    return summary.fact.audited


def visit_owed(summary: VillageSummary) -> bool:
    """The audit asked for a visit, and none was made yet, or one that is planned isn't made yet."""
    fact = summary.fact
    return desk_audit_result(summary) == "visit" and (bool(fact.visits_planned) or not fact.visits_done)


def many_leads(pack: Pack, summary: VillageSummary) -> bool:
    """Whether a village has more open leads than its size explains."""
    households = Selection().count(pack, summary.counts)
    n = household_leads(pack, summary)
    return n >= max(_MANY_LEAST, _MANY_SHARE * households)


def idle_days(summary: VillageSummary, stage: StageState) -> int:
    """Days since the last visit to a household, or since the opening, of a village that surveys; 0 below two."""
    last = max(summary.figures.get("days", {}), default="")
    opened = clock.today() - timedelta(days=stage.day - 1)
    days = (clock.today() - (max(date.fromisoformat(last), opened) if last else opened)).days
    return days if days >= _IDLE_LEAST else 0


def causes(pack: Pack, summary: VillageSummary, stage: StageState) -> list[Cause]:
    """Why a village needs attention, the most urgent first. `stage`: the villages' own (see `first_stage`)."""
    if not has_rows(summary):
        return []
    figures, fact = summary.figures, summary.fact
    leads, open_ = household_leads(pack, summary), summary.status == VillageSummary.Status.OPEN
    zero = cross_check(pack, summary)
    left = due(pack, summary.counts)
    returned = fact.returns_open or int(summary.status == VillageSummary.Status.RETURNED)
    days, watched = -stage.left, pack.watched.label
    found: dict[str, tuple[int, str]] = {
        "overdue": (
            days if open_ and stage.over else 0,
            f"过期 {days} 天没上报" + (f"，还有 {left} 户没查" if left else ""),
        ),
        "returned": (returned, "退回的还没改完"),
        "conflicts": (int(figures.get("conflicts", 0)), "户两边填得不一样"),
        "zero_leads": (leads if zero in ("needed", "planned") else 0, f"没有{watched}，却有线索"),
        "alert": (fact.alert, "户新增风险户，比平常多"),
        "zero": (int(zero == "needed"), "要交叉核实" if leads else f"没有{watched}，要交叉核实"),
        "audit": (int(awaits_desk_audit(summary)), "已上报，等镇里审核"),
        "enquiries": (fact.enquiries_open, "个问题没答复"),
        "answered": (fact.enquiries_answered, "个答复等镇里看"),
        "leads": (int(figures.get("open_leads", 0)) if many_leads(pack, summary) else 0, "条线索没处理"),
        "idle": (idle_days(summary, stage) if open_ and left else 0, "天没入户"),
        "office": (int(figures.get("office", 0)), "处镇级关注"),
        "late_rows": (fact.held, "户上报后才到"),
        "soft": (int(figures.get("soft", 0)), "处没写理由"),
        "profile": (int(pack.profile is not None and not summary.profile), "没交村情调查表"),
    }
    said = _without_number
    return [
        Cause(key, words if key in said else f"{n} {words}", n, _WEIGHTS[key])
        for key, (n, words) in found.items()
        if n
    ]


_without_number = frozenset({"overdue", "returned", "zero_leads", "zero", "audit", "profile"})


def order(found: Sequence[Cause]) -> tuple[int, int]:
    """A sort key: the villages with the most urgent causes first, then by how much of them."""
    return -sum(cause.weight for cause in found), -sum(cause.n for cause in found)


def visit_reasons(pack: Pack, summary: VillageSummary) -> list[str]:
    """Why a village should be visited, as sentences (the notice: 根据审核结果，进村入户开展针对性核实)."""
    figures, fact = summary.figures, summary.fact
    found = []
    if desk_audit_result(summary) == "visit":
        found.append("审核时列入实地核实")
    for rule in pack.rules:
        if rule.scope == "village" and rule.asks is None and summary.leads.get(rule.id):
            found.append(rule.message)
    if many_leads(pack, summary):
        found.append(f"有 {figures.get('open_leads', 0)} 条线索没处理")
    if figures.get("office"):
        found.append(f"有 {figures['office']} 处镇级关注")
    if figures.get("conflicts"):
        found.append(f"有 {figures['conflicts']} 户两边填得不一样")
    if fact.alert:
        found.append(f"新增 {fact.alert} 户风险户")
    return found


def propose_visit(pack: Pack, summary: VillageSummary) -> tuple[str, list[str]]:
    """(kind of visit, why): '' where none is proposed, because none is needed or one is planned or done.

    A cross-check is asked for by the notice itself; a visit of the town by what the audit shows.
    """
    if not has_rows(summary):
        return "", []
    if cross_check(pack, summary) == "needed":
        return "cross_check", [f"没有{pack.watched.label}", *visit_reasons(pack, summary)]
    if summary.fact.visits_planned or summary.fact.visits_done:
        return "", []
    reasons = visit_reasons(pack, summary)
    return ("verification", reasons) if reasons else ("", [])
