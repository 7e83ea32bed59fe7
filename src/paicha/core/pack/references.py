"""What no schema can say about a pack: that every name it uses exists and every rule's text parses.

Each check returns `PackError`s and never raises, so that the author sees all of them at once.
"""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from typing import Any

from paicha.core.expressions import ExpressionErrors, Kind, Symbol, Vocabulary, parse
from paicha.core.pack.errors import PackError
from paicha.core.pack.models import (
    Check,
    HouseholdForm,
    Pack,
    ProblemForm,
    ProfileForm,
    Question,
    Rule,
    StatisticsForm,
)

LineOf = Callable[[tuple[Any, ...]], tuple[str, int]]

# Checks that need code beyond one row. `responses.checks` registers one function for each; a test
# keeps the two lists equal.
NAMED_CHECKS = frozenset(
    {
        "one_form", "area_known", "survey_period", "statistics_add_up", "statistics_surveyed",
        "statistics_profile", "statistics_problems", "point_needs_problem", "signers", "totals_add_up",
        "surveyed_all", "people_total", "monitored_rows", "lifted_rows", "aid_rows", "school_age",
        "shared_phone", "same_answers", "expected_households", "income_bounds", "changed_since",
    }
)  # fmt: skip

_KIND = {
    "text": Kind.TEXT,
    "integer": Kind.INTEGER,
    "choice": Kind.CHOICE,
    "choices": Kind.CHOICES,
    "date": Kind.DATE,
}


def check_references(pack: Pack, line_of: LineOf) -> list[PackError]:
    """Every name used anywhere exists, once; also hands each form the texts its options ask for."""
    errors: list[PackError] = []
    for form in pack.household_forms.values():
        for name in form.questions:
            if name in pack.questions:
                form._texts[name] = [text for text in pack.texts_of(name) if text in pack.questions]
        form.__dict__.pop("questions", None)  # computed without the texts above
    for path, name, known, what in _uses(pack):
        if name in known:
            continue
        file, line = line_of(path)
        near = get_close_matches(name, sorted(known), 1)
        remedy = f"是不是 {near[0]}" if near else f"可以写 {'、'.join(sorted(known)[:12])}"
        errors.append(PackError(file, line, "P10", f"{what} {name} 不存在", remedy))
    errors += _repeated(pack, line_of)
    errors += _questions(pack, line_of)
    errors += _columns(pack, line_of)
    errors += _placeholders(pack, line_of)
    errors += _areas(pack)
    return errors


def _uses(pack: Pack) -> Iterator[tuple[tuple[Any, ...], str, Iterable[str], str]]:
    """(place, name used, names that exist, what it is)."""
    questions = set(pack.questions)
    forms = {form.name for form in pack.forms}
    kinds = {kind.name for kind in pack.kinds}
    for role, name in pack.roles.model_dump(exclude_none=True).items():
        yield ("roles", role), name, questions, "题目"
    if pack.outcome:
        yield ("outcome", "question"), pack.outcome.question, questions, "题目"
        for name in pack.outcome.needs:
            yield ("outcome", "needs"), name, questions, "题目"
    for index, entry in enumerate(pack.classes):
        yield ("classes", index, "form"), entry.form, set(pack.household_forms), "农户表"
    for name in pack.expected:
        yield ("expected", name), name, {entry.name for entry in pack.classes}, "类别"
    for question in pack.questions.values():
        for number, option in enumerate(question.options):
            if option.text:
                yield ("questions", question.name, "options", number), option.text, questions, "题目"
    for index, form in enumerate(pack.forms):
        for path, name in _form_uses(form):
            yield ("forms", index, *path), name, questions, "题目"
        if isinstance(form, StatisticsForm):
            for number, figure in enumerate(form.figures):
                if figure.form:
                    yield ("forms", index, "figures", number), figure.form, set(pack.household_forms), "农户表"
    stages = {stage.id for stage in pack.schedule.stages}
    for index, rule in enumerate(pack.rules):
        yield ("rules", index, "kind"), rule.kind, kinds, "线索类型"
        for name in (*rule.forms, *rule.overrides):
            yield ("rules", index, "forms"), name, forms, "表格"
        for override in rule.overrides.values():
            if override.kind:
                yield ("rules", index, "overrides"), override.kind, kinds, "线索类型"
        if rule.shown_after:
            yield ("rules", index, "shown_after"), rule.shown_after, stages, "阶段"
        if rule.problem_type is not None:
            types = {str(t.number) for t in pack.problem_list.types} if pack.problem_list else set()
            yield ("rules", index, "problem_type"), str(rule.problem_type), types, "问题类型"
    for index, check in enumerate(pack.checks):
        for name in check.forms:
            yield ("checks", index, "forms"), name, forms, "表格"
        for name in check.at:
            yield ("checks", index, "at"), name, questions, "题目"
    for index, constraint in enumerate(pack.constraints):
        for name in constraint.questions:
            yield ("constraints", index, "questions"), name, questions, "题目"
    for index, named in enumerate(pack.named_checks):
        yield ("named_checks", index, "check"), named.check, NAMED_CHECKS, "检查"


