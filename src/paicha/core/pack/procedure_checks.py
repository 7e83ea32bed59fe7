"""What a pack's procedures name: levels, classes, steps before, facts that a step tells.

Apart from `references`, since a procedure refers to itself (a step to those before it) more than to the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from paicha.core.pack.models import Pack
from paicha.core.pack.schedule import Procedure

# What a guard may ask for beside answers and facts: it changes with the day and belongs to the case.
CASE_FACTS = {"enrolled_days": "纳入天数"}
ACTORS = frozenset({"village", "town", "county", "department"})
# Procedures that are not about a household's class: the program takes their steps, the pack says whose they are, how
# long they may take and what must be written down. Step → (records it can have, whether its days are counted).
FIXED: Mapping[str, Mapping[str, tuple[frozenset[str], bool]]] = {
    "rectification": {
        "problem": (frozenset(), False), "measure": (frozenset({"measure", "due_on", "owner"}), False),
        "done": (frozenset({"evidence"}), True), "recheck": (frozenset(), False), "closed": (frozenset(), False),
    },
    "referral": {"sent": (frozenset(), False), "answered": (frozenset({"answer", "reason"}), True)},
    "petition": {"received": (frozenset({"who", "demand"}), False), "replied": (frozenset(), True)},
}  # fmt: skip

Path = tuple[Any, ...]
Use = tuple[Path, str, Iterable[str], str]
Fault = tuple[Path, str, str, str]


def procedure_uses(pack: Pack) -> Iterator[Use]:
    """Names used in procedures: (place, name, names that exist, what it is)."""
    classes = {entry.name for entry in pack.classes}
    told = {fact.name for fact in pack.facts if fact.scope == "household" and fact.type == "boolean"}
    for index, procedure in enumerate(pack.schedule.procedures):
        at: Path = ("schedule", "procedures", index)
        for name in procedure.classes:
            yield (*at, "classes"), name, classes, "类别"
        for number, entry in enumerate(procedure.becomes):
            yield (*at, "becomes", number), entry.into, classes, "类别"
        for place, step in enumerate(procedure.steps):
            here = (*at, "steps", place)
            yield (*here, "actor"), step.actor, ACTORS, "层级"
            before = [entry.id for entry in procedure.steps[:place]]
            for name in step.back_to:
                yield (*here, "back_to"), name, before, f"{step.title}之前的步骤"
            for names in step.tells.values():
                for name in names:
                    yield (*here, "tells"), name, told, "是否类的事实"
    if pack.schedule.alert is not None:
        known = set(pack.schedule.procedure)
        yield ("schedule", "alert", "procedure"), pack.schedule.alert.procedure, known, "程序"


def procedure_faults(pack: Pack) -> Iterator[Fault]:
    """What contradicts itself inside a procedure: (place, code, what is wrong, remedy)."""
    procedures = pack.schedule.procedures
    for name, times in Counter(p.id for p in procedures).items():
        if times > 1:
            last = max(i for i, p in enumerate(procedures) if p.id == name)
            yield ("schedule", "procedures", last), "P11", f"程序 {name} 写了 {times} 次", "请只留一处"
    for index, procedure in enumerate(procedures):
        for path, code, said, remedy in _of_procedure(procedure):
            yield ("schedule", "procedures", index, *path), code, said, remedy


def _fixed_faults(procedure: Procedure) -> Iterator[Fault]:
    """What a fixed procedure says that nothing would ever read."""
    known = FIXED.get(procedure.id)
    if known is None:
        return
    for place, step in enumerate(procedure.steps):
        if step.id not in known:
            said = f"程序 {procedure.id} 没有步骤 {step.id}"
            yield ("steps", place, "id"), "P17", said, f"可以写 {'、'.join(known)}"
            continue
        records, timed = known[step.id]
        if step.days is not None and not timed:
            counted = "、".join(name for name, (_, has) in known.items() if has)
            yield ("steps", place, "days"), "P17", f"步骤 {step.id} 不计天数", f"天数写在 {counted}"
        for number, record in enumerate(step.records):
            if record.name not in records:
                said = f"步骤 {step.id} 没有记录 {record.name}"
                remedy = f"可以写 {'、'.join(sorted(records))}" if records else "请删去"
                yield ("steps", place, "records", number), "P17", said, remedy


def _of_procedure(procedure: Procedure) -> Iterator[Fault]:
    seen: set[str] = set()
    yield from _fixed_faults(procedure)
    if not procedure.steps:
        yield ("steps",), "P17", f"程序 {procedure.id} 没有步骤", "请写出 steps"
    for place, step in enumerate(procedure.steps):
        if step.id in seen:
            yield ("steps", place), "P11", f"步骤 {step.id} 写了两次", "请改 id"
        seen.add(step.id)
        if (step.kind == "meeting") != (step.meeting is not None):
            said = f"步骤 {step.id} 的 kind 和 meeting 不一致"
            yield ("steps", place), "P17", said, "开会的步骤写 kind: meeting 和 meeting"
        if step.kind == "notice" and step.at_least is None:
            yield ("steps", place), "P17", f"公示步骤 {step.id} 没有 at_least", "请写出至少公示几天"
        if place == 0 and step.kind != "plain" and procedure.classes:
            yield ("steps", place), "P17", f"第一步 {step.id} 是立项，不能是会议或公示", "请在前面加一步"
        if procedure.classes and step.actor == "department":
            yield (
                ("steps", place, "actor"),
                "P17",
                f"步骤 {step.id} 不能由部门办",
                "应为 village、town 或 county",
            )
        for name, times in Counter(record.name for record in step.records).items():
            if times > 1:
                yield ("steps", place, "records"), "P11", f"记录 {name} 写了 {times} 次", "请只留一处"
