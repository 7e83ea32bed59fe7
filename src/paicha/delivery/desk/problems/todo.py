"""Lines of problems and petitions for the first pages: a village's work, and what a town or the county keeps an eye on.

Every number comes from summary rows and opens into exactly its rows; what a village lets pass is seen one level up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.urls import reverse

from paicha.delivery.desk.problems import petitions, problems
from paicha.delivery.desk.shell.places import Place
from paicha.delivery.desk.shell.todo import Todo
from paicha.domain.accounts.roles import Verb
from paicha.domain.responses.models import VillageSummary


def todos(place: Place, summary: VillageSummary) -> Iterator[Todo]:
    """What a village has to do here, by its summary row alone."""
    fact, at = summary.fact, _addresses(place.code)
    late = problems.count(fact, "late")
    yield Todo(late, "条问题过了整改时限", "镇街也看得到", "去整改", at["problems"] + "?only=late", late=True)
    lacking = problems.count(fact, "lacking")
    yield Todo(lacking, "条问题缺措施、时限或责任人", "", "去填", at["problems"] + "?only=lacking")
    waiting, passed = petitions.count(summary, "open"), petitions.count(summary, "late")
    note = f"其中 {passed} 件过了答复期限" if passed else ""
    yield Todo(waiting, "件信访没答复", note, "去答复", at["petitions"], late=bool(passed))
    unlisted = int(summary.figures.get("petitions_unlisted") or 0)
    yield Todo(unlisted, "户的表上填了有信访，还没登记", "", "去登记", at["petitions"])


def watched(place: Place, rows: Sequence[VillageSummary]) -> Iterator[Todo]:
    """What a town or the county keeps an eye on, over its villages; what the town's own list says is left out."""
    at = _addresses(place.code)
    said = place.area.level == "town" and place.may(Verb.VERIFY)

    def sum_of(only: str) -> int:
        return sum(problems.count(s.fact, only) for s in rows)

    open_ones = sum(petitions.count(s, "open") for s in rows)
    passed = sum(petitions.count(s, "late") for s in rows)
    unlisted = sum(int(s.figures.get("petitions_unlisted") or 0) for s in rows)
    listed = at["problems"] + "?only="
    yield Todo(sum_of("late"), "条问题过了整改时限", "", "看", listed + "late", late=True)
    yield Todo(passed, "件信访过了答复期限", "", "看", at["petitions"] + "?state=late", late=True)
    yield Todo(0 if said else open_ones, "件信访没答复", "", "看", at["petitions"])
    yield Todo(unlisted, "户的表上填了有信访，村里没登记", "", "看", at["petitions"])
    yield Todo(sum_of("recheck_city"), "条问题等市级复核", "", "看", listed + "recheck_city")
    yield Todo(0 if said else sum_of("recheck_town"), "条问题等镇街复核", "", "看", listed + "recheck_town")
    reminded = said or (
        place.area.level == "county" and place.may(Verb.DRAW_SAMPLE)
    )  # stands in their own work
    yield Todo(
        0 if reminded else sum_of("lacking"), "条问题缺措施、时限或责任人", "", "看", listed + "lacking"
    )


def _addresses(code: str) -> dict[str, str]:
    return {name: reverse(f"desk:{name}", args=[code]) for name in ("problems", "petitions")}
