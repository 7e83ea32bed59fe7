"""What the parts of a pack must agree on: ids, the words in messages, the numbers of the outcome.

Each check returns `PackError`s and never raises (see `references`, which calls them).
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from paicha.core.pack.errors import PackError
from paicha.core.pack.forms import HouseholdForm, ProfileForm
from paicha.core.pack.models import Pack
from paicha.core.pack.named_checks import NAMED_CHECKS

Path = tuple[Any, ...]
LineOf = Callable[[Path], tuple[str, int]]

_CONSTRAINT_WORDS = {"label", "value", "low", "high", "options"}  # see Constraint.say
# What has an id under which a finding is kept, with its name for people.
_WITH_IDS = {
    "rules": "线索规则",
    "lead_sources": "线索来源",
    "constraints": "核对",
    "checks": "核对",
    "named_checks": "成村核对",
}


def repeated_ids(pack: Pack, line_of: LineOf) -> Iterator[PackError]:
    """An id names one thing: a finding of a household is kept by it.

    Entries of one kind and severity may share one: they say the same thing of different forms or questions.
    """
    kinds: dict[str, tuple[str, str]] = {}
    for key, title in _WITH_IDS.items():
        for index, entry in enumerate(getattr(pack, key)):
            own = (title, getattr(entry, "severity", ""))
            first = kinds.setdefault(entry.id, own)
            if first != own:
                said = f"编号 {entry.id} 用了两次：先是{first[0]}，又是{title}"
                if first[0] == title:
                    said = f"编号 {entry.id} 用了两次，轻重不同：{first[1]} 和 {own[1]}"
                yield PackError(*line_of((key, index)), "P11", said, "请给其中一条换一个编号")


def placeholders(pack: Pack, line_of: LineOf) -> Iterator[PackError]:
    """A message names in braces what it is filled with when it is said: answers, or the words that its check has."""
    questions = set(pack.questions)  # answers alone: a fact is not said to whoever types
    messages = [
        ("checks", n, check.id, check.message, questions, "题目的名字") for n, check in enumerate(pack.checks)
    ]
    words = _one_of(_CONSTRAINT_WORDS)
    messages += [
        ("constraints", n, one.id, one.message, _CONSTRAINT_WORDS, words)
        for n, one in enumerate(pack.constraints)
    ]
    for n, named in enumerate(pack.named_checks):
        shape = NAMED_CHECKS.get(named.check)
        if shape is not None:
            messages.append(
                ("named_checks", n, named.id, named.message, set(shape.words), _one_of(shape.words))
            )
    for key, index, id_, message, known, remedy in messages:
        for said, verb in _message_faults(message, known):
            suggested = f"{verb} {{{remedy}}}" if known else "请不用花括号"
            yield PackError(*line_of((key, index, "message")), "P10", f"{id_} 的消息里{said}", suggested)


def _one_of(words: Iterable[str]) -> str:
    return "、".join(sorted(words)) + " 之一"


def unasked(pack: Pack, line_of: LineOf) -> Iterator[PackError]:
    """Every form that a check runs on asks what the check reads and points at: else it would never fire there, or
    point nowhere. For a pack whose expressions are parsed."""
    for index, check in enumerate(pack.checks):
        read = [name for name in (*check.at, *check.expression.names) if name in pack.questions]
        for name_of_form in check.forms:
            form = pack.form(name_of_form)
            asked = form.questions if isinstance(form, HouseholdForm | ProfileForm) else ()
            for name in dict.fromkeys(read):
                if name not in asked:
                    said = f"{check.id} 要在 {form.name} 上核对，那张表却没有题目 {name}"
                    remedy = "请改 forms，或只用这张表上的题目"
                    yield PackError(*line_of(("checks", index)), "P10", said, remedy)


def outcome_faults(pack: Pack, line_of: LineOf) -> Iterator[PackError]:
    """Every number of the outcome is an option of its question, and nobody is both met and still due."""
    outcome, question = pack.outcome, pack.questions.get(pack.outcome.question)
    if question is None:
        return
    numbers = {option.number for option in question.options}
    for key, named in (
        ("default", (outcome.default,)),
        ("done", outcome.done),
        ("stays_due", outcome.stays_due),
        ("remarks", tuple(outcome.remarks)),
    ):
        for number in sorted(set(named) - numbers):
            said = f"{question.name} 没有选项 {number}"
            yield PackError(*line_of(("outcome", key)), "P10", said, "请写已有的编号")
    for number in sorted(set(outcome.done) & set(outcome.stays_due)):
        said = f"结果 {number} 既算已入户，又算还要再去"
        yield PackError(*line_of(("outcome", "stays_due")), "P11", said, "请只留一处")


def _message_faults(message: str, known: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(what is wrong, verb of the remedy) for the braces of one message."""
    try:
        parts = list(string.Formatter().parse(message))
    except ValueError:
        yield "花括号不成对", "请写成"
        return
    if any(spec or conversion for _, _, spec, conversion in parts):  # a browser could not say it
        yield "花括号写得太复杂", "请只写"
        return
    for name in sorted({name for _, name, _, _ in parts if name is not None} - set(known)):
        yield f"的 {{{name}}} 不存在", "请写"


def guide_faults(pack: Pack, line_of: LineOf) -> Iterator[PackError]:
    """A task belongs to a stage of the pack and ends after it begins; a term is explained once."""
    stages = {stage.id: stage for stage in pack.schedule.stages}
    for index, task in enumerate(pack.guide.tasks):
        at = line_of(("guide", "tasks", index))
        if task.stage not in stages:
            yield PackError(*at, "P10", f"阶段 {task.stage} 不存在", f"可以写 {'、'.join(stages)}")
            continue
        last = stages[task.stage].days
        until = last if task.until is None else task.until
        if (task.since or 0) > until or until > last:
            said = f"第 {task.since or 0} 天到第 {until} 天不在阶段 {task.stage} 里"
            yield PackError(*at, "P17", said, f"写 0 到 {last} 之间的天数，先写开始的一天")
    terms = [term.id for term in pack.guide.terms]
    for index, name in enumerate(terms):
        if name in terms[:index]:
            yield PackError(*line_of(("guide", "terms", index)), "P11", f"词 {name} 写了两次", "请只留一处")