def _form_uses(form: Any) -> Iterator[tuple[tuple[Any, ...], str]]:
    if isinstance(form, HouseholdForm):
        for number, column in enumerate(form.columns):
            if column.question:
                yield ("columns", number), column.question
            for part in column.parts:
                yield ("columns", number), part.question
        for key in ("unprinted", "required"):
            for number, name in enumerate(getattr(form, key)):
                yield (key, number), name
        return
    if isinstance(form, StatisticsForm):
        for number, figure in enumerate(form.figures):
            if figure.question:
                yield ("figures", number), figure.question
    if isinstance(form, ProfileForm):
        for number, row in enumerate(form.rows):
            for cell in row.cells:
                yield ("rows", number), cell.question
        for key in ("required", "points"):
            for number, name in enumerate(getattr(form, key)):
                yield (key, number), name
        for cell in form.lead:
            yield ("lead",), cell.question
    if isinstance(form, ProfileForm | ProblemForm | StatisticsForm):
        for number, signer in enumerate(form.signers):
            yield ("signers", number), signer.question


def _repeated(pack: Pack, line_of: LineOf) -> Iterator[PackError]:
    for key, names in {
        "forms": [form.name for form in pack.forms],
        "classes": [entry.name for entry in pack.classes],
        "kinds": [kind.name for kind in pack.kinds],
        "facts": [fact.name for fact in pack.facts],
        "rules": [rule.id for rule in pack.rules],
        "named_checks": [check.id for check in pack.named_checks],
    }.items():
        for name, times in Counter(names).items():
            if times > 1:
                file, line = line_of((key, len(names) - 1 - names[::-1].index(name)))
                yield PackError(file, line, "P11", f"{name} 写了 {times} 次", "请只留一处")


def _questions(pack: Pack, line_of: LineOf) -> Iterator[PackError]:
    for question in pack.questions.values():
        file, line = line_of(("questions", question.name))
        choice = question.type in ("choice", "choices")
        if choice and not question.options:
            yield PackError(file, line, "P12", f"选择题 {question.name} 没有选项", "请写出 options")
        if not choice and question.options:
            yield PackError(file, line, "P12", f"{question.name} 不是选择题却有选项", "请改 type 或删去 options")
        numbers = Counter(option.number for option in question.options)
        for number, times in numbers.items():
            if times > 1:
                yield PackError(file, line, "P11", f"{question.name} 的选项 {number} 写了 {times} 次", "请改编号")
        if question.type == "integer" and (question.low is None or question.high is None):
            yield PackError(file, line, "P13", f"数字题 {question.name} 没有范围", "请写出 low 和 high")
        if question.type == "choice" and any(option.exclusive for option in question.options):
            yield PackError(file, line, "P12", f"单选题 {question.name} 的选项不用 exclusive", "请删去 exclusive")


def _columns(pack: Pack, line_of: LineOf) -> Iterator[PackError]:
    for index, form in enumerate(pack.forms):
        if isinstance(form, HouseholdForm):
            for number, column in enumerate(form.columns):
                if column.question and column.parts:
                    file, line = line_of(("forms", index, "columns", number))
                    yield PackError(file, line, "P14", f"{form.name} 的列 {column.name} 有两个来源", "请只留一个")
        if isinstance(form, StatisticsForm):
            for number, figure in enumerate(form.figures):
                if (figure.source == "profile") != (figure.question is not None):
                    file, line = line_of(("forms", index, "figures", number))
                    yield PackError(
                        file, line, "P14", f"{figure.name} 的来源不清楚", "来源为 profile 时写 question"
                    )


