"""What a pack has to say about rows: constraints, checks and leads, each compiled once.

Why: a save of one row and a county's import run the same hundred and fifty tests; many rows cost two selects over
their columns, a few are asked one by one, which says the same (a property test). Constraints follow from the
questions and are compiled here; checks and rules are expressions and run in `engines`. What holds: a hit is
something to say about the row at `index`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
Row = Mapping[str, Any]
Tested = tuple[pl.Expr, Callable[[Row], bool]]
# A row, which list its entry is of, the entry's place in it, and the fingerprint of the answers.
Mark = tuple[int, str, int, str]
_CONSTRAINT, _CHECK, _LEAD = "constraint", "check", "lead"
FEW = 300  # columns cost as much as some 400 rows asked one by one, however few they are


@dataclass(frozen=True, slots=True)
class Test:
    """A constraint on one question: true where its message is due, said of columns and of one row."""

    source: Constraint
    expr: pl.Expr
    question: str
    says: Callable[[Row], bool]


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
    return _of_rows(frame.to_dicts(), pack, days) if frame.height <= FEW else _of_columns(frame, pack, days)


def _of_rows(rows: Sequence[Row], pack: Pack, days: Days) -> list[Mark]:
    sets, tests = rule_sets(pack), household_tests(pack, days)
    found = [
        (index, _CONSTRAINT, n, _mark(test.source.id, row.get(test.question)))
        for n, test in enumerate(tests)
        for index, row in enumerate(rows)
        if test.says(row)
    ]
    found += [(row, _CHECK, entry, mark) for row, entry, mark in sets.checks.said(rows)]
    found += [(row, _LEAD, entry, mark) for row, entry, mark in sets.households.said(rows)]
    return found


def _of_columns(frame: pl.DataFrame, pack: Pack, days: Days) -> list[Mark]:
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


def village_leads(row: Row, pack: Pack) -> list[Hit]:
    """Village rules (S23–S28) that fire, over a village's facts and profile answers."""
    sets = rule_sets(pack)
    rules = sets.village_rules
    found = sets.villages.said([row])
    return [Hit(index, rules[entry], rules[entry].expression.names, mark) for index, entry, mark in found]


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
    value = value.to_list() if isinstance(value, pl.Series) else value
    return blake2b(f"{id_}\x1f{value}".encode(), digest_size=8).hexdigest()


_tests: dict[tuple[str, str], list[Test]] = {}


def household_tests(pack: Pack, days: Days) -> list[Test]:
    """Every constraint on household rows, in a fixed order for a pack; the dated ones last."""
    key = (pack.digest, "")
    if key not in _tests:
        _tests[key] = [
            _test(one.constraint, one.question.name, _of_household(pack, one)) for one in applied(pack)
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
                    _test(constraint, q.name, _of_question(constraint, q))
                    for q in mine
                    if applies(constraint, q)
                ]
            if constraint.kind == "required" and not constraint.questions:
                tests += [_test(constraint, name, _unanswered(name)) for name in form.required]
        _tests[key] = tests
    return _tests[key]


def _test(constraint: Constraint, question: str, tested: Tested) -> Test:
    return Test(constraint, tested[0], question, tested[1])


def _unanswered(name: str) -> Tested:
    return pl.col(name).is_null(), lambda row: row.get(name) is None


def surveyed(pack: Pack) -> Tested:
    """Rows whose household was met, or where nothing is said about it."""
    if pack.outcome is None:
        return pl.lit(True), lambda row: True
    name, done = pack.outcome.question, frozenset(pack.outcome.done)
    outcome = pl.col(name)
    return outcome.is_null() | outcome.is_in(
        list(done)
    ), lambda row: row.get(name) is None or row[name] in done


def _of_household(pack: Pack, one: Applied) -> Tested:
    if one.constraint.kind != "required":
        return _of_question(one.constraint, one.question)
    name, form, on = one.question.name, one.form, (one.unmet, one.met)
    column = pl.col(name)
    empty = column.is_null()
    if one.question.type == "choices":
        empty = empty | (column.list.len() == 0)
    met, is_met = surveyed(pack)
    when = (met & pl.lit(one.met)) | (~met & pl.lit(one.unmet))
    return (pl.col("form") == form) & when & empty, (
        lambda row: row["form"] == form and row.get(name) in (None, []) and on[is_met(row)]
    )


def _of_question(constraint: Constraint, question: Question) -> Tested:
    """The test of a constraint that applies to the question (`core.pack.constraints.applies`)."""
    name, low, high = question.name, question.low or 0, question.high or 0
    column = pl.col(name)
    known = frozenset(option.number for option in question.options)
    match constraint.kind:
        case "option" if question.type == "choice":
            return ~column.is_in(list(known)), lambda row: row.get(name) not in (None, *known)
        case "option":
            return column.list.eval(~pl.element().is_in(list(known))).list.any(), (
                lambda row: not known.issuperset(row.get(name) or ())
            )
        case "usual":
            usual, most = question.usual_high or 0, question.high
            return (column > usual) & (column <= (most or column)), (
                lambda row: row.get(name) is not None and usual < row[name] <= (most or row[name])
            )
        case "phone":
            return _unlike(name, PHONE)
        case "people_name":
            return _unlike(name, PERSON)
        case _:  # range, count
            return ~column.is_between(low, high), (
                lambda row: row.get(name) is not None and not low <= row[name] <= high
            )


def _unlike(name: str, pattern: str) -> Tested:
    whole = re.compile(pattern)
    return ~pl.col(name).str.contains(pattern), (
        lambda row: row.get(name) is not None and whole.fullmatch(row[name]) is None
    )


def _dated(pack: Pack, days: Days) -> list[Test]:
    return [_test(one.constraint, one.question.name, _of_days(one, days)) for one in dated(pack)]


def _of_days(one: Applied, days: Days) -> Tested:
    name, today, opens, closes = one.question.name, days.today, days.opens_on, days.closes_on
    column = pl.col(name)
    if one.constraint.kind == "period":
        expr = (column < opens) | ((column > closes) & (column <= today))
        return (
            expr,
            lambda row: row.get(name) is not None and (row[name] < opens or closes < row[name] <= today),
        )
    return column > today, lambda row: row.get(name) is not None and row[name] > today
