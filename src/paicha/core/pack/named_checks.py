"""Which validations need code, and what a pack must name for each.

Why a table: such a check reads other rows, other forms or another round, so it can't be an expression; but
which question is 'the number of monitored households' is the pack's business. A check therefore asks for
names and parameters, and no question or form of a county stands in the code. `responses.summary.village_checks`,
`responses.submission.current`, `intake` and `handover` hold the code; a test keeps the lists equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

# What a name stands for: a question of the household forms or of the village's profile, a household form.
Meaning = Literal["household", "households", "village", "form"]


@dataclass(frozen=True, slots=True)
class Shape:
    """Names and parameters of a check, all needed unless listed in `optional`; the `words` that fill its message."""

    names: Mapping[str, Meaning] = field(default_factory=dict)
    parameters: Mapping[str, type] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()


_COMPARED = frozenset({"label", "read", "expected"})  # a figure of form 4 with what it should be
NAMED_CHECKS: Mapping[str, Shape] = {
    "one_form": Shape(words=frozenset({"name", "label", "sheet"})),
    # a village's groups against the profile's number of them, `total`
    "area_known": Shape({"total": "village"}, {}, frozenset({"total"}), frozenset({"place"})),
    "statistics_add_up": Shape(words=_COMPARED),
    "statistics_surveyed": Shape(words=_COMPARED),
    "statistics_profile": Shape(words=_COMPARED),
    "statistics_problems": Shape(words=_COMPARED),
    "signers": Shape(words=frozenset({"label"})),
    "totals_add_up": Shape(),
    # surveyed households against the profile's `total`
    "surveyed_all": Shape({"total": "village"}, words=frozenset({"surveyed", "total"})),
    # people of the rows against the profile's `total`, beyond a share of `tolerance`
    "people_total": Shape({"total": "village"}, {"tolerance": float}, words=frozenset({"people", "total"})),
    # rows of `form` against the profile's `total`; rows of other forms whose `mark` has option `also` count
    # too, those with option `perhaps` may
    "class_rows": Shape(
        {"total": "village", "form": "form", "mark": "household"},
        {"also": int, "perhaps": int},
        frozenset({"mark", "also", "perhaps"}),
        words=frozenset({"total", "rows"}),
    ),
    # households with option `several_option` of a several-choices question, or `single_option` of a
    # single-choice one, at most the profile's `total`
    "option_rows": Shape(
        {"total": "village", "several": "household", "single": "household"},
        {"several_option": int, "single_option": int},
        frozenset({"several", "single", "several_option", "single_option"}),
        words=frozenset({"total", "rows"}),
    ),
    # the profile's `total` people and whether any row has one of `options`; `none` and `some` say what rows do
    "people_somewhere": Shape(
        {"total": "village", "question": "household"},
        {"options": tuple, "none": str, "some": str},
        words=frozenset({"total", "words"}),
    ),
    "shared_phone": Shape({}, {"households": int}, words=frozenset({"words"})),
    "same_answers": Shape({}, {"rows": int, "per_day": int}, words=frozenset({"words"})),
    "expected_households": Shape(words=frozenset({"label", "rows", "total"})),
    # the profile's income per head between what the rows' bands allow; `bounds` are the bands' upper ends
    "income_bounds": Shape(
        {"total": "village", "band": "household"}, {"bounds": tuple}, words=frozenset({"total"})
    ),
    "changed_since": Shape({"questions": "households"}, words=frozenset({"label"})),
}

# Facts that the program can tell a rule, besides `rows_<form>` and `prior_<question>`.
FACTS: Mapping[str, frozenset[str]] = {
    "household": frozenset({"deliberated", "enrolment_started", "measures"}),
    "village": frozenset({"rows", "open_leads", "problem_rows", "no_answers_form5"}),
}
