"""A pack as a page that a city officer can read, and as data for machines.

Why: whoever signs the notice must be able to check what the program will ask, print and flag, without reading
YAML. Rules stand in words beside their expression; both come from the same checked tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from paicha.core.expressions import Expression
from paicha.core.pack.constraints import LABELS, ConstraintTest, household_tests, profile_tests
from paicha.core.pack.forms import HouseholdForm, Paper, ProblemForm, ProfileForm, Question, StatisticsForm
from paicha.core.pack.models import Pack
from paicha.core.pack.procedure_checks import CASE_FACTS
from paicha.core.pack.rules import Check, Constraint, NamedCheck, Rule
from paicha.core.pack.schedule import Step
from paicha.core.pack.vocabulary import condition

_SAID = 2  # more tests of one constraint than that are told by its message alone
_BLANK = re.compile(r"\{[a-z_]+\}")  # what a message fills in
_TYPES = {"text": "文字", "integer": "整数", "choice": "单选", "choices": "多选", "date": "日期"}
_SEVERITIES = {"hard": "必须改正", "soft": "要说明原因", "office": "镇市核对"}
_STRENGTHS = {"strong": "强", "normal": "一般", "weak": "弱"}
_LEVELS = {"village": "村", "town": "镇街", "county": "市县"}
_ORIENTATIONS = {"portrait": "纵向", "landscape": "横向"}
_SOURCES = {
    "number": "序号", "town": "镇街名", "village": "村名", "surveyed": "排查户数", "problems": "问题清单条数",
    "remark": "备注（仍要排查的户数自动写入）",
}  # fmt: skip


def describe(pack: Pack) -> str:
    """The page: plain text with Markdown headings and lists."""
    sections = (
        _overview, _schedule, _questions, _household_forms, _village_forms, _parameters, _rules, _validations,
        _procedures,
    )  # fmt: skip
    return "\n".join(line for section in sections for line in section(pack)).strip() + "\n"


def words_of(pack: Pack, expression: Expression) -> str:
    """An expression as a Chinese sentence with this pack's labels and options."""
    return expression.in_words(_labels(pack), _options(pack))


def _labels(pack: Pack) -> dict[str, str]:
    labels = {name: question.short or question.label for name, question in pack.questions.items()}
    return labels | {fact.name: fact.label for fact in pack.facts} | CASE_FACTS | LABELS


def _options(pack: Pack) -> dict[str, Mapping[int, str]]:
    options: dict[str, Mapping[int, str]] = {
        name: question.option_labels for name, question in pack.questions.items() if question.options
    }
    return options | {f.name: options[f.of] for f in pack.facts if f.of and f.of in options}


# --- the page ------------------------------------------------------------------------------------------------


def _overview(pack: Pack) -> Iterator[str]:
    county = next((area.name for area in pack.areas if area.code == pack.county), pack.county)
    levels = [area.level for area in pack.areas]
    yield f"# {pack.title}"
    yield ""
    yield f"方案包 {pack.name}，版本 {pack.version}。{county}，{levels.count('town')} 个镇街，{levels.count('village')} 个行政村，{levels.count('residents')} 个社区。"  # noqa: E501
    yield ""
    yield "农户分类（一户只填一张表，几类都符合的按先后取第一类）："
    for entry in pack.classes:
        form = pack.household_forms[entry.form]
        stated = f"，底数 {pack.expected[entry.name]} 户" if entry.name in pack.expected else ""
        yield f"- {entry.label}，填{form.sheet}{stated}"
    if pack.outcome:
        labels = pack.questions[pack.outcome.question].option_labels
        done = "、".join(labels[n] for n in pack.met_by)
        yield ""
        yield f"算已排查：{done}。"
        if pack.due_by:
            yield f"仍要再去：{'、'.join(labels[n] for n in pack.due_by)}。"


def _schedule(pack: Pack) -> Iterator[str]:
    yield from ("", "## 时间安排", "", f"{_day(pack.schedule.opens_on)}开始。")
    for stage in pack.schedule.stages:
        last = stage.due_on(pack.schedule.opens_on)
        yield f"- {stage.title}：{stage.who}，{_LEVELS[stage.level]}级，{_day(last)}前（第 {stage.days} 天）"


def _day(day: Any) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _questions(pack: Pack) -> Iterator[str]:
    yield from ("", "## 题目")
    asked = dict.fromkeys(pack.answer_questions)
    yield from ("", "### 每户要问的", "")
    for name in asked:
        yield _question(pack, pack.questions[name])
    others = [name for name in pack.questions if name not in asked]
    if others:
        yield from ("", "### 村表和镇表要填的", "")
        for name in others:
            yield _question(pack, pack.questions[name])


