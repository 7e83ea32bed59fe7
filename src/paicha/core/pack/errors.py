"""What is wrong with a pack, said once for all places where it can be wrong.

A pack is checked as a whole and every error is reported at once, since its author corrects it in
an editor, not in a dialogue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class PackError:
    """One fault: `file` and 1-based `line` where it stands, what is wrong, what would be right."""

    file: str
    line: int
    code: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file} 第{self.line}行 [{self.code}] {self.message}。{self.remedy}。"


class PackErrors(Exception):
    """A pack that cannot be loaded; `errors` holds every fault, in order of file and line."""

    def __init__(self, errors: Sequence[PackError]) -> None:
        self.errors = sorted(set(errors))
        super().__init__("\n".join(str(error) for error in self.errors))
