"""What may become of each row of an upload, decided from how it was made; shares no code with the product.

Never: a household made twice, answers at a household that is not the row's, one row's answers over another's of the
same upload, a row that is neither stored nor refused nor said by another. A refusal has one of ten causes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.domain.intake.identity.world import Row, Sheet

# Ten causes, written before the run of 20,000; a closed household has two codes.
CAUSES = {
    "M01": "nobody of the name, somebody nearly of it",
    "M02": "several of the name, nothing tells which",
    "M03": "a key beside another name",
    "M12": "a key of another village",
    "M13": "a closed household",
    "M18": "a closed household",
    "M14": "a sheet under another village's heading",
    "M16": "two rows that may be the same household",
    "M17": "a namesake in another group, or of before",
    "V11": "two different rows of one household",
    "U01": "a sheet sorted in part",
}


@dataclass(slots=True)
class Outcome:
    """What the product did: refused rows with their codes, and where each remark was stored by this upload."""

    refused: Mapping[tuple[int, int], Sequence[str]]  # (sheet, row of it) → codes
    stored: Sequence[tuple[int | None, str, str]]  # (household of before, or None and a new one's id; remark)


@dataclass(slots=True)
class Tally:
    """Figures over many uploads, and every law that was broken."""

    uploads: int = 0
    rows: int = 0
    refused: int = 0
    sure: int = 0
    sure_refused: int = 0
    causes: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)


def judge(sheets: Sequence[Sheet], outcome: Outcome, tally: Tally) -> None:
    """Hold an upload's outcome against what its rows were made from."""
    tally.uploads += 1
    rows = [(s, r, sheet, row) for s, sheet in enumerate(sheets) for r, row in enumerate(sheet.rows)]
    by_remark: dict[str, Row] = {row.remark: row for *_, row in rows}
    _judge_stored(by_remark, outcome, tally)
    known: dict[object, set[tuple[str, str, str, str]]] = defaultdict(set)
    for *_, row in rows:
        known[_who(row)].add(row.content)
    said = {remark for _, _, remark in outcome.stored}
    for s, r, sheet, row in rows:
        tally.rows += 1
        codes = outcome.refused.get((s, r))
        if codes is not None:
            tally.refused += 1
            tally.causes.update(set(codes))
            if not set(codes) <= CAUSES.keys():
                tally.broken.append(f"cause {codes} of {row}")
        elif must_refuse(sheet, row):
            tally.broken.append(f"taken though it must be refused: {row} under {sheet.village}")
        elif row.remark not in said and not (row.home and row.remark == row.home.remark):
            tally.broken.append(f"lost: {row}")
        if is_sure(sheet, row) and len(known[_who(row)]) == 1:
            tally.sure += 1
            tally.sure_refused += codes is not None


def _who(row: Row) -> object:
    return row.home.index if row.home else row.family


def _judge_stored(by_remark: Mapping[str, Row], outcome: Outcome, tally: Tally) -> None:
    homes: dict[object, set[str]] = defaultdict(set)
    made: dict[object, set[str]] = defaultdict(set)
    for before, new, remark in outcome.stored:
        row = by_remark[remark]
        homes[new if before is None else before].add(remark)
        if before is None:
            made[_who(row)].add(new)
            if row.home is not None:
                tally.broken.append(f"doubled: {row}")
        elif row.home is None or row.home.index != before:
            tally.broken.append(f"wrong household {before}: {row}")
    tally.broken += [
        f"one over the other at {home}: {remarks}" for home, remarks in homes.items() if len(remarks) > 1
    ]
    tally.broken += [f"family {family} made {len(ids)} times" for family, ids in made.items() if len(ids) > 1]


def must_refuse(sheet: Sheet, row: Row) -> bool:
    """Another village's, a closed household's, and what bears a key that is not its own."""
    strange = row.home is not None and (row.home.village != sheet.village or row.home.closed)
    return strange or row.keyed == "copied" or (row.misnamed and row.home is not None)


def is_sure(sheet: Sheet, row: Row) -> bool:
    """Whether it has its own valid key or exact phone beside a name that the household bears or bore."""
    if row.home is None or row.sorted or must_refuse(sheet, row):
        return False
    return row.keyed == "kept" or bool(row.phone and row.phone == row.home.phone)
