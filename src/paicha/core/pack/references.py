"""What no schema can say about a pack: that every name it uses exists and every rule's text parses.

Each check returns `PackError`s and never raises, so that the author sees all of them at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

from paicha.core.pack.consistency import (
    LineOf,
    Path,
    guide_faults,
    outcome_faults,
    placeholders,
    repeated_ids,
)
from paicha.core.pack.errors import PackError
from paicha.core.pack.forms import Form, HouseholdForm, ProblemForm, ProfileForm, Question, StatisticsForm
from paicha.core.pack.models import Pack
from paicha.core.pack.named_checks import FACTS, NAMED_CHECKS, Meaning
from paicha.core.pack.procedure_checks import procedure_faults, procedure_uses
from paicha.core.pack.rules import Fact, NamedCheck

# (place, name used, names that exist, what it is)
Use = tuple[Path, str, Iterable[str], str]

# (place inside a form or question, code, what is wrong, remedy)
Unclear = Iterator[tuple[Path, str, str, str]]

_LISTED = 12


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
        listed = "、".join(sorted(known)[:_LISTED])
        remedy = f"是不是 {near[0]}" if near else f"可以写 {listed}" if listed else "请删去"
        errors.append(PackError(file, line, "P10", f"{what} {name} 不存在", remedy))
    every = (
        _repetitions, repeated_ids, _questions, _columns, placeholders, outcome_faults, guide_faults, _named_checks,
    )  # fmt: skip
    for check in every:
        errors += check(pack, line_of)
    for path, code, said, remedy in procedure_faults(pack):
        errors.append(PackError(*line_of(path), code, said, remedy))
    return errors + list(_areas(pack))


def _uses(pack: Pack) -> Iterator[Use]:
    yield from _pack_uses(pack)
    yield from _all_form_uses(pack)
    yield from _rule_uses(pack)
    yield from _check_uses(pack)
    yield from procedure_uses(pack)


def _pack_uses(pack: Pack) -> Iterator[Use]:
    questions = set(pack.questions)
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
    choices = {q.name for q in pack.questions.values() if q.type in ("choice", "choices")}
    for index, name in enumerate(pack.pictured):
        yield ("pictured", index), name, choices & set(pack.answer_questions), "农户表的选择题"
    for question in pack.questions.values():
        for number, option in enumerate(question.options):
            if option.text:
                yield ("questions", question.name, "options", number), option.text, questions, "题目"
    for index, fact in enumerate(pack.facts):
        yield ("facts", index, "name"), fact.name, _facts(pack, fact), "事实"
        if fact.of:
            yield ("facts", index, "of"), fact.of, questions, "题目"


def _facts(pack: Pack, fact: Fact) -> set[str]:
    """Facts that the program can tell a rule of this scope."""
    known = set(FACTS[fact.scope])
    if fact.scope == "village":
        return known | {f"rows_{form}" for form in pack.household_forms}
    return known | {f"prior_{name}" for name in pack.answer_questions}


def _all_form_uses(pack: Pack) -> Iterator[Use]:
    questions = set(pack.questions)
    for index, form in enumerate(pack.forms):
        for path, name in _form_uses(form):
            yield ("forms", index, *path), name, questions, "题目"
        if isinstance(form, ProfileForm):
            yield from _counted_uses(pack, index, form)
        if isinstance(form, StatisticsForm):
            for number, figure in enumerate(form.figures):
                if figure.form:
                    path = ("forms", index, "figures", number)
                    yield path, figure.form, set(pack.household_forms), "农户表"


def _counted_uses(pack: Pack, index: int, form: ProfileForm) -> Iterator[Use]:
    """Options that a village's figure counts."""
    for number, row in enumerate(form.rows):
        for counted in (cell.counted for cell in row.cells if cell.counted):
            question = pack.questions.get(counted.question)
            known = {str(option.number) for option in question.options} if question else set()
            for option in counted.options if question else ():
                yield ("forms", index, "rows", number), str(option), known, "选项"


def _form_uses(form: Any) -> Iterator[tuple[Path, str]]:
    if isinstance(form, HouseholdForm):
        yield from _household_uses(form)
        return
    if isinstance(form, StatisticsForm):
        for number, figure in enumerate(form.figures):
            if figure.question:
                yield ("figures", number), figure.question
    if isinstance(form, ProfileForm):
        yield from _profile_uses(form)
    for number, signer in enumerate(form.signers):
        yield ("signers", number), signer.question


