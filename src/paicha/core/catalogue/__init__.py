"""The one catalogue of what a person is told in refusal, apart from the pack's own rules.

Each code has a severity and one Chinese sentence that names the place, the cause and the remedy. A
validation of a pack (V01 …) brings its own sentence; everything else that a person is told about a
file, a sheet, a row or a cell, and why an act is refused, stands here and nowhere else.

All codes are one namespace. The letter says what a code is about, and each letter stands in one file:

| file | letters |
|---|---|
| `reading` | F a whole file · B a sheet · R a cell that cannot be read in one way |
| `imports` | M matching rows to the register · U an upload as a whole, and undoing it |
| `answers` | C answers that differ, and what is decided about them |
| `audit` | O what a check of the audit chains finds that does not hold |
| `areas` | A the area of a sheet, codes, zones |
| `accounts` | W accounts, assignments and who may do what |
| `cases` | K cases, meetings, measures and their records |
| `commands` | E what the operator types: commands, files, settings |
| `files` | L files that are stored as they came |
| `problems` | Z problems, their rectification, and petitions |
| `referrals` | Q referrals to departments and the lists that they send |
| `rounds` | T rounds, their schedule, the plan of visits |
| `verification` | Y desk audits, visits, questions, samples |
| `duplicates` | I two households that look like one |
| `life` | N a household that moves, splits, is merged, closed, reopened or of another class |
| `handover` | H a village or town that hands up, and what comes back |
| `sync` | D a device, and what it sends |
| `system` | J a job in the background · X what can't be kept, and what stops the work |
| `generic` | G what any input can be: too long, empty, no date, no number; said with its label |
"""

from __future__ import annotations

from dataclasses import dataclass

from paicha.core.catalogue import (
    accounts,
    answers,
    areas,
    audit,
    cases,
    commands,
    duplicates,
    files,
    generic,
    handover,
    imports,
    life,
    problems,
    reading,
    referrals,
    rounds,
    sync,
    system,
    verification,
)
from paicha.core.catalogue.entry import Entry, Severity

__all__ = ["CATALOGUE", "Entry", "Message", "Severity", "message", "sentence"]

FILES = (
    reading, imports, answers, areas, audit, accounts, cases, commands, duplicates, files, handover, life, problems,
    referrals, rounds, sync, system, verification, generic,
)  # fmt: skip
CATALOGUE: dict[str, Entry] = {code: entry for file in FILES for code, entry in file.ENTRIES.items()}


@dataclass(frozen=True, slots=True)
class Message:
    """One thing said about input; the shape of `messages` in `paicha import --json`."""

    code: str
    severity: Severity
    message: str
    file: str = ""
    sheet: str = ""
    cell: str = ""
    read: str = ""

    def as_dict(self) -> dict[str, str]:
        return {
            "code": self.code, "severity": self.severity, "message": self.message, "file": self.file,
            "sheet": self.sheet, "cell": self.cell, "read": self.read,
        }  # fmt: skip


def sentence(code: str, /, **words: object) -> str:
    """The sentence of `code` with its words put in; a missing word is a KeyError, found by tests."""
    return CATALOGUE[code].sentence.format(**words)


def message(
    code: str, /, *, file: str = "", sheet: str = "", cell: str = "", read: str = "", **words: object
) -> Message:
    """A `Message` of the catalogue; `file`, `sheet`, `read` may also be words of its sentence."""
    entry = CATALOGUE[code]
    words = {"file": file, "sheet": sheet, "cell": cell, "read": read} | words
    return Message(code, entry.severity, entry.sentence.format(**words), file, sheet, cell, read)
