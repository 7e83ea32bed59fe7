"""How cases read on the screen: where one stands, until when, what a step is called when it is done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from paicha.core.pack import Pack, Procedure, Step
from paicha.delivery.desk.shell.wording import day_text
from paicha.domain.cases.models import Case

WHO = {"village": "村里", "town": "镇街", "county": "市级"}


def procedure_of(pack: Pack, case: Case) -> Procedure:
    """The procedure of a case."""
    return pack.schedule.procedure[case.procedure]


def standing(pack: Pack, case: Case) -> str:
    """'综合研判', or how it came to its end."""
    if case.state == Case.State.GOING:
        return procedure_of(pack, case).step[case.step].title
    return f"{procedure_of(pack, case).title}{case.get_state_display()}"


def limit(case: Case, today: date) -> tuple[str, bool]:
    """Until when, and whether that has passed: ('3月15日前', False), ('过期 2 天', True), ('3月20日满', False)."""
    if case.state != Case.State.GOING:
        return (f"{day_text(case.closed_on)}{case.get_state_display()}" if case.closed_on else "", False)
    if case.opens_on is not None:
        return ("已满，可以办", False) if today >= case.opens_on else (f"{day_text(case.opens_on)}满", False)
    if case.due_on is None:
        return "", False
    left = (case.due_on - today).days
    if left < 0:
        return f"过期 {-left} 天", True
    return ("今天到期", False) if left == 0 else (f"{day_text(case.due_on)}前", False)


def result_words(step: Step, result: str) -> str:
    """What a line of the log says that happened."""
    if result == "passed":
        return step.passed
    if result == "ended":
        return step.ended or "终止"
    return "退回" if result == "back" else "撤回"


def record_lines(step: Step, records: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The records of a line of the log: (label, words), votes last."""
    found = []
    for record in step.records:
        value = records.get(record.name)
        if value not in (None, ""):
            shown = day_text(date.fromisoformat(value)) if record.type == "date" else str(value)
            found.append((record.label, shown))
    if records.get("votes_for") is not None:
        votes = [f"{label} {records.get(key) or 0} 票" for key, label in _VOTES]
        found.append(("表决", "，".join(votes)))
    return found


_VOTES = (("votes_for", "同意"), ("against", "不同意"), ("abstained", "弃权"))
