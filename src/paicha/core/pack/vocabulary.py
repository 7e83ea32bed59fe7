"""What the expressions of a pack may name, and the parsing of every one of them.

A rule of households may name every question of the household forms and the facts of a household; a rule of
villages those of the village's forms. A condition that can't be read over a village is no name there.
"""

from __future__ import annotations

from collections.abc import Iterator

from paicha.core.expressions import Expression, ExpressionErrors, Kind, Symbol, Vocabulary, parse
from paicha.core.pack.consistency import LineOf, Path
from paicha.core.pack.errors import PackError
from paicha.core.pack.forms import HouseholdForm, ProfileForm, Question
from paicha.core.pack.models import Pack
from paicha.core.pack.procedure_checks import CASE_FACTS
from paicha.core.pack.rules import Check, Rule

_FACT_MAX = 10_000_000
_KIND = {
    "text": Kind.TEXT,
    "integer": Kind.INTEGER,
    "choice": Kind.CHOICE,
    "choices": Kind.CHOICES,
    "date": Kind.DATE,
}


def vocabulary(pack: Pack, scope: str) -> Vocabulary:
    """What an expression of that scope ('household' or 'village') may name."""
    symbols = {
        name: symbol_of(name, pack.questions[name])
        for name in _questions_in(pack, scope)
        if name in pack.questions
    }
    for fact in pack.facts:
        if fact.scope != scope:
            continue
        if fact.of and fact.of in pack.questions:
            symbols[fact.name] = symbol_of(fact.name, pack.questions[fact.of])
        elif fact.type == "boolean":
            symbols[fact.name] = Symbol(fact.name, Kind.BOOLEAN, None, None, None)
        else:
            symbols[fact.name] = Symbol(fact.name, Kind.INTEGER, None, 0, _FACT_MAX)
    parameters = dict(pack.parameters)
    conditions = {
        name: text
        for name, text in pack.conditions.items()
        if scope == "household" or _readable(text, symbols, parameters)
    }
    return Vocabulary(symbols=symbols, parameters=parameters, conditions=conditions)


def _questions_in(pack: Pack, scope: str) -> dict[str, None]:
    kind = HouseholdForm if scope == "household" else ProfileForm
    return dict.fromkeys(name for form in pack.forms if isinstance(form, kind) for name in form.questions)


def _readable(text: str, symbols: dict[str, Symbol], parameters: dict[str, int]) -> bool:
    """Whether a condition can be read over a village: it names only village symbols."""
    try:
        parse(text, Vocabulary(symbols=symbols, parameters=parameters, conditions={}))
    except ExpressionErrors:
        return False
    return True


def symbol_of(name: str, question: Question) -> Symbol:
    """The name by which an expression reads a question's answers."""
    options = frozenset(o.number for o in question.options) if question.options else None
    return Symbol(name, _KIND[question.type], options, question.low, question.high)


def condition(pack: Pack, name: str) -> Expression:
    """A named condition as an expression of its own, over villages where it can be read there."""
    over_villages = vocabulary(pack, "village")
    scope = over_villages if name in over_villages.conditions else vocabulary(pack, "household")
    return parse(pack.conditions[name], scope)


def parse_rules(pack: Pack, line_of: LineOf) -> list[PackError]:
    """Parse and type-check every expression, and leave it on its rule or check."""
    errors: list[PackError] = []
    vocabularies = {scope: vocabulary(pack, scope) for scope in ("household", "village")}
    entries: list[tuple[Path, Rule | Check, str]] = []
    entries += [(("rules", i, "when"), rule, rule.scope) for i, rule in enumerate(pack.rules)]
    for index, check in enumerate(pack.checks):
        scope = "household" if any(name in pack.household_forms for name in check.forms) else "village"
        entries.append((("checks", index, "when"), check, scope))
    for path, entry, scope in entries:
        try:
            entry._expression = parse(entry.when, vocabularies[scope])
        except ExpressionErrors as failure:
            errors += _faults(failure, path, entry.id, line_of)
    errors += _parse_procedures(pack, line_of)
    for name in pack.conditions:  # those that no rule uses too
        scope = "village" if name in vocabularies["village"].conditions else "household"
        try:
            parse(name, vocabularies[scope])
        except ExpressionErrors as failure:
            errors += _faults(failure, ("conditions", name), name, line_of)
    return errors


def _parse_procedures(pack: Pack, line_of: LineOf) -> list[PackError]:
    """Guards and what a procedure's end makes of a household: over its answers, its facts and the case's own."""
    errors: list[PackError] = []
    known = vocabulary(pack, "household")
    own = {name: Symbol(name, Kind.INTEGER, None, 0, _FACT_MAX) for name in CASE_FACTS}
    over = Vocabulary({**known.symbols, **own}, known.parameters, known.conditions)
    for index, procedure in enumerate(pack.schedule.procedures):
        for key in ("guards", "becomes"):
            for number, entry in enumerate(getattr(procedure, key)):
                path = ("schedule", "procedures", index, key, number, "when")
                try:
                    entry._expression = parse(entry.when, over)
                except ExpressionErrors as failure:
                    errors += _faults(failure, path, procedure.id, line_of)
    return errors


def _faults(failure: ExpressionErrors, path: Path, id_: str, line_of: LineOf) -> Iterator[PackError]:
    """A fault of a condition is said where the condition stands, however many rules use it."""
    for fault in failure.errors:
        own = fault.condition is None
        file, line = line_of(path if own else ("conditions", fault.condition))
        said = f"{id_} {fault.message}" if own else f"条件 {fault.condition} {fault.message}"
        yield PackError(file, line, fault.code, said, fault.remedy.rstrip("。"))
