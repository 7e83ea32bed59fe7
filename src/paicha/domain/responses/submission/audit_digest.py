"""A village's part of a batch and its digest in the audit chain.

What holds: the chain's entry of a part proves which revisions it stored, for which household, form and number,
with which answers; so a revision that was changed, removed, moved to another household or added behind the
program's back is found by `audit_check.broken_parts`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from paicha.domain.audit.services import Entry, digest, village_chain

SUBMIT = "responses.submit"
VILLAGE_FORM = "responses.village_form"
SUBJECT = "part:"


@dataclass(slots=True)
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
        village_chain(village), actor, action, f"{SUBJECT}{part}", part_digest(revisions), len(revisions)
    )
