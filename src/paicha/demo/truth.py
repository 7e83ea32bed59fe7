"""What was planted and what follows from it, in the shape of the truth file.

Household leads come from the archetypes as typed; a village's own leads follow from them and from what
its forms say, by the five sentences in `village_leads`. Nothing here reads a workbook or runs a rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NotRequired, TypedDict

from paicha.demo.archetypes import counts_as_open
from paicha.demo.faults import FORM_FAULTS_BY_ID
from paicha.demo.plan import VillagePlan


class Truth(TypedDict):
    """One line of the truth file. `household_id` is null until the home that holds it says which.

    `group` is null for a household whose sheet carries no group; village, group and head_name together
    are unique. `file` (relative to the county's folder) and `cell` (`附件1-1!J17`) stand for errors.
    """

    kind: Literal["lead", "error"]
    rule: str
    village: str
    group: str | None
    head_name: str | None
    household_id: str | None
    file: NotRequired[str]
    cell: NotRequired[str]


def lead(rule: str, village: str, group: str | None = None, head_name: str | None = None) -> Truth:
    return {
        "kind": "lead",
        "rule": rule,
        "village": village,
        "group": group,
        "head_name": head_name,
        "household_id": None,
    }


def error(
    rule: str, plan: VillagePlan, cell: str, group: str | None = None, head_name: str | None = None
) -> Truth:
    return {
        "kind": "error",
        "rule": rule,
        "village": plan.village.code,
        "group": group,
        "head_name": head_name,
        "household_id": None,
        "file": plan.village.path,
        "cell": cell,
    }


def village_leads(plan: VillagePlan, household_leads: Iterable[tuple[str, str]]) -> list[Truth]:
    """Leads S23–S26 and S28 of a village, given its household leads as (rule, form).

    A form that is refused is absent: what it says leads to nothing.
    """
    refused = FORM_FAULTS_BY_ID[plan.form_fault].form if plan.form_fault else None
    profile_stands = plan.has_profile and refused != "profile"
    no_monitored = plan.counted_monitored == 0 or (
        profile_stands and (plan.says_no_monitored or plan.counts["monitored"] == 0)
    )
    has_open = any(counts_as_open(rule, form) for rule, form in household_leads)
    fires = {
        "S23": no_monitored,
        "S24": no_monitored and has_open,
        "S25": plan.problem_rows == 0 and has_open,
        "S26": profile_stands and plan.grid_slip is not None,
        "S28": plan.verification is not None and plan.verification not in {"clean", "fault"},
    }
    return [lead(rule, plan.village.code) for rule, true in fires.items() if true]