def _household_uses(form: HouseholdForm) -> Iterator[tuple[Path, str]]:
    for number, column in enumerate(form.columns):
        if column.question:
            yield ("columns", number), column.question
        for part in column.parts:
            yield ("columns", number), part.question
    for key in ("unprinted", "required"):
        for number, name in enumerate(getattr(form, key)):
            yield (key, number), name


def _profile_uses(form: ProfileForm) -> Iterator[tuple[Path, str]]:
    for number, row in enumerate(form.rows):
        for cell in row.cells:
            yield ("rows", number), cell.question
            if cell.counted:
                yield ("rows", number), cell.counted.question
    for key in ("required", "points"):
        for number, name in enumerate(getattr(form, key)):
            yield (key, number), name
    for cell in form.lead:
        yield ("lead",), cell.question


def _rule_uses(pack: Pack) -> Iterator[Use]:
    forms = {form.name for form in pack.forms}
    kinds = {kind.name for kind in pack.kinds}
    stages = {stage.id for stage in pack.schedule.stages}
    types = {str(t.number) for t in pack.problem_list.types} if pack.problem_list else set()
    for index, rule in enumerate(pack.rules):
        yield ("rules", index, "kind"), rule.kind, kinds, "线索类型"
        for name in rule.forms:
            yield ("rules", index, "forms"), name, forms, "表格"
        for name, override in rule.overrides.items():
            yield ("rules", index, "overrides"), name, set(rule.forms) & forms, "表格"
            if override.kind:
                yield ("rules", index, "overrides"), override.kind, kinds, "线索类型"
        if rule.shown_after:
            yield ("rules", index, "shown_after"), rule.shown_after, stages, "阶段"
        if rule.problem_type is not None:
            yield ("rules", index, "problem_type"), str(rule.problem_type), types, "问题类型"
    for index, lead in enumerate(pack.lead_sources):
        yield ("lead_sources", index, "kind"), lead.kind, kinds, "线索类型"
        if lead.problem_type is not None:
            yield ("lead_sources", index, "problem_type"), str(lead.problem_type), types, "问题类型"


def _check_uses(pack: Pack) -> Iterator[Use]:
    questions, forms = set(pack.questions), {form.name for form in pack.forms}
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
        yield from _named_uses(pack, index, named)


def _named_uses(pack: Pack, index: int, named: NamedCheck) -> Iterator[Use]:
    shape = NAMED_CHECKS.get(named.check)
    if shape is None:
        return
    profile = set(pack.profile.questions) if pack.profile else set()
    known: dict[Meaning, tuple[set[str], str]] = {
        "household": (set(pack.answer_questions), "农户表的题目"),
        "households": (set(pack.answer_questions), "农户表的题目"),
        "village": (profile, "村情表的题目"),
        "form": (set(pack.household_forms), "农户表"),
    }
    for key, value in named.names.items():
        yield ("named_checks", index, "names", key), key, shape.names, f"{named.check} 的名称"
        if key in shape.names:
            names, what = known[shape.names[key]]
            for name in (value,) if isinstance(value, str) else value:
                yield ("named_checks", index, "names", key), name, names, what
    for key in named.parameters:
        yield ("named_checks", index, "parameters", key), key, shape.parameters, f"{named.check} 的参数"


def _named_checks(pack: Pack, line_of: LineOf) -> Iterator[PackError]:
    """What a named check needs is there, and of the right shape."""
    for index, named in enumerate(pack.named_checks):
        shape = NAMED_CHECKS.get(named.check)
        if shape is None:
            continue
        file, line = line_of(("named_checks", index))
        given = {**named.names, **named.parameters}
        for key in [*shape.names, *shape.parameters]:
            if key not in given and key not in shape.optional:
                where = "names" if key in shape.names else "parameters"
                yield PackError(file, line, "P16", f"{named.id} 缺少 {key}", f"请在 {where} 里写上 {key}")
        for key, value in named.parameters.items():
            wanted = shape.parameters.get(key)
            fits = wanted is None or isinstance(value, wanted) or (wanted is float and isinstance(value, int))
            if not fits:
                words = {int: "整数", float: "数字", str: "文字", tuple: "整数列表"}[wanted or str]
                yield PackError(file, line, "P16", f"{named.id} 的 {key} 不对", f"应为{words}")


def _repetitions(pack: Pack, line_of: LineOf) -> Iterator[PackError]:
    for key, names in {
        "forms": [form.name for form in pack.forms],
        "classes": [entry.name for entry in pack.classes],
        "kinds": [kind.name for kind in pack.kinds],
        "facts": [fact.name for fact in pack.facts],
        "rules": [rule.id for rule in pack.rules],
        "lead_sources": [lead.source for lead in pack.lead_sources],
    }.items():
        for name, times in Counter(names).items():
            if times > 1:
                file, line = line_of((key, len(names) - 1 - names[::-1].index(name)))
                yield PackError(file, line, "P11", f"{name} 写了 {times} 次", "请只留一处")


