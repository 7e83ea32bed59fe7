"""Packs of the database: stored once by digest, loaded once a process."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from paicha.core.pack import Pack, digest_of, load
from paicha.domain.rounds.models import PackContent, Round


def store_pack(files: Mapping[str, bytes]) -> tuple[PackContent, Pack]:
    """Check and store a pack's bytes; twice is harmless. Raises `PackErrors`."""
    pack = load(files)
    content, _ = PackContent.objects.get_or_create(
        digest=digest_of(files),
        defaults={
            "name": pack.name,
            "version": pack.version,
            "title": pack.title,
            "files": {name: data.decode("utf-8") for name, data in files.items()},
        },
    )
    return content, pack


def pack_of(round_: Round) -> Pack:
    """The pack that a round was opened with."""
    return _load_pack(round_.pack_id)


@lru_cache(maxsize=8)
def _load_pack(digest: str) -> Pack:
    content = PackContent.objects.get(digest=digest)
    return load({name: text.encode("utf-8") for name, text in content.files.items()})
