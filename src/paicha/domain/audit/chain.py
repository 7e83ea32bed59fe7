"""The bytes of the chains: what is hashed, in which form. No database here, so that anyone can re-check it.

An entry's hash is SHA-256 over a JSON array of all its fields, the previous hash among them. Changing this form
would break every chain written before; a new form needs a new chain key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import UTC, datetime

GENESIS = "0" * 64


def entry_hash(
    chain: str,
    seq: int,
    previous: str,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    digest: str,
    count: int,
) -> str:
    """Hex SHA-256 of one entry. `at` is aware; it counts in UTC to the microsecond."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    fields = [chain, seq, previous, moment, actor, action, subject, digest, count]
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def content_digest(key: str, content: bytes) -> str:
    """Hex HMAC of some content, so that an entry can prove what was there without telling it.

    Keyed, because answers are so few that a plain hash could be guessed.
    """
    return hmac.new(b"content:" + key.encode(), content, hashlib.sha256).hexdigest()


def checkpoint_signature(
    key: str, number: int, previous: str, at: datetime, heads: Iterable[tuple[str, int, str]]
) -> str:
    """Hex HMAC over the heads (chain, seq, hash) that moved since the checkpoint with signature `previous`."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    body = json.dumps([number, previous, moment, [list(head) for head in heads]], separators=(",", ":"))
    return hmac.new(b"checkpoint:" + key.encode(), body.encode(), hashlib.sha256).hexdigest()
