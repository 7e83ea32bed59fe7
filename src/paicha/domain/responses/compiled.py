"""What a pack has to say about rows: constraints, checks and leads, each compiled once.

Why: a save of one row and a county's import run the same hundred and fifty tests; together they cost two
selects over the rows. Constraints follow from the questions and are compiled here; checks and rules are
expressions and run in `engines`. What holds: a hit is something to say about the row at `index`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any

import polars as pl

from paicha.core.normalise import PERSON, PHONE
from paicha.core.pack import Check, Constraint, Pack, ProfileForm, Question, Rule
from paicha.core.pack.constraints import Applied, applied, applies, dated
from paicha.domain.responses.frames import schema
from paicha.engines.packs import rule_sets
from paicha.engines.rules import RuleSet

Source = Constraint | Check | Rule
# A row, which list its entry is of, the entry's place in it, and the fingerprint of the answers.
Mark = tuple[int, str, int, str]
_CONSTRAINT, _CHECK, _LEAD = "constraint", "check", "lead"


@dataclass(frozen=True, slots=True)
class Test:
    """A constraint on one question: true where its message is due."""

    source: Constraint
    expr: pl.Expr
    question: str


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


@dataclass(frozen=True, slots=True)
class Days:
    """What dated constraints compare with."""

    today: date
    opens_on: date
    closes_on: date


def evaluate(frame: pl.DataFrame, pack: Pack, days: Days) -> list[Mark]:
    """Constraints, checks and leads of household rows (V01–V15, V31–V35, V39, V43–V46, S): what they hit.

    Pure and pickled cheaply, so that it may run beside reading in another process; `hits` puts the pack back.
    """
    sets = rule_sets(pack)
    found = [(row, _CONSTRAINT, entry, mark) for row, entry, mark in _run(frame, household_tests(pack, days))]
    found += [(row, _CHECK, entry, mark) for row, entry, mark in _evaluated(frame, sets.checks)]
    found += [(row, _LEAD, entry, mark) for row, entry, mark in _evaluated(frame, sets.households)]
    return found


def hits(pack: Pack, days: Days, marks: Iterable[Mark]) -> list[Hit]:
    """Marks of `evaluate` with what they say."""
    tests = household_tests(pack, days)
    sets = rule_sets(pack)
    found = []
    for row, kind, entry, mark in marks:
        if kind == _CONSTRAINT:
            found.append(Hit(row, tests[entry].source, (tests[entry].question,), mark))
        elif kind == _CHECK:
            check = sets.check_sources[entry]
            found.append(Hit(row, check, check.at, mark))
        else:
            rule = sets.rules[entry]
            found.append(Hit(row, rule, rule.expression.names, mark))
    return found


def evaluate_forms(rows: Sequence[Mapping[str, Any]], pack: Pack, form: ProfileForm) -> list[Mark]:
    """Constraints and checks of a village form (V01, V02, V04, V16–V18, V23, V43), for the answers of each."""
    tests, sets = _profile_tests(pack, form), rule_sets(pack)
    checked = any(form.name in check.forms for check in sets.village_check_sources)
    if not rows or not (tests or checked):
        return []
    names = tuple(dict.fromkeys(form.questions))
    frame = pl.DataFrame({n: [row.get(n) for row in rows] for n in names}, schema=schema(pack, names))
    found: list[Mark] = [(row, _CONSTRAINT, n, mark) for row, n, mark in _run(frame, tests)]
    if checked:
        whole = frame.with_columns(pl.lit(form.name).alias("form"))
        found += [(row, _CHECK, n, mark) for row, n, mark in _evaluated(whole, sets.village_checks)]
    return found


def form_hits(pack: Pack, form: ProfileForm, marks: Iterable[Mark]) -> list[Hit]:
    """Marks of `evaluate_forms` with what they say."""
    tests, sets = _profile_tests(pack, form), rule_sets(pack)
    found = []
    for row, kind, entry, mark in marks:
        if kind == _CONSTRAINT:
            found.append(Hit(row, tests[entry].source, (tests[entry].question,), mark))
        else:
            check = sets.village_check_sources[entry]
            found.append(Hit(row, check, check.at, mark))
    return found


def village_leads(frame: pl.DataFrame, pack: Pack) -> list[Hit]:
    """Village rules (S23–S28) that fire, over one row a village of facts and profile answers."""
    sets = rule_sets(pack)
    rules = sets.village_rules
    found = _evaluated(frame, sets.villages)
    return [Hit(row, rules[entry], rules[entry].expression.names, mark) for row, entry, mark in found]


def _evaluated(frame: pl.DataFrame, rules: RuleSet) -> Iterable[tuple[int, int, str]]:
    found = rules.findings(frame)
    return zip(found["row"].to_list(), found["entry"].to_list(), found["fingerprint"].to_list(), strict=True)


def _run(frame: pl.DataFrame, tests: Sequence[Test]) -> Iterator[tuple[int, int, str]]:
    if frame.height == 0 or not tests:
        return
    truth = frame.lazy().select(
        [test.expr.arg_true().implode().alias(str(n)) for n, test in enumerate(tests)]
    )
    for number, rows in enumerate(truth.collect().row(0)):
        test = tests[number]
        for index in rows:
            yield index, number, _mark(test.source.id, frame[test.question][index])


def _mark(id_: str, value: Any) -> str:
    return blake2b(f"{id_}\x1f{value}".encode(), digest_size=8).hexdigest()


_tests: dict[tuple[str, str], list[Test]] = {}


def household_tests(pack: Pack, days: Days) -> list[Test]:
    """Every constraint on household rows, in a fixed order for a pack; the dated ones last."""
    key = (pack.digest, "")
    if key not in _tests:
        _tests[key] = [
            Test(one.constraint, _of_household(pack, one), one.question.name) for one in applied(pack)
        ]
    return [*_tests[key], *_dated(pack, days)]


def _profile_tests(pack: Pack, form: ProfileForm) -> list[Test]:
    key = (pack.digest, form.name)
    if key not in _tests:
        tests = []
        questions = [pack.questions[name] for name in dict.fromkeys(form.questions)]
        own = {(c.kind, name) for c in pack.constraints for name in c.questions}  # V16 before V04
        for constraint in pack.constraints:
            if constraint.kind in ("option", "count"):
                kind, named = constraint.kind, constraint.questions
                mine = [q for q in questions if (q.name in named if named else (kind, q.name) not in own)]
                tests += [
                    Test(constraint, _of_question(constraint, q), q.name)
                    for q in mine
                    if applies(constraint, q)
                ]
            if constraint.kind == "required" and not constraint.questions:
                tests += [Test(constraint, pl.col(name).is_null(), name) for name in form.required]
        _tests[key] = tests
    return _tests[key]


def surveyed(pack: Pack) -> pl.Expr:
    """Rows whose household was met, or where nothing is said about it."""
    if pack.outcome is None:
        return pl.lit(True)
    outcome = pl.col(pack.outcome.question)
    return outcome.is_null() | outcome.is_in(list(pack.outcome.done))


def _of_household(pack: Pack, one: Applied) -> pl.Expr:
    if one.constraint.kind != "required":
        return _of_question(one.constraint, one.question)
    column = pl.col(one.question.name)
    empty = column.is_null()
    if one.question.type == "choices":
        empty = empty | (column.list.len() == 0)
    met = surveyed(pack)
    when = (met & pl.lit(one.met)) | (~met & pl.lit(one.unmet))
    return (pl.col("form") == one.form) & when & empty


def _of_question(constraint: Constraint, question: Question) -> pl.Expr:
    """The test of a constraint that applies to the question (`core.pack.constraints.applies`)."""
    column = pl.col(question.name)
    match constraint.kind:
        case "option" if question.type == "choice":
            return ~column.is_in([option.number for option in question.options])
        case "option":
            known = [option.number for option in question.options]
            return column.list.eval(~pl.element().is_in(known)).list.any()
        case "usual":
            return (column > question.usual_high) & (column <= (question.high or column))
        case "phone":
            return ~column.str.contains(PHONE)
        case "people_name":
            return ~column.str.contains(PERSON)
        case _:  # range, count
            return ~column.is_between(question.low or 0, question.high or 0)


def _dated(pack: Pack, days: Days) -> list[Test]:
    tests = []
    for one in dated(pack):
        column = pl.col(one.question.name)
        expr = column > days.today
        if one.constraint.kind == "period":
            expr = (column < days.opens_on) | ((column > days.closes_on) & (column <= days.today))
        tests.append(Test(one.constraint, expr, one.question.name))
    return tests
