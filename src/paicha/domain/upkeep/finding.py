"""What one look at a home says: how it stands, a sentence, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """GOOD asks for nothing, WATCH for somebody's eye soon, BAD for somebody's hand now."""

    GOOD = "good"
    WATCH = "watch"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's outcome; `remedy` where it asks for something."""

    name: str
    grade: Grade
    said: str
    remedy: str = ""

    @property
    def ok(self) -> bool:
        return self.grade is not Grade.BAD


def verdict(name: str, good: bool, said: str, remedy: str = "", otherwise: Grade = Grade.BAD) -> Finding:
    """A finding that is good, or `otherwise` with its remedy."""
    return Finding(name, Grade.GOOD, said) if good else Finding(name, otherwise, said, remedy)


@dataclass(frozen=True, slots=True)
class Check:
    """A look under its name. `slow`: it reads all of the database, so that a page leaves it to the command."""

    name: str
    look: Callable[[], Iterator[Finding]]
    slow: bool = False
