"""A filled form 4 checked cell by cell (V19–V22): it is never taken in, only compared.

What holds (rules.md): compared with this upload's rows of that village, refused ones included, or without
such rows with the round; every cell that differs is named with both numbers, and the rows stay in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from paicha.core.pack import NamedCheck, Pack, StatisticsForm


@dataclass(frozen=True, slots=True)
class Found:
    """What the village's own figures are: None where nothing is known to compare with."""

    surveyed: Mapping[str, int] | None  # by form
    profile: Mapping[str, object] | None
    problems: int | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that differs."""

    figure: str
    code: str
    read: str
    message: str


def compare(
    pack: Pack, form: StatisticsForm, row: Mapping[str, object], found: Found
) -> Iterator[Difference]:
    """Every figure of one village's row that doesn't agree."""
    named = {check.check: check for check in pack.named_checks}
    yield from _check_required(pack, form, row, found)
    parts = [f.name for f in form.figures if f.source == "surveyed" and f.form]
    total = next((f.name for f in form.figures if f.source == "surveyed" and f.form is None), None)
    if total and "statistics_add_up" in named and all(isinstance(row.get(n), int) for n in [total, *parts]):
        expected = sum(int(str(row[name])) for name in parts)
        if row[total] != expected:
            yield _difference(named["statistics_add_up"], total, "", row[total], expected)
    for figure in form.figures:
        value = row.get(figure.name)
        if not isinstance(value, int):
            continue
        if figure.source == "surveyed" and figure.form and found.surveyed is not None:
            expected = found.surveyed.get(figure.form, 0)
            if value != expected and (check := named.get("statistics_surveyed")):
                yield _difference(check, figure.name, figure.label, value, expected)
        if figure.source == "profile" and found.profile is not None and figure.question:
            stored = found.profile.get(figure.question)
            if stored is not None and value != stored and (check := named.get("statistics_profile")):
                label = (figure.group or "") + figure.label
                yield _difference(check, figure.name, label, value, stored)
        if figure.source == "problems" and found.problems is not None and value != found.problems:
            problems = named.get("statistics_problems")
            yield from [_difference(problems, figure.name, "", value, found.problems)] if problems else []


def _check_required(
    pack: Pack, form: StatisticsForm, row: Mapping[str, object], found: Found
) -> Iterator[Difference]:
    """A figure without a number can't be compared, so it is asked for; not where there is nothing to compare."""
    check = next((c for c in pack.constraints if c.kind == "required" and not c.questions), None)
    if check is None:
        return
    for figure in form.figures:
        known = figure.source in ("surveyed", "problems")
        if figure.source == "profile":
            known = bool(found.profile) and (found.profile or {}).get(figure.question or "") is not None
        if known and figure.name in row and row[figure.name] is None:
            label = (figure.group or "") + figure.label
            yield Difference(figure.name, check.id, "", check.message.format(label=label))


def _difference(check: NamedCheck, figure: str, label: str, read: object, expected: object) -> Difference:
    text = check.message.format(label=label, read=read, expected=expected)
    return Difference(figure, check.id, str(read), text + "，请核对后改正")