def _question(pack: Pack, question: Question) -> str:
    said = [_TYPES[question.type]]
    if question.options:
        said.append(" ".join(_option(pack, question, number) for number in question.option_labels))
    if question.type == "integer":
        said.append(f"{question.low}—{question.high}{question.unit}")
    if question.usual_high is not None:
        said.append(f"超过 {question.usual_high} 要说明")
    printed = _sheets_with(pack, question.name)
    said.append(f"印在{'、'.join(printed)}" if printed else "不印")
    required = [form.sheet for form in pack.household_forms.values() if question.name in form.required]
    if required:
        said.append("必填" if len(required) == len(pack.household_forms) else f"{'、'.join(required)}必填")
    return f"- {question.label}（`{question.name}`）：{'；'.join(said)}"


def _option(pack: Pack, question: Question, number: int) -> str:
    option = next(o for o in question.options if o.number == number)
    text = f"（另写{pack.questions[option.text].label}）" if option.text else ""
    return f"{number}.{option.label}{text}{'（不与别项同选）' if option.exclusive else ''}"


def _sheets_with(pack: Pack, name: str) -> list[str]:
    """Sheets whose paper shows the question."""
    sheets = []
    for form in pack.forms:
        if isinstance(form, HouseholdForm):
            shown = set(form.questions) - set(form.unprinted)
        elif isinstance(form, ProfileForm):
            shown = set(form.questions)
        else:
            shown = {signer.question for signer in form.signers}
        if name in shown:
            sheets.append(form.sheet)
    return sheets


def _paper(paper: Paper) -> str:
    also = f"，也可用 {paper.alternative}" if paper.alternative else ""
    return f"{paper.size} {_ORIENTATIONS[paper.orientation]}{also}"


def _household_forms(pack: Pack) -> Iterator[str]:
    yield from ("", "## 农户表")
    for form in pack.household_forms.values():
        yield from ("", f"### {form.sheet} {form.label}", "", f"标题：{form.title}")
        blocks = "，每组另起一页" if form.by_group else ""
        yield f"纸张：{_paper(form.paper)}，每页 {form.paper.rows_per_page} 行{blocks}；{len(form.columns)} 列"
        yield "表头：" + "；".join(
            _column(column.group, column.label, column.parts) for column in form.columns
        )
        if form.unprinted:
            yield "不印但要问：" + "、".join(pack.questions[name].label for name in form.unprinted)
        if form.foot:
            yield f"表尾：{form.foot}"


def _column(group: str | None, label: str, parts: Any) -> str:
    inside = f"（{' '.join(f'{part.number}.{part.label}__' for part in parts)}）" if parts else ""
    return f"{f'{group}／' if group else ''}{label}{inside}"


def _village_forms(pack: Pack) -> Iterator[str]:
    yield from ("", "## 村表和镇表")
    for form in pack.village_forms.values():
        yield from (
            "",
            f"### {form.sheet} {form.label}",
            "",
            f"标题：{form.title}",
            f"纸张：{_paper(form.paper)}",
        )
        if isinstance(form, ProfileForm):
            yield f"由{_LEVELS[form.by]}填："
            for row in form.rows:
                cells = "、".join(f"{pack.questions[c.question].label}" for c in row.cells)
                yield f"- {row.label}：{cells}"
        elif isinstance(form, ProblemForm):
            yield from (f"- {kind.number}.{kind.label}" for kind in form.types)
        else:
            yield from (_figure(pack, form, index) for index in range(len(form.figures)))
        if form.signers:
            yield "签字：" + "、".join(signer.label for signer in form.signers)


def _figure(pack: Pack, form: StatisticsForm, index: int) -> str:
    figure = form.figures[index]
    label = f"{figure.group}／{figure.label}" if figure.group else figure.label
    if figure.source == "profile":
        source = f"取自{pack.profile.label if pack.profile else '村表'}的{pack.questions[figure.question or ''].label}"
    elif figure.source == "surveyed" and figure.form:
        source = f"{pack.household_forms[figure.form].sheet}已排查户数"
    else:
        source = _SOURCES[figure.source]
    return f"- {label}：{source}"


def _parameters(pack: Pack) -> Iterator[str]:
    if pack.parameters:
        yield from ("", "## 参数", "")
        yield from (f"- `{name}` = {value}" for name, value in pack.parameters.items())
    if pack.conditions:
        yield from ("", "## 命名的条件", "")
        for name, text in pack.conditions.items():
            yield f"- `{name}`：{words_of(pack, condition(pack, name))}。`{text}`"
    if pack.facts:
        yield from ("", "## 规则还会用到的事实", "")
        for fact in pack.facts:
            yield f"- {fact.label}（`{fact.name}`）：{'每户' if fact.scope == 'household' else '每村'}"


