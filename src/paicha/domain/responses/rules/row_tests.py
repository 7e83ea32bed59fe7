"""What a pack has to say about rows: constraints, checks and leads, each compiled once.

Why: a save of one row and a county's import run the same hundred and fifty tests; many rows cost two selects over
their columns, a few are asked one by one, which says the same (a property test). All are expressions and run in
`engines`. What holds: a hit is something to say about the row at `index`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any

import polars as pl

from paicha.core.pack import Check, Constraint, Pack, ProfileForm, Rule
from paicha.core.pack.constraints import CLOSES_ON, OPENS_ON, TODAY, ConstraintTest
from paicha.domain.responses.columns import schema
from paicha.engines.packs import entered_tests, profile_constraints, rule_sets
from paicha.engines.rules import RuleSet

Source = Constraint | Check | Rule
Row = Mapping[str, Any]
# A row, which list its entry is of, the entry's place in it, and the fingerprint of the answers.
Mark = tuple[int, str, int, str]
_CONSTRAINT, _CHECK, _LEAD = "constraint", "check", "lead"
FEW = 300  # columns cost as much as some 400 rows asked one by one, however few they are


@dataclass(frozen=True, slots=True)
class Hit:
    """What is to be said about a row. `questions`: where it points, the one to correct first."""

    index: int
    source: Source
    questions: tuple[str, ...]
    fingerprint: str

    @property
    def id(self) -> str:
        return self.source.id

    @property
    def severity(self) -> str:
        return "lead" if isinstance(self.source, Rule) else self.source.severity

    def to_correct(self, answers: Row) -> str:
        """The question to correct: the first it points at that has an answer, else the first."""
        return next((name for name in self.questions if answers.get(name) is not None), self.questions[0])


@dataclass(frozen=True, slots=True)
class Days:
    """What dated constraints compare with."""

    today: date
    opens_on: date
    closes_on: date

    def named(self) -> dict[str, date]:
        """The days under the names by which constraints read them."""
        return {TODAY: self.today, OPENS_ON: self.opens_on, CLOSES_ON: self.closes_on}


def evaluate(frame: pl.DataFrame, pack: Pack, days: Days) -> list[Mark]:
    """Constraints, checks and leads of household rows (V01–V15, V31–V35, V39, V43–V46, S): what they hit.

    Pure and pickled cheaply, so that it may run beside reading in another process; `hits` puts the pack back.
    """
    return _of_rows(frame.to_dicts(), pack, days) if frame.height <= FEW else _of_columns(frame, pack, days)


def _of_rows(rows: Sequence[Row], pack: Pack, days: Days) -> list[Mark]:
    sets, named = rule_sets(pack), days.named()
    tests = sets.constraint_sources
    found = [
        (row, _CONSTRAINT, entry, _mark(tests[entry], rows[row].get(tests[entry].question.name)))
        for row, entry in sets.constraints.fired([{**row, **named} for row in rows])
    ]
    found += [(row, _CHECK, entry, mark) for row, entry, mark in sets.checks.said(rows)]
    found += [(row, _LEAD, entry, mark) for row, entry, mark in sets.households.said(rows)]
    return found


def _of_columns(frame: pl.DataFrame, pack: Pack, days: Days) -> list[Mark]:
    sets = rule_sets(pack)
    dated = frame.with_columns(pl.lit(day).alias(name) for name, day in days.named().items())
    broken = _broken(dated, sets.constraints, sets.constraint_sources)
    found = [(row, _CONSTRAINT, entry, mark) for row, entry, mark in broken]
    found += [(row, _CHECK, entry, mark) for row, entry, mark in _evaluate(frame, sets.checks)]
    found += [(row, _LEAD, entry, mark) for row, entry, mark in _evaluate(frame, sets.households)]
    return found


def hits(pack: Pack, marks: Iterable[Mark]) -> list[Hit]:
    """Marks of `evaluate` with what they say."""
    sets = rule_sets(pack)
    found = []
    for row, kind, entry, mark in marks:
        if kind == _CONSTRAINT:
            found.append(_constraint_hit(row, sets.constraint_sources[entry], mark))
        elif kind == _CHECK:
            check = sets.check_sources[entry]
            found.append(Hit(row, check, check.at, mark))
        else:
            rule = sets.rules[entry]
            found.append(Hit(row, rule, rule.expression.names, mark))
    return found


def entered_hits(rows: Sequence[Row], pack: Pack, names: tuple[str, ...]) -> list[Hit]:
    """What the household tests say of rows (with their `form`) that answer some questions alone: a roster, a
    re-interview. Tests that read another question, and what is required, are left to the household's own form."""
    tests, sources = entered_tests(pack, names)
    found = []
    for row, entry, mark in tests.said(rows):
        source = sources[entry]
        if isinstance(source, Check):
            found.append(Hit(row, source, source.at, mark))
        else:
            found.append(_constraint_hit(row, source, mark))
    return found


