"""Every part of a batch compared with what its audit entry says (`submission.audit_digest`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from paicha.core.catalogue import sentence
from paicha.domain.audit.models import AuditEntry
from paicha.domain.audit.queries import Break
from paicha.domain.audit.services import village_chain
from paicha.domain.responses.models import Revision
from paicha.domain.responses.submission.audit_digest import (
    SUBJECT,
    SUBMIT,
    VILLAGE_FORM,
    Written,
    part_digest,
)

_ROWS_AT_ONCE = 5000


def broken_parts() -> list[Break]:
    """Every part whose revisions are not what its audit entry says, and revisions of no part at all.

    Reads in portions of some thousand rows; never locks or writes. Parts that are stored meanwhile hold.
    """
    found: list[Break] = []
    seen: set[int] = set()
    for entries in _portions():
        stored = _stored_rows([_part(entry) for entry in entries])
        for entry in entries:
            part = _part(entry)
            seen.add(part.int)
            rows = stored.get(part, [])
            chain, seq = entry.chain, entry.seq
            if len(rows) != entry.count:
                said = sentence("O10", chain=chain, seq=seq, count=entry.count, n=len(rows))
                found.append(Break(chain, seq, "revisions", said))
            elif part_digest(row for _, row in rows) != entry.digest:
                found.append(Break(chain, seq, "answers", sentence("O11", chain=chain, seq=seq)))
            elif any(village_chain(village) != chain for village, _ in rows):
                found.append(Break(chain, seq, "village", sentence("O12", chain=chain, seq=seq)))
    for part in (
        Revision.objects.order_by("part").values_list("part", flat=True).distinct().iterator(_ROWS_AT_ONCE)
    ):
        if part.int not in seen and not _entries().filter(subject=f"{SUBJECT}{part}").exists():
            n = Revision.objects.filter(part=part).count()
            found.append(Break("revisions", 0, "unrecorded", sentence("O13", n=n, part=part)))
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
    text = entry.subject.removeprefix(SUBJECT)
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)  # no part has it, so that the entry is reported


def _stored_rows(parts: list[UUID]) -> dict[UUID, list[tuple[int, Written]]]:
    """part → (village, revision) of each of its rows."""
    rows: dict[UUID, list[tuple[int, Written]]] = defaultdict(list)
    columns = ("part", "village_id", "id", "household_id", "form", "number", "answers")
    for part, village, *rest in (
        Revision.objects.filter(part__in=parts).values_list(*columns).iterator(_ROWS_AT_ONCE)
    ):
        rows[part].append((village, Written(*rest)))
    return rows
