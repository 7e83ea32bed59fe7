"""Pack → the text of an ES module: what a device needs to ask, print and check a household form.

Exports: `digest` of the pack, `title`, `silences`, `outcome`, `roles`, `questions`, `forms`, `kinds`, and the
functions `check(form, answers, days)` and `plainFirst(findings)`; `rules.d.ts` has their types. What a target
cannot say (a message with a format of its own) is an error here, not a silence there.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from importlib.resources import files
from typing import Any

from paicha.core.expressions import TargetError, render
from paicha.core.expressions.javascript import literal
from paicha.core.pack import Check, HouseholdForm, Pack, Question, Rule
from paicha.core.pack.constraints import ConstraintTest
from paicha.core.pack.per_pack import per_pack
from paicha.engines.packs import rule_sets


def rules_module(pack: Pack) -> str:
    """The module's text, UTF-8, the same for the same pack and program. Raises TargetError."""
    return _of(pack)[0]


def address_of(pack: Pack) -> str:
    """What the text is known by (16 hexadecimal digits): another text, another address."""
    return _of(pack)[1]


@per_pack
def _of(pack: Pack) -> tuple[str, str]:
    text = _write(pack)
    return text, blake2b(text.encode(), digest_size=8).hexdigest()


@lru_cache(maxsize=1)
def operators() -> str:
    """The three-valued operators that every generated expression calls."""
    return _source("operators.js")


def _source(name: str) -> str:
    return files("paicha.engines.browser").joinpath(name).read_text(encoding="utf-8")


def _write(pack: Pack) -> str:
    outcome = pack.outcome
    values: dict[str, Any] = {
        "digest": pack.digest,
        "title": pack.title,
        "silences": list(pack.silences),
        "outcome": {
            "question": outcome.question, "default": outcome.default, "done": list(pack.met_by),
            "stays_due": list(pack.due_by), "needs": list(outcome.needs),
        } if outcome else None,
        "roles": pack.roles.model_dump(exclude_none=True),
        "kinds": pack.kind_labels,
        "questions": {name: _question(pack.questions[name]) for name in pack.answer_questions},
        "forms": {form.name: _form(pack, form) for form in pack.household_forms.values()},
        "pending": [{"id": check.id, "title": check.title} for check in pack.named_checks],
    }  # fmt: skip
    lines = [f"// {pack.name} {pack.version}: generated from the pack, never edited by hand.\n"]
    lines += [operators(), _source("check.js")]
    lines += [f"export const {name} = {literal(value)};\n" for name, value in values.items()]
    labels = {form.name: _labels(pack, form) for form in pack.household_forms.values()}
    lines.append(f"const LABELS = {literal(labels)};\n")
    met = rule_sets(pack).households.met
    is_met = render(met, "javascript") if met else "true"
    lines.append(f"/** @param {{Record<string, Answer>}} a */\nconst met = (a) => {is_met};\n")
    lines += ["/** @type {Test[]} */\nconst TESTS = [\n", *_tests(pack), "];\n"]
    lines.append(
        "\n/**\n * What the pack says of a household's answers, in the server's order.\n"
        " * @param {string} form @param {Answers} answers @param {Days} days @returns {Finding[]}\n */\n"
        "export const check = (form, answers, days) =>\n"
        "  run(TESTS, met, prepared(answers, outcome, days), LABELS[form], form);\n"
    )
    return "".join(lines)


def _question(question: Question) -> dict[str, Any]:
    options = [
        _present({"number": o.number, "label": o.label, "text": o.text, "exclusive": o.exclusive})
        for o in question.options
    ]
    return _present({
        "type": question.type, "label": question.label, "short": question.short or question.label,
        "format": question.format, "unit": question.unit, "hint": question.hint, "help": list(question.help),
        "low": question.low, "high": question.high, "usual_high": question.usual_high, "masked": question.masked,
        "options": options,
    })  # fmt: skip


def _form(pack: Pack, form: HouseholdForm) -> dict[str, Any]:
    columns = [
        _present({
            "name": c.name, "label": c.label, "group": c.group, "question": c.question,
            "texts": list(pack.texts_of(c.question)) if c.question else [],
            "parts": [{"question": p.question, "number": p.number, "label": p.label} for p in c.parts],
        })
        for c in form.columns
    ]  # fmt: skip
    return {
        "sheet": form.sheet, "label": form.label, "questions": list(form.questions), "columns": columns,
        "unprinted": list(form.unprinted), "required": list(form.required),
    }  # fmt: skip


def _present(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", False, [])}


def _labels(pack: Pack, form: HouseholdForm) -> dict[str, str]:
    """What the paper calls the questions: counts that share a cell go by the column's label."""
    labels = {name: pack.questions[name].label for name in pack.answer_questions}
    for column in reversed(form.columns):
        labels |= {part.question: column.label for part in column.parts}
    return labels


def _tests(pack: Pack) -> Iterator[str]:
    """One line a test, in the order in which the server says them."""
    sets = rule_sets(pack)
    for one in sets.constraint_sources:
        name = one.question.name
        yield _test(
            id=one.constraint.id, severity=one.constraint.severity, kind="constraint", questions=[name],
            reads=[name], shown_after=None, forms=[one.form] if one.form else None, met=False,
            when=_expression(one), says=list(_of_constraint(one)),
        )  # fmt: skip
    for check in sets.check_sources:
        yield _test(
            id=check.id, severity=check.severity, kind="check", questions=check.at,
            reads=check.expression.names, shown_after=None, forms=check.forms, met=check.surveyed_only,
            when=_expression(check), says=list(_of_check(pack, check)),
        )  # fmt: skip
    for rule in sets.rules:
        names = rule.expression.names
        yield _test(
            id=rule.id, severity="lead", kind="lead", questions=names, reads=names,
            shown_after=rule.shown_after, forms=rule.forms, met=True, when=_expression(rule), says=[rule.message],
        )  # fmt: skip


def _test(when: str, **values: Any) -> str:
    said = "".join(f"{name}: {literal(value)}, " for name, value in values.items())
    return f"  {{ {said}when: (a) => {when} }},\n"


def _expression(source: Check | Rule | ConstraintTest) -> str:
    return render(source.expression, "javascript")


def _of_constraint(one: ConstraintTest) -> Iterator[str | list[str] | None]:
    """The sentence of `Constraint.say`, with holes for the answer and for what the form calls the question."""
    question = one.question
    known = {
        "low": str(question.low),
        "high": str(question.high),
        "options": "、".join(f"{option.number} {option.label}" for option in question.options),
    }
    for part in _parts(one.constraint.id, one.constraint.message):
        if isinstance(part, str):
            yield part
        elif part == ["value"]:
            yield []
        else:
            yield None if part == ["label"] else known[part[0]]


def _of_check(pack: Pack, check: Check) -> Iterator[str | list[str]]:
    for part in _parts(check.id, check.message):
        if not isinstance(part, str) and part[0] not in pack.questions:
            raise TargetError("E58", id=check.id, question=part[0])
        yield part


def _parts(id_: str, message: str) -> Iterator[str | list[str]]:
    for text, name, spec, conversion in string.Formatter().parse(message):
        if text:
            yield text
        if name is None:
            continue
        if spec or conversion or not name.isidentifier():
            raise TargetError("E59", id=id_, name=f"{{{name}}}")
        yield [name]
