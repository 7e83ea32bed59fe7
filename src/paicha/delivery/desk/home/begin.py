"""The first steps of a county or town in which nobody was surveyed yet: areas, roster, accounts, plan.

What holds: what is done is ticked, of the rest the first that the person may do is the one filled action; a place
where somebody was surveyed asks nothing of all this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from paicha.delivery.desk.shell.places import Place
from paicha.domain.accounts.queries import codes_with_accounts
from paicha.domain.accounts.roles import Verb
from paicha.domain.responses.models import VillageSummary


@dataclass(frozen=True, slots=True)
class BeginStep:
    """A step: `words` say how far it is; `action` and `address` where it is done, '' for who may not."""

    title: str
    words: str
    done: bool
    action: str = ""
    address: str = ""
    filled: bool = False


def begin_steps(place: Place, rows: Sequence[VillageSummary]) -> list[BeginStep]:
    """The four steps of a place with these villages' rows."""
    with_roster = [row for row in rows if row.counts]
    manned = codes_with_accounts(place.prefix)
    wanted = {row.code for row in with_roster or rows}
    without = len(wanted - manned)
    planned = sum(bool(row.fact.planned) for row in with_roster)
    open_one = [
        (
            "名册",
            f"{len(with_roster)} 个村有农户。" if with_roster else "把各村的花名册或填好的表一次传上来，农户就会出来。",
            bool(with_roster), "上传名册", "upload", Verb.IMPORT_FILES,
        ),
        (
            "账号",
            f"还有 {without} 个村没有账号，由管理员开，分片分组。" if without else f"{len(wanted)} 个村都有账号。",
            bool(wanted) and not without, "开账号", "accounts", Verb.MANAGE_ACCOUNTS,
        ),
        (
            "安排",
            f"{planned} 个村排了谁哪天去哪个组。" if planned else "各村在“安排”里排谁哪天去哪个组；先看看哪天截止。",
            bool(planned) and planned == len(with_roster), "看日程", "schedule", Verb.READ_AREAS,
        ),
    ]  # fmt: skip
    listed = reverse("desk:areas", args=[place.code]) if _lists_areas(place) else ""
    steps = [
        BeginStep("区划", f"已载入，{len(rows)} 个村、社区。", bool(rows), "看区划" if listed else "", listed)
    ]
    for title, words, done, action, name, verb in open_one:
        may = place.may(verb)
        filled = may and not done and not any(step.filled for step in steps)
        address = reverse(f"desk:{name}", args=[place.code]) if may else ""
        steps.append(BeginStep(title, words, done, action if may else "", address, filled))
    return steps


def _lists_areas(place: Place) -> bool:
    """Whether the person has the page of areas here: it stands at the county alone."""
    return place.area.level == "county" and place.may(Verb.MANAGE_AREAS)
