"""A village's part of a batch and its digest in the audit chain: written in one place, checked in the same.

What holds: the chain's entry of a part proves which revisions it stored, for which household, form and number,
with which answers; so a revision that was changed, removed, moved to another household or added behind the
program's back is found by `broken_parts`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from paicha.domain.audit.models import AuditEntry
from paicha.domain.audit.queries import Break
from paicha.domain.audit.services import Entry, digest, village_chain
from paicha.domain.responses.models import Revision

SUBMIT = "responses.submit"
VILLAGE_FORM = "responses.village_form"
_SUBJECT = "part:"
_ROWS_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Written:
    """What the digest covers of one revision; `household` is None for a village's own form."""

    id: UUID
    household: UUID | None
    form: str
    number: int
    answers: str


def part_digest(revisions: Iterable[Written]) -> str:
    """Keyed digest of a part: one line a revision, in order of their ids, which is the order of writing."""
    lines = (
        f"{r.id} {r.household or '-'} {r.form} {r.number} {r.answers}" for r in sorted(revisions, key=_by_id)
    )
    return digest("\n".join(lines).encode())


def _by_id(revision: Written) -> UUID:
    return revision.id


def part_entry(village: int, actor: str, action: str, part: UUID, revisions: list[Written]) -> Entry:
    """The audit entry of a part, for the chain of its village."""
    return Entry(
        village_chain(village), actor, action, f"{_SUBJECT}{part}", part_digest(revisions), len(revisions)
    )


def broken_parts() -> list[Break]:
    """Every part whose revisions are not what its audit entry says, and revisions of no part at all.

    Reads in portions of some thousand rows; never locks or writes. Parts that are stored meanwhile hold.
    """
    found: list[Break] = []
    seen: set[int] = set()
    for entries in _portions():
        stored = _stored([_part(entry) for entry in entries])
        for entry in entries:
            part = _part(entry)
            seen.add(part.int)
            rows = stored.get(part, [])
            if len(rows) != entry.count:
                said = f"链 {entry.chain} 第 {entry.seq} 条存过 {entry.count} 份答案，现在有 {len(rows)} 份。"
                found.append(Break(entry.chain, entry.seq, "revisions", said))
            elif part_digest(row for _, row in rows) != entry.digest:
                said = f"链 {entry.chain} 第 {entry.seq} 条存下的答案被改动过。"
                found.append(Break(entry.chain, entry.seq, "answers", said))
            elif any(village_chain(village) != entry.chain for village, _ in rows):
                said = f"链 {entry.chain} 第 {entry.seq} 条存下的答案被挪到了别的村。"
                found.append(Break(entry.chain, entry.seq, "village", said))
    for part in (
        Revision.objects.order_by("part").values_list("part", flat=True).distinct().iterator(_ROWS_AT_ONCE)
    ):
        if part.int not in seen and not _entries().filter(subject=f"{_SUBJECT}{part}").exists():
            n = Revision.objects.filter(part=part).count()
            found.append(
                Break(
                    "revisions", 0, "unrecorded", f"有 {n} 份答案（{part}）不是经系统存下的，链里没有记录。"
                )
            )
    return found


def _entries() -> Any:
    return AuditEntry.objects.filter(action__in=(SUBMIT, VILLAGE_FORM))


def _portions() -> Iterator[list[AuditEntry]]:
    portion: list[AuditEntry] = []
    rows = 0
    for entry in _entries().order_by("chain", "seq").iterator(_ROWS_AT_ONCE):
        portion.append(entry)
        rows += entry.count
        if rows >= _ROWS_AT_ONCE or len(portion) >= _ROWS_AT_ONCE // 10:
            yield portion
            portion, rows = [], 0
    if portion:
        yield portion


def _part(entry: AuditEntry) -> UUID:
    text = entry.subject.removeprefix(_SUBJECT)
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)  # no part has it, so that the entry is reported


def _stored(parts: list[UUID]) -> dict[UUID, list[tuple[int, Written]]]:
    """part → (village, revision) of each of its rows."""
    rows: dict[UUID, list[tuple[int, Written]]] = defaultdict(list)
    columns = ("part", "village_id", "id", "household_id", "form", "number", "answers")
    for part, village, *rest in (
        Revision.objects.filter(part__in=parts).values_list(*columns).iterator(_ROWS_AT_ONCE)
    ):
        rows[part].append((village, Written(*rest)))
    return rows
