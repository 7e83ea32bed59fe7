"""Writing the audit chains. Everything that changes or reads personal data comes through here once.

What holds: an entry is written in the caller's transaction, so that an act without its entry, or an entry
without its act, cannot be committed; chains are locked in key order, so that two writers never wait for each
other in a circle, provided that a transaction calls `append` once with all its entries, or with chains in rising
order. There is no global chain: villages never wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from paicha.domain import clock
from paicha.domain.audit.chain import GENESIS, checkpoint_signature, content_digest, entry_hash
from paicha.domain.audit.models import AuditEntry, ChainHead, Checkpoint

_HEAD = ChainHead._meta.db_table
_ENTRY = AuditEntry._meta.db_table


@dataclass(frozen=True, slots=True)
class Entry:
    """What a caller says about one act; the chain adds number, time and hashes."""

    chain: str
    actor: str
    action: str
    subject: str = ""
    digest: str = ""
    count: int = 1


def village_chain(area_id: object) -> str:
    """The chain of everything that happens to a village's households."""
    return f"village:{area_id}"


def actor_chain(actor: str) -> str:
    """The chain of what a person does today beyond one village: sign-ins, reading, exports, accounts."""
    return f"actor:{actor}:{clock.today().isoformat()}"


def digest(content: bytes) -> str:
    """A keyed digest of some content (canonical bytes), to stand in an entry."""
    return content_digest(settings.AUDIT_KEY, content)


def append(entries: Iterable[Entry]) -> None:
    """Append entries to their chains, in the order given. Must run inside the caller's transaction.

    Four statements, however many entries: heads made where missing, heads locked in key order, entries
    written, heads moved. Raises TransactionManagementError outside a transaction.
    """
    listed = list(entries)
    if not listed:
        return
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "audit.append needs the transaction of the act it records"
        )
    chains = sorted({entry.chain for entry in listed})
    at = clock.now()
    with connection.cursor() as cursor:
        heads = _locked_heads(cursor, chains)
        stored_at = connection.ops.adapt_datetimefield_value(at)
        rows = []
        for entry in listed:
            seq, previous = heads[entry.chain]
            seq += 1
            hashed = entry_hash(
                entry.chain,
                seq,
                previous,
                at,
                entry.actor,
                entry.action,
                entry.subject,
                entry.digest,
                entry.count,
            )
            rows.append(
                (
                    entry.chain,
                    seq,
                    previous,
                    hashed,
                    stored_at,
                    entry.actor,
                    entry.action,
                    entry.subject,
                    entry.digest,
                    entry.count,
                )
            )
            heads[entry.chain] = (seq, hashed)
        cursor.executemany(
            f"INSERT INTO {_ENTRY} (chain, seq, previous, hash, at, actor, action, subject, digest, count)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            rows,
        )
        cursor.executemany(
            f"UPDATE {_HEAD} SET seq = %s, hash = %s WHERE chain = %s",
            [(*heads[chain], chain) for chain in chains],
        )


def read_logged(actor: str, page: str, scope: str, rows: int) -> None:
    """Record that somebody saw personal data: one entry a page or export, `rows` households on it."""
    with transaction.atomic():
        append([Entry(actor_chain(actor), actor, f"read:{page}", scope, count=rows)])


def checkpoint() -> Checkpoint | None:
    """Sign the heads that moved since the last checkpoint; None when none did.

    Signed with the key in the home, which is not in the database: whoever can write to the database alone cannot
    rewrite what a checkpoint covers. Runs on its own transaction and may run beside writers.
    """
    with transaction.atomic():
        last = Checkpoint.objects.select_for_update().order_by("-number").first()
        moved = [
            head
            for head in ChainHead.objects.order_by("chain").values_list("chain", "seq", "hash", "signed_seq")
            if head[1] > head[3]
        ]
        if not moved:
            return None
        heads = [(chain, seq, hashed) for chain, seq, hashed, _signed in moved]
        at: datetime = clock.now()
        number = last.number + 1 if last else 1
        previous = last.signature if last else GENESIS
        signature = checkpoint_signature(settings.AUDIT_KEY, number, previous, at, heads)
        made = Checkpoint.objects.create(
            number=number, at=at, previous=previous, heads=[list(head) for head in heads], signature=signature
        )
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {_HEAD} SET signed_seq = %s WHERE chain = %s",
                [(seq, chain) for chain, seq, _hash in heads],
            )
        return made


def _locked_heads(cursor: object, chains: list[str]) -> dict[str, tuple[int, str]]:
    """(seq, hash) of each chain, its row locked until the transaction ends; missing heads are made first.

    First all inserts in key order, then all locks in key order: a transaction that already holds a lock never
    waits for an insert, so there is no circle.
    """
    cursor.executemany(  # type: ignore[attr-defined]
        f"INSERT INTO {_HEAD} (chain, seq, hash, signed_seq) VALUES (%s, 0, %s, 0) ON CONFLICT DO NOTHING",
        [(chain, GENESIS) for chain in chains],
    )
    found = ChainHead.objects.filter(chain__in=chains).order_by("chain").select_for_update()
    return {chain: (seq, hashed) for chain, seq, hashed in found.values_list("chain", "seq", "hash")}
