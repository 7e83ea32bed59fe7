"""What other parts may do with cases; each function runs inside a village's transaction (`village_work`)."""

from __future__ import annotations

from paicha.domain.cases.case_facts import carry_over, tell
from paicha.domain.cases.engine import (
    end,
    help_first,
    obstacle,
    open_cases,
    send_back,
    step_of,
    take_step,
    why_not,
)
from paicha.domain.cases.errors import CaseError, ItemError
from paicha.domain.cases.measures import (
    add_measure,
    answer_objection,
    note_objection,
    note_round,
    withdraw_measure,
)
from paicha.domain.cases.meetings import (
    Held,
    Vote,
    cancel_meeting,
    change_agenda,
    plan_meeting,
    record_meeting,
    takes,
    undo_meeting,
)
from paicha.domain.cases.undo import undo

__all__ = [
    "CaseError", "Held", "ItemError", "Vote", "add_measure", "answer_objection", "cancel_meeting",
    "carry_over",
    "change_agenda", "end", "help_first", "note_objection", "note_round", "obstacle", "open_cases", "plan_meeting",
    "record_meeting", "send_back", "step_of", "take_step", "takes", "tell", "undo", "undo_meeting", "why_not",
    "withdraw_measure",
]  # fmt: skip
