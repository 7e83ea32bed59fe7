"""What stands in a procedure's way, and what its end makes of a household: the pack's expressions, asked now.

Why here: guards read a household's answers in force, the facts that rules know, and how long it has been
enrolled. What holds: a guard bars only where it is true, like a rule; every reason is told, not the first one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import orjson
import polars as pl

from paicha.core.pack import Pack, Procedure
from paicha.core.pack.per_pack import per_pack
from paicha.domain import clock
from paicha.domain.cases.models import Case, CaseStep
from paicha.domain.responses.columns import answer_schema, decode
from paicha.domain.responses.models import Revision
from paicha.domain.responses.rules.facts import with_facts
from paicha.domain.rounds.models import RosterEntry, Round
from paicha.engines.rules import Entry, RuleSet


def obstacles(
    round_: Round, pack: Pack, procedure: Procedure, households: Mapping[UUID, date | None]
) -> dict[UUID, list[str]]:
    """Why the procedure can't go on with each household (none: it can); `households`: the day of enrolment."""
    if not procedure.guards or not households:
        return {household: [] for household in households}
    true = _true(round_, pack, procedure, "guards", households)
    return {
        household: [procedure.guards[number].message for number in numbers]
        for household, numbers in true.items()
    }


def class_after(round_: Round, pack: Pack, procedure: Procedure, household: UUID) -> str | None:
    """The class that a household has once the procedure is done; None where it stays what it is."""
    if not procedure.becomes:
        return None
    numbers = _true(round_, pack, procedure, "becomes", {household: None})[household]
    return procedure.becomes[numbers[0]].into if numbers else None


def enrolled_on(
    pack: Pack, procedure: Procedure, household: UUID, records: Mapping[str, Any] | None = None
) -> date | None:
    """Since when a household has the class that the procedure is about: by a case done here, else as recorded.

    `records`: what the first step writes down, by a record that tells it.
    """
    done = Case.objects.filter(
        household=household, procedure__in=makers(pack, procedure), state=Case.State.DONE
    )
    known = done.order_by("-closed_on").values_list("closed_on", flat=True).first()
    if known is not None:
        return known
    given = records if records is not None else _first_records(procedure, household)
    for step in procedure.steps:
        for record in step.records:
            if record.tells == "enrolled_on" and given.get(record.name):
                return date.fromisoformat(str(given[record.name]))
    return None


def makers(pack: Pack, procedure: Procedure) -> list[str]:
    """The procedures at whose end a household has a class that this one is about."""
    return [
        p.id for p in pack.schedule.case_procedures if any(b.into in procedure.classes for b in p.becomes)
    ]


def obstacles_from(
    pack: Pack,
    procedure: Procedure,
    household: UUID,
    known: tuple[Mapping[str, Any], Any],
    since: date | None,
) -> list[str]:
    """`obstacles` of one household whose answers and facts are at hand (`known`)."""
    answers, facts = known
    frame = _frame(pack, {household: since}, {household: orjson.dumps(answers).decode()}, {household: facts})
    return [
        procedure.guards[n].message for n in _true_by_household(frame, pack, procedure, "guards")[household]
    ]


def _first_records(procedure: Procedure, household: UUID) -> Mapping[str, Any]:
    row = CaseStep.objects.filter(
        case__household=household, case__procedure=procedure.id, case__state=Case.State.GOING,
        step=procedure.steps[0].id, result=CaseStep.Result.PASSED,
    ).order_by("-pk").values_list("records", flat=True).first()  # fmt: skip
    return row or {}


def _true(
    round_: Round, pack: Pack, procedure: Procedure, key: str, households: Mapping[UUID, date | None]
) -> dict[UUID, list[int]]:
    """Which entries of `guards` or `becomes` are true of each household, by number, in the pack's order."""
    return _true_by_household(_rows(round_, pack, households), pack, procedure, key)


def _true_by_household(
    frame: pl.DataFrame, pack: Pack, procedure: Procedure, key: str
) -> dict[UUID, list[int]]:
    found = _set(pack, procedure.id, key).findings(frame, with_fingerprints=False)
    order = [UUID(text) for text in frame["household"].to_list()]
    true: dict[UUID, list[int]] = {household: [] for household in order}
    for row, entry in zip(found["row"].to_list(), found["entry"].to_list(), strict=True):
        true[order[row]].append(entry)
    return true


@per_pack
def _set(pack: Pack, procedure: str, key: str) -> RuleSet:
    asking = getattr(pack.schedule.procedure[procedure], key)
    entries = tuple(Entry(str(n), None, e.expression, False) for n, e in enumerate(asking))
    return RuleSet(entries, by_form=False)


def _rows(round_: Round, pack: Pack, households: Mapping[UUID, date | None]) -> pl.DataFrame:
    """A row a household: answers in force of the round, facts, days of enrolment; nothing where nobody met it."""
    entries = {
        e.household_id: e for e in RosterEntry.objects.filter(round=round_, household__in=list(households))
    }
    wanted = [e.revision for e in entries.values() if e.revision is not None]
    texts = dict(Revision.objects.filter(pk__in=wanted).values_list("household_id", "answers"))
    return _frame(pack, households, texts, {h: e.facts for h, e in entries.items()})


def _frame(
    pack: Pack,
    households: Mapping[UUID, date | None],
    texts: Mapping[Any, str],
    facts: Mapping[UUID, Any],
) -> pl.DataFrame:
    answers = decode(
        pl.Series([texts.get(household, "{}") for household in households], dtype=pl.String),
        answer_schema(pack),
    )
    today = clock.today()
    head = pl.DataFrame(
        {
            "household": [str(household) for household in households],
            "enrolled_days": [(today - day).days if day else None for day in households.values()],
        },
        schema={"household": pl.String, "enrolled_days": pl.Int64},
    )
    whole = pl.concat([head, answers], how="horizontal")
    return with_facts(pack, whole, [facts.get(household) for household in households])