def _placeholders(pack: Pack, line_of: LineOf) -> Iterator[PackError]:
    known = set(pack.questions) | {fact.name for fact in pack.facts}
    for index, check in enumerate(pack.checks):
        for _, name, _, _ in string.Formatter().parse(check.message):
            if name is not None and name not in known:
                file, line = line_of(("checks", index, "message"))
                yield PackError(file, line, "P10", f"消息里的 {{{name}}} 不存在", "请写题目的名字")


def _areas(pack: Pack) -> Iterator[PackError]:
    codes = Counter(area.code for area in pack.areas)
    parent_level = {"town": "county", "village": "town", "residents": "town"}
    levels = {area.code: area.level for area in pack.areas}
    for number, area in enumerate(pack.areas):
        line = number + 2
        if codes[area.code] > 1:
            yield PackError("areas.csv", line, "P11", f"代码 {area.code} 重复", "请改正代码")
        expected = parent_level.get(area.level)
        if expected and levels.get(area.parent_code) != expected:
            yield PackError("areas.csv", line, "P15", f"{area.name} 的上级 {area.parent_code} 不对", "请填上级的代码")
    if levels.get(pack.county) != "county":
        yield PackError("areas.csv", 1, "P15", f"没有县级代码 {pack.county}", "请补上县级一行")


def vocabulary(pack: Pack, scope: str) -> Vocabulary:
    """What an expression of that scope ('household' or 'village') may name."""
    symbols: dict[str, Symbol] = {}
    wanted: set[str] = set()
    for form in pack.forms:
        if isinstance(form, HouseholdForm) and scope == "household":
            wanted |= set(form.questions)
        if isinstance(form, ProfileForm) and scope == "village":
            wanted |= set(form.questions)
    for name in wanted & set(pack.questions):
        symbols[name] = _symbol(name, pack.questions[name])
    for fact in pack.facts:
        if fact.scope != scope:
            continue
        if fact.of and fact.of in pack.questions:
            symbols[fact.name] = _symbol(fact.name, pack.questions[fact.of])
        elif fact.type == "boolean":
            symbols[fact.name] = Symbol(fact.name, Kind.BOOLEAN, None, None, None)
        else:
            symbols[fact.name] = Symbol(fact.name, Kind.INTEGER, None, 0, 10_000_000)
    conditions = {
        name: text for name, text in pack.conditions.items() if scope == "household" or _village(name, text, symbols)
    }
    return Vocabulary(symbols=symbols, parameters=dict(pack.parameters), conditions=conditions)


def _village(name: str, text: str, symbols: dict[str, Symbol]) -> bool:
    """Whether a condition can be read over a village: it names only village symbols."""
    try:
        parse(text, Vocabulary(symbols=symbols, parameters={}, conditions={}))
    except ExpressionErrors:
        return False
    return True


def _symbol(name: str, question: Question) -> Symbol:
    options = frozenset(o.number for o in question.options) if question.options else None
    return Symbol(name, _KIND[question.type], options, question.low, question.high)


def parse_rules(pack: Pack, line_of: LineOf) -> list[PackError]:
    """Parse and type-check every expression, and leave it on its rule or check."""
    errors: list[PackError] = []
    vocabularies = {scope: vocabulary(pack, scope) for scope in ("household", "village")}
    entries: list[tuple[tuple[Any, ...], Rule | Check, str]] = []
    entries += [(("rules", i, "when"), rule, rule.scope) for i, rule in enumerate(pack.rules)]
    for index, check in enumerate(pack.checks):
        scope = "household" if any(name in pack.household_forms for name in check.forms) else "village"
        entries.append((("checks", index, "when"), check, scope))
    for path, entry, scope in entries:
        try:
            entry._expression = parse(entry.when, vocabularies[scope])
        except ExpressionErrors as failure:
            file, line = line_of(path)
            for fault in failure.errors:
                message = f"{entry.id} {fault.message}".rstrip("。")
                errors.append(PackError(file, line, fault.code, message, fault.remedy))
    return errors