def evaluate_forms(rows: Sequence[Mapping[str, Any]], pack: Pack, form: ProfileForm) -> list[Mark]:
    """Constraints and checks of a village form (V01, V02, V04, V16–V18, V23, V43), for the answers of each."""
    (constraints, tests), sets = _constraints(pack, form), rule_sets(pack)
    checked = any(form.name in check.forms for check in sets.village_check_sources)
    if not rows or not (tests or checked):
        return []
    names = tuple(dict.fromkeys(form.questions))
    frame = pl.DataFrame({n: [row.get(n) for row in rows] for n in names}, schema=schema(pack, names))
    broken = _broken(frame, constraints, tests)
    found: list[Mark] = [(row, _CONSTRAINT, n, mark) for row, n, mark in broken]
    if checked:
        whole = frame.with_columns(pl.lit(form.name).alias("form"))
        found += [(row, _CHECK, n, mark) for row, n, mark in _evaluate(whole, sets.village_checks)]
    return found


def form_hits(pack: Pack, form: ProfileForm, marks: Iterable[Mark]) -> list[Hit]:
    """Marks of `evaluate_forms` with what they say."""
    (_, tests), sets = _constraints(pack, form), rule_sets(pack)
    found = []
    for row, kind, entry, mark in marks:
        if kind == _CONSTRAINT:
            found.append(_constraint_hit(row, tests[entry], mark))
        else:
            check = sets.village_check_sources[entry]
            found.append(Hit(row, check, check.at, mark))
    return found


def village_leads(row: Row, pack: Pack) -> list[Hit]:
    """Village rules (S23–S28) that fire, over a village's facts and profile answers."""
    sets = rule_sets(pack)
    rules = sets.village_rules
    found = sets.villages.said([row])
    return [Hit(index, rules[entry], rules[entry].expression.names, mark) for index, entry, mark in found]


def _evaluate(frame: pl.DataFrame, rules: RuleSet) -> Iterable[tuple[int, int, str]]:
    found = rules.findings(frame)
    return zip(found["row"].to_list(), found["entry"].to_list(), found["fingerprint"].to_list(), strict=True)


def _constraints(pack: Pack, form: ProfileForm) -> tuple[RuleSet, tuple[ConstraintTest, ...]]:
    return profile_constraints(pack, tuple(form.questions), tuple(form.required))


def _broken(
    frame: pl.DataFrame, constraints: RuleSet, tests: Sequence[ConstraintTest]
) -> Iterator[tuple[int, int, str]]:
    found = constraints.findings(frame, with_fingerprints=False)
    for row, entry in zip(found["row"].to_list(), found["entry"].to_list(), strict=True):
        yield row, entry, _mark(tests[entry], frame[tests[entry].question.name][row])


def _mark(test: ConstraintTest, value: Any) -> str:
    """A decision stands as long as the answer does; answers beside it, such as the outcome, don't count."""
    value = value.to_list() if isinstance(value, pl.Series) else value
    return blake2b(f"{test.constraint.id}\x1f{value}".encode(), digest_size=8).hexdigest()


def _constraint_hit(row: int, test: ConstraintTest, mark: str) -> Hit:
    return Hit(row, test.constraint, (test.question.name,), mark)
