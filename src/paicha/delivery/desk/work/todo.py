"""Lines of problems, petitions, referrals and changes for the first pages: a village's work, and what a town or the
county keeps an eye on.

What holds: every number comes from summary rows and opens into exactly its rows; what a village lets pass is seen
one level up (mechanism, Rectification; changes that wait for three days).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from django.urls import reverse

from paicha.delivery.desk.places import Place
from paicha.delivery.desk.todo import Todo
from paicha.delivery.desk.work import changes, petitions, problems, referrals
from paicha.domain import clock
from paicha.domain.accounts.roles import Verb
from paicha.domain.responses.base_changes import LATE_DAYS
from paicha.domain.responses.models import VillageSummary


def todos(place: Place, summary: VillageSummary) -> Iterator[Todo]:
    """What a village has to do here, by its summary row alone."""
    facts, at = summary.facts, _addresses(place.code)
    late = problems.count(facts, "late")
    yield Todo(late, "条问题过了整改时限", "镇街也看得到", "去整改", at["problems"] + "?only=late", late=True)
    lacking = problems.count(facts, "lacking")
    yield Todo(lacking, "条问题缺措施、时限或责任人", "", "去填", at["problems"] + "?only=lacking")
    waiting, passed = petitions.count(summary, "open"), petitions.count(summary, "late")
    note = f"其中 {passed} 件过了答复期限" if passed else ""
    yield Todo(waiting, "件信访没答复", note, "去答复", at["petitions"], late=bool(passed))
    unlisted = int(summary.figures.get("petitions_unlisted") or 0)
    yield Todo(unlisted, "户的表上填了有信访，还没登记", "", "去登记", at["petitions"])
    since = facts.get("changes_since")
    days = (clock.today() - date.fromisoformat(since)).days if since else 0
    yield Todo(
        changes.count(summary, "open"), "处信息变更还没录入全国系统", f"最早一处已有 {days} 天" if days else "",
        "看清单", at["changes"] + "?state=open", late=bool(changes.count(summary, "late")),
    )  # fmt: skip


def watched(place: Place, rows: Sequence[VillageSummary]) -> list[Todo]:
    """What a town or the county keeps an eye on, over its villages; what the town's own list says is left out."""
    at = _addresses(place.code)
    said = place.area.level == "town" and place.may(Verb.VERIFY)

    def sum_of(only: str) -> int:
        return sum(problems.count(s.facts, only) for s in rows)

    open_ones = sum(petitions.count(s, "open") for s in rows)
    passed = sum(petitions.count(s, "late") for s in rows)
    unlisted = sum(int(s.figures.get("petitions_unlisted") or 0) for s in rows)
    lines = [
        Todo(sum_of("late"), "条问题过了整改时限", "", "看", at["problems"] + "?only=late", late=True),
        Todo(passed, "件信访过了答复期限", "", "看", at["petitions"] + "?state=late", late=True),
        Todo(0 if said else open_ones, "件信访没答复", "", "看", at["petitions"]),
        Todo(unlisted, "户的表上填了有信访，村里没登记", "", "看", at["petitions"]),
        Todo(
            sum(changes.count(s, "late") for s in rows), f"处信息变更满 {LATE_DAYS} 天没录入全国系统", "",
            "看", at["changes"] + "?state=late", late=True,
        ),
        Todo(sum_of("recheck_city"), "条问题等市级复核", "", "看", at["problems"] + "?only=recheck_city"),
        Todo(
            0 if said else sum_of("recheck_town"), "条问题等镇街复核", "", "看",
            at["problems"] + "?only=recheck_town",
        ),
        Todo(sum_of("lacking"), "条问题缺措施、时限或责任人", "", "看", at["problems"] + "?only=lacking"),
        Todo(
            sum(referrals.count(s, "late") for s in rows), "件部门核实过了答复期限", "", "看",
            at["sent_referrals"] + "?state=late", late=True,
        ),
    ]  # fmt: skip
    return sorted((line for line in lines if line.n), key=lambda line: not line.late)


def _addresses(code: str) -> dict[str, str]:
    names = ("problems", "petitions", "changes", "sent_referrals")
    return {name: reverse(f"desk:{name}", args=[code]) for name in names}