def _questions(pack: Pack, line_of: LineOf) -> Iterator[PackError]:
    for question in pack.questions.values():
        place = ("questions", question.name)
        for path, code, said, remedy in (*_type_faults(question), *_option_faults(question)):
            yield PackError(*line_of((*place, *path)), code, said, remedy)


def _type_faults(question: Question) -> Unclear:
    choice = question.type in ("choice", "choices")
    if choice and not question.options:
        yield (), "P12", f"选择题 {question.name} 没有选项", "请写出 options"
    if not choice and question.options:
        yield (), "P12", f"{question.name} 不是选择题却有选项", "请改 type 或删去 options"
    if question.type == "integer" and (question.low is None or question.high is None):
        yield (), "P13", f"数字题 {question.name} 没有范围", "请写出 low 和 high"


def _option_faults(question: Question) -> Unclear:
    seen: set[int] = set()
    spellings: dict[str, int] = {}
    for place, option in enumerate(question.options):
        for text in (option.label, *option.aliases):
            other = spellings.setdefault(text, option.number)
            if other != option.number:
                said = f"{question.name} 的选项 {other} 和 {option.number} 都写成“{text}”"
                yield ("options", place), "P11", said, "一个写法只能是一个选项，请改其中一个"
        if option.number in seen:
            said = f"{question.name} 的选项 {option.number} 写了两次"
            yield ("options", place), "P11", said, "请改编号"
        seen.add(option.number)
        if question.type == "choice" and option.exclusive:
            said = f"单选题 {question.name} 的选项不用 exclusive"
            yield ("options", place), "P12", said, "请删去 exclusive"


def _columns(pack: Pack, line_of: LineOf) -> Iterator[PackError]:
    for index, form in enumerate(pack.forms):
        for path, code, said, remedy in _unclear(form):
            file, line = line_of(("forms", index, *path))
            yield PackError(file, line, code, said, remedy)


def _unclear(form: Form) -> Unclear:
    match form:
        case HouseholdForm():
            for number, column in enumerate(form.columns):
                if column.question and column.parts:
                    yield (
                        ("columns", number),
                        "P14",
                        f"{form.name} 的列 {column.name} 有两个来源",
                        "请只留一个",
                    )
        case StatisticsForm():
            for number, figure in enumerate(form.figures):
                if (figure.source == "profile") != (figure.question is not None):
                    yield (
                        ("figures", number),
                        "P14",
                        f"{figure.name} 的来源不清楚",
                        "来源为 profile 时写 question",
                    )
        case ProfileForm():
            yield from _unclear_profile(form)
        case ProblemForm():
            seen: set[int] = set()
            for number, kind in enumerate(form.types):
                if kind.number in seen:
                    yield ("types", number), "P11", f"问题类型 {kind.number} 写了两次", "请改编号"
                seen.add(kind.number)


def _unclear_profile(form: ProfileForm) -> Unclear:
    """Cells of a row are told apart by the words before each, or by their order alone."""
    for number, row in enumerate(form.rows):
        if len({bool(cell.before) for cell in row.cells}) > 1:
            said = f"“{row.label}”一行有的格写了 before，有的没写"
            yield ("rows", number), "P14", said, "请都写或都不写，或分成两行"
    for cell in form.lead:
        if not cell.before:
            yield ("lead",), "P14", f"表上方的 {cell.question} 没有 before", "请写出印在前面的字"


def _areas(pack: Pack) -> Iterator[PackError]:
    seen: set[str] = set()
    parent_level = {"town": "county", "village": "town", "residents": "town"}
    levels = {area.code: area.level for area in pack.areas}
    for number, area in enumerate(pack.areas):
        line = number + 2
        if area.code in seen:
            yield PackError("areas.csv", line, "P11", f"代码 {area.code} 重复", "请改正代码")
        seen.add(area.code)
        expected = parent_level.get(area.level)
        if expected and levels.get(area.parent_code) != expected:
            said = f"{area.name} 的上级 {area.parent_code} 不对"
            yield PackError("areas.csv", line, "P15", said, "请填上级的代码")
    if levels.get(pack.county) != "county":
        yield PackError("areas.csv", 1, "P15", f"没有县级代码 {pack.county}", "请补上县级一行")
