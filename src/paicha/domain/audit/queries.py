"""Re-checking the audit chains: every hash, every link, every tail, every signature."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.conf import settings

from paicha.core.catalogue import sentence
from paicha.domain.audit.chain import GENESIS, checkpoint_signature, entry_hash
from paicha.domain.audit.models import AuditEntry, ChainHead, Checkpoint

_CHUNK = 5000
_TAIL_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where a chain no longer holds. `seq` 0: the chain as a whole.

    `kind` is for machines, `message` a sentence of the catalogue (O).
    """

    chain: str
    seq: int
    kind: str
    message: str


@dataclass(slots=True)
class _Walk:
    """Where the walk along one chain stands."""

    chain: str
    seq: int = 0
    hash: str = GENESIS
    broken: Break | None = None


def verify() -> list[Break]:
    """Walk all chains and checkpoints; the first break of each, none when all hold. Reads, never locks or writes.

    Entries that are appended meanwhile are followed. Memory is one chunk of entries, the heads and what the
    checkpoints signed. What it cannot see: a database put back as a whole to an earlier state, its checkpoints
    included; against that a county writes the newest signature down outside.
    """
    found: list[Break] = []
    signed = _signed_hashes(found)
    heads = {
        chain: (seq, hashed)
        for chain, seq, hashed in ChainHead.objects.values_list("chain", "seq", "hash").iterator(_CHUNK)
    }
    for walk in _walks(signed):
        head = heads.pop(walk.chain, None)
        broken = walk.broken or (None if head == (walk.seq, walk.hash) else _tail(walk))
        if broken is not None:
            found.append(broken)
            signed.pop(walk.chain, None)
    for chain, (seq, _hash) in sorted(heads.items()):
        if seq > 0:
            found.append(Break(chain, 1, "tail", sentence("O01", chain=chain, n=seq)))
            signed.pop(chain, None)
    for chain, missing in sorted(signed.items()):
        if missing:
            found.append(_missing_break(chain, missing))
    return found


def verify_chain(chain: str) -> Break | None:
    """Walk one chain with what the checkpoints signed of it; its first break, or None. Reads alone."""
    found: list[Break] = []
    signed = _signed_hashes(found)
    if found:
        return found[0]
    walk = next(_walks(signed, chain), _Walk(chain))
    missing = signed.get(chain)
    broken = walk.broken or _tail(walk)
    if broken is None and missing:
        return _missing_break(chain, missing)
    return broken


def _missing_break(chain: str, missing: Collection[int]) -> Break:
    """A chain that has lost entries (their numbers) which a checkpoint signed."""
    first = min(missing)
    return Break(chain, first, "checkpoint", sentence("O02", chain=chain, seq=first))


def _walks(signed: dict[str, dict[int, str]], only: str = "") -> Iterator[_Walk]:
    """Each chain once, walked to its end or its first break; `only` one of them."""
    walk: _Walk | None = None
    rows = AuditEntry.objects.filter(chain=only) if only else AuditEntry.objects.all()
    for entry in rows.order_by("chain", "seq").iterator(_CHUNK):
        if walk is None or walk.chain != entry.chain:
            if walk is not None:
                yield walk
            walk = _Walk(entry.chain)
        if walk.broken is None:
            walk.broken = _step(walk, entry, signed.get(entry.chain, {}))
    if walk is not None:
        yield walk


def _step(walk: _Walk, entry: AuditEntry, signed: dict[int, str]) -> Break | None:
    """Compare one entry with where the walk stands, and move on."""
    chain, seq = entry.chain, walk.seq + 1
    if entry.seq != seq:
        return Break(chain, seq, "gap", sentence("O03", chain=chain, seq=seq, next=entry.seq))
    if entry.previous != walk.hash:
        return Break(chain, seq, "link", sentence("O04", chain=chain, seq=seq))
    hashed = entry_hash(
        entry.chain,
        entry.seq,
        entry.previous,
        entry.at,
        entry.actor,
        entry.action,
        entry.subject,
        entry.digest,
        entry.count,
    )
    if hashed != entry.hash:
        return Break(chain, seq, "altered", sentence("O05", chain=chain, seq=seq))
    if signed.pop(entry.seq, hashed) != hashed:
        return Break(chain, seq, "checkpoint", sentence("O06", chain=chain, seq=seq))
    walk.seq, walk.hash = entry.seq, hashed
    return None


def _tail(walk: _Walk) -> Break | None:
    """Compare the end of a chain with its head, following what was appended since the walk passed."""
    head: tuple[int, str] | None = None
    for _attempt in range(_TAIL_ATTEMPTS):
        for entry in AuditEntry.objects.filter(chain=walk.chain, seq__gt=walk.seq).order_by("seq"):
            broken = _step(walk, entry, {})
            if broken is not None:
                return broken
        head = ChainHead.objects.filter(chain=walk.chain).values_list("seq", "hash").first()
        if head == (walk.seq, walk.hash):
            return None
    if head is None:
        return Break(walk.chain, 0, "headless", sentence("O07", chain=walk.chain))
    message = sentence("O08", chain=walk.chain, head=head[0], seq=walk.seq)
    return Break(walk.chain, min(head[0], walk.seq) + 1, "tail", message)


def _signed_hashes(found: list[Break]) -> dict[str, dict[int, str]]:
    """chain → {seq: hash} as the checkpoints signed them; a checkpoint that does not hold goes into `found`."""
    signed: dict[str, dict[int, str]] = {}
    previous = GENESIS
    for number, point in enumerate(Checkpoint.objects.order_by("number").iterator(_CHUNK), start=1):
        heads = [(chain, seq, hashed) for chain, seq, hashed in point.heads]
        expected = checkpoint_signature(settings.AUDIT_KEY, point.number, point.previous, point.at, heads)
        if point.number != number or point.previous != previous or point.signature != expected:
            found.append(Break("checkpoint", number, "checkpoint", sentence("O09", number=number)))
            break
        previous = point.signature
        for chain, seq, hashed in heads:
            signed.setdefault(chain, {})[seq] = hashed
    return signed
