"""Keys of this register under the wrong village: whose they are, and what is said about row and sheet.

What holds: a key is looked up in the whole register, not inside the village that a heading claims; a head's name is
told to those alone who may see its village.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

import polars as pl

from paicha.core.catalogue import Message, sentence
from paicha.domain.accounts.roles import Verb
from paicha.domain.households.models import ForeignNumber, Household
from paicha.domain.intake.job import Job
from paicha.domain.intake.lines import Line, keep_refused
from paicha.domain.intake.matching import BY_KEY, Elsewhere, Register
from paicha.domain.intake.preparation import HouseholdRows
from paicha.domain.intake.result import ImportResult
from paicha.domain.responses.services import VillageWork

_MANY = 10_000
_SOME = 2  # keys of another village, before a heading is in question
_SHARE = 4  # and one row in so many


def trace_keys(job: Job, register: Register, village: str, frames: Iterable[pl.DataFrame]) -> None:
    """Tell a village's register whose keys these tables carry beside the village's own.

    One query for 10,000 of them, none where every key is the village's own; another for other systems' numbers.
    """
    keyed = [frame["_key"].to_list() for frame in frames if "_key" in frame.columns]
    numbers = sorted(register.unknown_numbers(key for keys in keyed for key in keys))
    found = {}
    for start in range(0, len(numbers), _MANY):
        rows = Household.objects.filter(number__in=numbers[start : start + _MANY])
        for number, code, head, closed_at in rows.values_list(
            "number", "village__code", "head_name", "closed_at"
        ):
            seen = job.scope.covers(Verb.READ_HOUSEHOLDS, code)
            closed = code == village and closed_at is not None
            found[number] = Elsewhere(code, job.place_of(code), head if seen else "", closed)
    register.learn(found)
    foreign = sorted(register.foreign_keys(key for keys in keyed for key in keys))
    bearers: dict[str, list[UUID]] = defaultdict(list)
    for start in range(0, len(foreign), _MANY):
        own = ForeignNumber.objects.filter(
            kind=ForeignNumber.Kind.HOUSEHOLD, household__village__code=village
        )
        for text, household in own.filter(number__in=foreign[start : start + _MANY]).values_list(
            "number", "household_id"
        ):
            if household not in bearers[text]:
                bearers[text].append(household)
    register.learn_foreign(bearers)


def question_heading(
    work: VillageWork, table: HouseholdRows, lines: Sequence[Line], register: Register, result: ImportResult
) -> list[Line]:
    """One sheet's rows that go on. Where most of its keys are of one other village, the heading is wrong: said once,
    and rows without a key of the heading's village are refused, claiming nobody here."""
    keyed = [(line, register.elsewhere(line.asked)) for line in lines]
    if all(one is None for _, one in keyed):
        return list(lines)
    own = sum(one is None and register.rank(line.asked) == BY_KEY for line, one in keyed)
    villages = Counter((one.village, one.place) for _, one in keyed if one is not None and not one.closed)
    (_, place), others = villages.most_common(1)[0] if villages else (("", ""), 0)
    if (
        others < _SOME or others <= own or others * _SHARE < len(lines)
    ):  # a row or two pasted in say enough themselves
        return list(lines)
    text = sentence("M14", rows=len(lines), others=others, other=place, village=register.place)
    cell = table.headings.cells.get("village", "")
    said = Message("M14", "hard", f"{table.sheet}：{text}", table.file, table.sheet, cell, "")
    result.messages.append(said)
    going = []
    for line, one in keyed:
        if one is None and register.rank(line.asked) != BY_KEY:
            result.messages += line.faults
            keep_refused(line, work, result, [*line.faults, said])
        else:
            going.append(line)
    return going
