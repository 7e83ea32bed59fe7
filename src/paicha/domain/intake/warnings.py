"""What goes in with a word: answers that turn back, columns that went blank, checks over the whole village.

What holds: nothing here refuses; a row that something was said of is counted once in `warned`; what concerns a
column is said once for its sheet, what rests on the whole village once, after the upload's last row of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from paicha.core.catalogue import Message, sentence
from paicha.core.pack import Pack, Question
from paicha.domain.intake.changes import Change
from paicha.domain.intake.lines import Line, say
from paicha.domain.intake.memory import VillageMemory
from paicha.domain.intake.result import ImportResult

_COLUMN = 2  # households whose answers to one question went blank together
_NAMED = 3  # questions that a sentence names


def warn(result: ImportResult, line: Line, messages: Sequence[Message], *, aloud: bool = True) -> None:
    """Say something of a row that went in; counted once a row. Not `aloud`: it was said for the whole sheet."""
    if not messages:
        return
    if aloud:
        result.messages += messages
    result.warned += not line.warned
    line.warned = True
    if line.plan is not None:
        line.plan["messages"] += [message.message for message in messages]


def turned_back(pack: Pack, line: Line, changes: Sequence[Change]) -> list[Message]:
    """U03: answers of a household that an earlier revision had."""
    back = [change for change in changes if change.back]
    if not back:
        return []
    words = {"n": len(back), "labels": labels_of(pack, [change.question for change in back])}
    text = sentence("U03", name=line.asked.head, number=max(change.back for change in back), **words)
    return [say(line, back[0].question, "U03", "soft", text)]


def labels_of(pack: Pack, names: Sequence[str]) -> str:
    """Questions in words, the first few by name."""
    labels = "、".join(_label(pack.questions[name]) for name in names[:_NAMED])
    return labels if len(names) <= _NAMED else f"{labels}等"


def _label(question: Question) -> str:
    return question.short or question.label


def remember_cleared(memory: VillageMemory, line: Line, changes: Sequence[Change]) -> None:
    """Keep which answers of a row went blank, until its sheet is through."""
    for change in changes:
        if change.after is None and change.question in line.table.present:
            memory.cleared.setdefault((line.table.file, line.table.sheet, change.question), []).append(line)


def warn_of_cleared(pack: Pack, memory: VillageMemory, result: ImportResult) -> None:
    """U02: columns of a sheet that are blank for as many households that had an answer as are still filled in."""
    for (file, sheet, question), lines in memory.cleared.items():
        table = lines[0].table
        left = table.frame.height - table.frame[question].null_count()
        if len(lines) < _COLUMN or len(lines) < left:
            continue
        text = sentence("U02", label=_label(pack.questions[question]), n=len(lines))
        highest = min(lines, key=lambda line: line.row)
        cell = say(highest, question, "U02", "soft", text).cell
        said = Message("U02", "soft", text, file, sheet, cell)
        result.messages.append(said)
        for line in lines:
            warn(result, line, [said], aloud=False)
    memory.cleared.clear()


def warn_of_village(pack: Pack, memory: VillageMemory, result: ImportResult) -> None:
    """Soft checks over the village, as it stands after the upload: on the rows that went in, and on the village."""
    first = next(iter(memory.accepted.values()), None)
    for found in memory.found:
        if found.severity != "soft":
            continue
        question = _question_of(pack, found.rule)
        if found.household is None:
            place = (first.table.file, first.table.sheet) if first else ("", "")
            result.messages.append(Message(found.rule, "soft", found.detail, *place))
        elif (line := memory.accepted.get(found.household)) is not None:
            warn(result, line, [say(line, question, found.rule, "soft", found.detail)])
    memory.found = ()


def _question_of(pack: Pack, rule: str) -> str:
    """The question that a check over the village looks at; the phone where it names none."""
    names = [
        name
        for check in pack.named_checks
        if check.id == rule
        for given in check.names.values()
        for name in ((given,) if isinstance(given, str) else given)
    ]
    known = [name for name in names if name in pack.answer_questions]
    return known[0] if known else pack.roles.phone or pack.roles.head
