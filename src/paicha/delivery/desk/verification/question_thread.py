"""A question to the village with its answer, as both sides see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from paicha.core.pack import Pack
from paicha.delivery.desk.shell.wording import group_text, time_text, who_text
from paicha.domain.verification.models import Enquiry


@dataclass(frozen=True, slots=True)
class Thread:
    """`about`: the household and the cell; `asked`, `answered`: who and when."""

    enquiry: Enquiry
    about: str
    asked: str
    answered: str

    @property
    def state(self) -> str:
        if self.enquiry.closed_at:
            return "已了结"
        return "已答复" if self.enquiry.answered_at else "等答复"


def threads(pack: Pack, asked: Sequence[Enquiry], known: Mapping[str, str]) -> list[Thread]:
    """Questions in words. `known`: names by the text that stands for people in records."""
    made = []
    for enquiry in asked:
        about = []
        if enquiry.household is not None:
            about.append(f"{group_text(enquiry.household.group)} {enquiry.household.head_name}户")
        if enquiry.question in pack.questions:
            question = pack.questions[enquiry.question]
            about.append(question.short or question.label)
        asker = f"{who_text(known, enquiry.by)}问{enquiry.to}，{time_text(enquiry.at)}"
        answered = ""
        if enquiry.answered_at:
            answered = f"{who_text(known, enquiry.answered_by)}，{time_text(enquiry.answered_at)}"
        made.append(Thread(enquiry, "，".join(about) or "全村", asker, answered))
    return made
