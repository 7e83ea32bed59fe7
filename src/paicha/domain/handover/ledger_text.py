"""A village's ledger frozen: one text of what is in force, its digest, and the figures counted from it.

What holds: the text names every household of the roster with the revision in force, every form and every problem
of the village, in a fixed order; so two freezes are equal exactly when nothing in force differs, and whoever holds
the digest can check later that what is in force is what was handed up. Figures are counted from these rows and
not taken from the summary row, so that a difference between the two shows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson

from paicha.core.pack import Pack, ProfileForm
from paicha.domain.handover.figures import Counts, Sources, figures_of
from paicha.domain.handover.models import Submission
from paicha.domain.problems.models import Problem
from paicha.domain.responses.models import Revision
from paicha.domain.responses.summary.tallies import outcome_key
from paicha.domain.rounds.models import RosterEntry, Round

_HOUSEHOLD, _FORM, _PROBLEM = "户", "表", "题"
_FORM_OF = 2  # where a household's line names its form


@dataclass(frozen=True, slots=True)
class Frozen:
    """What is in force. `forms`: answers of the village's own forms; forms 3 and 4 hold their signers alone."""

    text: str
    counts: Counts
    forms: dict[str, dict[str, Any]]
    signers: dict[str, dict[str, str]]
    problems: int

    @property
    def digest(self) -> str:
        return digest_of(self.text)


def digest_of(text: str) -> str:
    """SHA-256 in hex of a frozen text, as UTF-8."""
    return sha256(text.encode()).hexdigest()


def freeze(round_: Round, pack: Pack, village_id: int) -> Frozen:
    """What is in force in a village now. Three queries. Under the village's lock it can't change meanwhile."""
    lines: list[str] = []
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    entries = RosterEntry.objects.filter(round=round_, village=village_id).order_by("household__number")
    for entry in entries.only("household_id", "form", "outcome", "revision_number", "revision"):
        key = outcome_key(entry.outcome)
        counts[entry.form][key] = counts[entry.form].get(key, 0) + 1
        lines.append(household_line(entry))
    forms: dict[str, dict[str, Any]] = {}
    signers: dict[str, dict[str, str]] = {}
    for form, (number, text) in sorted(forms_in_force(round_, pack, village_id).items()):
        answers = forms[form] = orjson.loads(text)
        lines.append(f"{_FORM} {form} {number} {_short(text)}")
        asked = pack.village_forms[form].signers
        signers[form] = {s.question: answers[s.question] for s in asked if answers.get(s.question)}
    listed = _problem_lines(round_, village_id)
    return Frozen("\n".join([*lines, *listed]), dict(counts), forms, signers, len(listed))


def household_line(entry: RosterEntry) -> str:
    """A household's line: id, form, outcome, number and id of the revision in force."""
    key = outcome_key(entry.outcome)
    return (
        f"{_HOUSEHOLD} {entry.household_id} {entry.form} {key} {entry.revision_number}"
        f" {entry.revision or '-'}"
    )


def is_problem(line: str) -> bool:
    """Whether a line is of an entry of the problem list."""
    return line.startswith(f"{_PROBLEM} ")


def names_form(line: str, form: str) -> bool:
    """Whether a line is of this form of the village."""
    return line.startswith(f"{_FORM} {form} ")


def forms_and_problems(round_: Round, pack: Pack, village_id: int, forms: Collection[str]) -> list[str]:
    """The lines of the village's own forms, and of its problems where the list is among `forms`."""
    found = forms_in_force(round_, pack, village_id)
    lines = [f"{_FORM} {form} {number} {_short(text)}" for form, (number, text) in found.items()]
    listed = pack.problem_list
    return lines + (_problem_lines(round_, village_id) if listed and listed.name in forms else [])


def _problem_lines(round_: Round, village_id: int) -> list[str]:
    rows = Problem.objects.filter(round=round_, village=village_id, found_by=Problem.Level.VILLAGE)
    in_force = rows.exclude(status=Problem.Status.WITHDRAWN).order_by("type", "pk")
    return [
        f"{_PROBLEM} {kind} {pk} {_short(text)}"
        for kind, pk, text in in_force.values_list("type", "pk", "text")
    ]


def forms_in_force(round_: Round, pack: Pack, village_id: int) -> dict[str, tuple[int, str]]:
    """The village's own forms, {form: (number, answers as text)}; form 5 is the town's. One query."""
    rows = Revision.objects.filter(round=round_, village=village_id, household__isnull=True)
    found = {
        form: (number, text)
        for form, number, text in rows.order_by("number").values_list("form", "number", "answers")
    }
    return {form: value for form, value in found.items() if is_villages(pack, form)}


def is_villages(pack: Pack, name: str) -> bool:
    """Whether a village form is filled or signed by the village (and not by the town)."""
    form = pack.village_forms.get(name)
    return form is not None and not (isinstance(form, ProfileForm) and form.by == "town")


def frozen_figures(pack: Pack, frozen: Frozen, enrolled: int, note: str) -> dict[str, Any]:
    """Form 4's figures of the frozen rows."""
    profile = frozen.forms.get(pack.profile.name, {}) if pack.profile else {}
    return figures_of(pack, Sources(frozen.counts, profile, frozen.problems, enrolled, note))


@dataclass(frozen=True, slots=True)
class Deviation:
    """What is in force and was not handed up, or the reverse."""

    added: list[UUID]
    changed: list[UUID]
    gone: list[UUID]
    forms: list[str]  # names of village forms
    rows_of: list[str]  # names of household forms with a row that differs
    problems: bool

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.gone or self.forms or self.problems)


def deviation(submission: Submission, now: Frozen) -> Deviation:
    """What differs between a hand-up and what is in force."""
    was, households_now = _by_key(submission.frozen, _HOUSEHOLD, 1), _by_key(now.text, _HOUSEHOLD, 1)
    forms, forms_now = _by_key(submission.frozen, _FORM, 1), _by_key(now.text, _FORM, 1)
    differ = {key for key in {*was, *households_now} if was.get(key) != households_now.get(key)}
    return Deviation(
        added=[UUID(key) for key in households_now if key not in was],
        changed=[UUID(key) for key, line in households_now.items() if key in was and was[key] != line],
        gone=[UUID(key) for key in was if key not in households_now],
        forms=sorted(
            name for name in {*forms, *forms_now} if forms.get(name) != forms_now.get(name)
        ),
        rows_of=sorted({(households_now.get(key) or was[key]).split(" ")[_FORM_OF] for key in differ}),
        problems=_by_key(submission.frozen, _PROBLEM, 2) != _by_key(now.text, _PROBLEM, 2),
    )  # fmt: skip


def is_whole(submission: Submission) -> bool:
    """Whether the frozen text is still the one whose digest was handed up."""
    return digest_of(submission.frozen) == submission.digest


def _by_key(text: str, kind: str, place: int) -> dict[str, str]:
    lines = (line.split(" ") for line in text.split("\n") if line.startswith(f"{kind} "))
    return {parts[place]: " ".join(parts) for parts in lines}


def _short(text: str) -> str:
    return digest_of(text)[:16]
