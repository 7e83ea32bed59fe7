"""What can be wrong with a rule's text, said so that the pack's author can repair it.

An author gets every error of a text at once, each with its place and a remedy, because a pack is
checked before a campaign and not one round trip per typing error.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from paicha.core.refusal import Refusal


@dataclass(frozen=True, slots=True)
class ExpressionError:
    """One error: a stable code, the 0-based offset in the text, and in Chinese what is wrong and what
    to do.

    `condition` names the pack's condition in whose text the offset counts; None means the text itself.
    """

    code: str
    position: int
    message: str
    remedy: str
    condition: str | None = None

    @classmethod
    def of(cls, code: str, position: int, sentence: str, condition: str | None = None) -> ExpressionError:
        """An error from one sentence 'what is wrong：what to do'."""
        message, _, remedy = sentence.partition("：")
        return cls(code, position, message, remedy, condition)

    def __str__(self) -> str:
        place = f"第 {self.position + 1} 个字"
        return f"{f'条件 {self.condition} ' if self.condition else ''}{place}，{self.message}：{self.remedy}"


class ExpressionErrors(ValueError):
    """Every error of one expression, in the order of the text."""

    def __init__(self, text: str, errors: Iterable[ExpressionError]) -> None:
        self.text = text
        self.errors = tuple(sorted(set(errors), key=lambda e: (e.condition or "", e.position, e.code)))
        super().__init__("\n".join(str(error) for error in self.errors))


class TargetError(Refusal):
    """A checked expression that a target cannot express: an error when the pack loads, never a silent
    fallback."""