def _rules(pack: Pack) -> Iterator[str]:
    yield from ("", "## 筛查规则", "", "每条线索请人核实，不是结论。")
    for rule in pack.rules:
        where = "、".join(pack.form(name).sheet for name in rule.forms)
        types = {kind.number: kind.label for kind in pack.problem_list.types} if pack.problem_list else {}
        yield ""
        yield f"### {rule.id} {rule.title}"
        yield ""
        yield f"- 什么时候：{words_of(pack, rule.expression)}"
        yield f"- 表达式：`{rule.when}`"
        yield f"- 提示：{rule.message}"
        yield f"- 用于：{where}；{_strength(pack, rule)}"
        if rule.problem_type is not None:
            yield f"- 可列入问题清单：{rule.problem_type}.{types.get(rule.problem_type, '')}"
        if rule.shown_after:
            stage = next(s for s in pack.schedule.stages if s.id == rule.shown_after)
            yield f"- {stage.title}结束后才列出"
    if pack.lead_sources:
        yield from ("", "## 人带来的线索", "")
        for lead in pack.lead_sources:
            yield f"- {lead.id} {lead.title}（{pack.kind_labels[lead.kind]}）：{lead.message}"


def _strength(pack: Pack, rule: Rule) -> str:
    said = f"{pack.kind_labels[rule.kind]}，{_STRENGTHS[rule.strength]}"
    for form, change in rule.overrides.items():
        kind = pack.kind_labels[change.kind or rule.kind]
        said += f"；{pack.form(form).sheet}为{kind}，{_STRENGTHS[change.strength or rule.strength]}"
    return said


def _validations(pack: Pack) -> Iterator[str]:
    yield from ("", "## 校验")
    for severity, title in _SEVERITIES.items():
        mine = [check for check in _every(pack) if check.severity == severity]
        if mine:
            yield from ("", f"### {title}", "")
            yield from map(partial(_validation, pack), mine)


def _every(pack: Pack) -> list[Check | Constraint | NamedCheck]:
    every: list[Check | Constraint | NamedCheck] = [*pack.constraints, *pack.checks, *pack.named_checks]
    return sorted(every, key=lambda check: check.id)


def _validation(pack: Pack, check: Check | Constraint | NamedCheck) -> str:
    said = f"- {check.id} {check.title}："
    if isinstance(check, Check):
        where = "、".join(pack.form(name).sheet for name in check.forms)
        return f"{said}{words_of(pack, check.expression)}（{where}）。`{check.when}`"
    if isinstance(check, Constraint):
        words = list(dict.fromkeys(words_of(pack, test.expression) for test in _tests_of(pack, check)))
        if 0 < len(words) <= _SAID:
            said += f"{'；'.join(words)}。提示："
    return said + _BLANK.sub("…", check.message)


def _tests_of(pack: Pack, constraint: Constraint) -> list[ConstraintTest]:
    """What the constraint comes to, on household rows and on the village's own forms."""
    profiles = (form for form in pack.forms if isinstance(form, ProfileForm))
    every = (
        *household_tests(pack),
        *(test for form in profiles for test in profile_tests(pack, form.questions, form.required)),
    )
    return [test for test in every if test.constraint is constraint]


def _procedures(pack: Pack) -> Iterator[str]:
    if pack.schedule.procedures:
        yield from ("", "## 程序")
    for procedure in pack.schedule.procedures:
        yield from ("", f"### {procedure.title}", "")
        yield from map(_step, procedure.steps)
        if procedure.guards:
            yield from ("", "有这些情形不能办：", "")
        for guard in procedure.guards:
            yield f"- {guard.message}：{words_of(pack, guard.expression)}。`{guard.when}`"


def _step(step: Step) -> str:
    said = [_LEVELS.get(step.actor, step.actor)]
    if step.days:
        said.append(f"{step.days} 天内")
    if step.at_least:
        said.append(f"不少于 {step.at_least} 天")
    if step.ended:
        said.append(f"可以终止（{step.ended}）")
    records = f"；记录{'、'.join(record.label for record in step.records)}" if step.records else ""
    return f"- {step.title}：{'，'.join(said)}{records}"


# --- the same as data ----------------------------------------------------------------------------------------


def describe_data(pack: Pack) -> dict[str, Any]:
    """Everything of the pack but its areas, with every expression in words: JSON types alone."""
    data = pack.model_dump(mode="json", exclude={"areas", "digest"})
    levels = [area.level for area in pack.areas]
    data["areas"] = {level: levels.count(level) for level in ("county", "town", "village", "residents")}
    data["digest"] = pack.digest
    data["outcome"] = data["outcome"] if pack.outcome else None
    data["conditions"] = {
        name: {"when": text, "words": words_of(pack, condition(pack, name))}
        for name, text in pack.conditions.items()
    }
    for entry, rule in zip(data["rules"], pack.rules, strict=True):
        entry["words"], entry["reads"] = words_of(pack, rule.expression), list(rule.expression.names)
    for entry, check in zip(data["checks"], pack.checks, strict=True):
        entry["words"], entry["reads"] = words_of(pack, check.expression), list(check.expression.names)
    for entry, constraint in zip(data["constraints"], pack.constraints, strict=True):
        entry["tests"] = [
            {"question": test.question.name, "form": test.form, "words": words_of(pack, test.expression)}
            for test in _tests_of(pack, constraint)
        ]
    for name, entry in data["questions"].items():
        entry["printed"] = _sheets_with(pack, name)
    return data
