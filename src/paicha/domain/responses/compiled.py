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

from paicha.core.pack import Check, Constraint, Pack, ProfileForm, Question, Rule
from paicha.domain.responses.frames import schema
from paicha.engines.packs import rule_sets
from paicha.engines.rules import RuleSet

# As core.normalise.is_phone, for a column.
PHONE = r"^(1[3-9][0-9]{9}|0(10|2[0-9]|[3-9][0-9]{2})-[2-8][0-9]{6,7})$"
PERSON = r"^[\x{3400}-\x{9fff}\x{20000}-\x{323af}·〇]{2,6}$"

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
        explicit = {q for c in pack.constraints if c.kind == "required" for q in c.questions}
        _tests[key] = [test for c in pack.constraints for test in _constraint(pack, c, explicit)]
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
                tests += [t for q in mine if (t := _test(constraint, q)) is not None]
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


def _constraint(pack: Pack, constraint: Constraint, explicit: set[str]) -> list[Test]:
    asked = [pack.questions[name] for name in pack.answer_questions]
    chosen = [q for q in asked if q.name in constraint.questions] if constraint.questions else asked
    if constraint.kind == "required":
        return _required(pack, constraint, explicit)
    tests = []
    for question in chosen:
        test = _test(constraint, question)
        if test is not None:
            tests.append(test)
    return tests


def _test(constraint: Constraint, question: Question) -> Test | None:
    expr = _of_question(constraint, question)
    return None if expr is None else Test(constraint, expr, question.name)


def _of_question(constraint: Constraint, question: Question) -> pl.Expr | None:
    column = pl.col(question.name)
    match constraint.kind:
        case "option" if question.type == "choice":
            return ~column.is_in([option.number for option in question.options])
        case "option" if question.type == "choices":
            known = [option.number for option in question.options]
            return column.list.eval(~pl.element().is_in(known)).list.any()
        case "range" if question.type == "integer":
            return ~column.is_between(question.low or 0, question.high or 0)
        case "count" if question.type == "integer" and question.usual_high is None:  # else V03
            return ~column.is_between(question.low or 0, question.high or 0)
        case "usual" if question.usual_high is not None:
            return (column > question.usual_high) & (column <= (question.high or column))
        case "phone" if question.format == "phone":
            return ~column.str.contains(PHONE)
        case "people_name" if question.format == "person":
            return ~column.str.contains(PERSON)
        case _:
            return None


def _required(pack: Pack, constraint: Constraint, explicit: set[str]) -> list[Test]:
    tests = []
    for form in pack.household_forms.values():
        needs = set(pack.outcome.needs) if pack.outcome else set()
        for name in form.questions:
            on_list = name in form.required
            mine = name in constraint.questions if constraint.questions else name not in explicit
            if not mine or not (on_list or name in needs):
                continue
            column = pl.col(name)
            empty = (
                column.is_null() | (column.list.len() == 0)
                if pack.questions[name].type == "choices"
                else (column.is_null())
            )
            met = surveyed(pack)
            when = (met & pl.lit(on_list)) | (~met & pl.lit(name in needs))
            expr = (pl.col("form") == form.name) & when & empty
            tests.append(Test(constraint, expr, name))
    return tests


def _dated(pack: Pack, days: Days) -> list[Test]:
    tests = []
    for constraint in pack.constraints:
        for name in constraint.questions:
            column = pl.col(name)
            if constraint.kind == "future":
                expr = column > days.today
            elif constraint.kind == "period":
                expr = (column < days.opens_on) | ((column > days.closes_on) & (column <= days.today))
            else:
                continue
            tests.append(Test(constraint, expr, name))
    return tests
