"""The packs that this home can use: those that ship with the program, and those that were stored by a command.

What holds: a pack is known by the digest of its bytes; a faulty one is listed with all its errors, and opens nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Count

from paicha.core.pack import Pack, PackErrors, digest_of, load
from paicha.core.pack.errors import PackError
from paicha.domain.rounds.models import PackContent
from paicha.domain.rounds.services import ScheduleError
from paicha.packs import read_pack, shipped_names


@dataclass(frozen=True, slots=True)
class ListedPack:
    """A pack of the home. `pack` is None, and `errors` says why, where it can't be read.

    `stored`: it stands in the database; `shipped`: it comes with this program; `rounds` that were opened with it.
    """

    digest: str
    name: str
    version: str
    title: str
    pack: Pack | None
    errors: Sequence[PackError]
    stored: bool
    shipped: bool
    rounds: int

    def __str__(self) -> str:
        return f"{self.title} {self.version}".strip()


def packs_of_home() -> list[ListedPack]:
    """Every pack once, the shipped ones first. A query, and one more for each that this process hasn't read yet."""
    rows = (
        PackContent.objects.defer("files")
        .annotate(opened=Count("round"))
        .order_by("-opened", "name", "version")
    )
    stored = {row.digest: row for row in rows}
    shipped = {digest_of(read_pack(name)): name for name in shipped_names()}
    return [
        *(_entry(digest, name, stored.get(digest)) for digest, name in shipped.items()),
        *(_entry(digest, "", row) for digest, row in stored.items() if digest not in shipped),
    ]


def pack_to_open(digest: str) -> ListedPack:
    """The listed pack with this digest, without errors. Raises ScheduleError."""
    found = next((one for one in packs_of_home() if one.digest == digest), None)
    if found is None:
        raise ScheduleError("T13")
    if found.pack is None:
        raise ScheduleError("T14", name=found.name, n=len(found.errors))
    return found


def files_of(listed: ListedPack) -> Mapping[str, bytes]:
    """The bytes of a listed pack."""
    return read_pack(listed.name) if listed.shipped else _stored_files(listed.digest)


def _entry(digest: str, shipped: str, row: PackContent | None) -> ListedPack:
    pack, errors = _read(digest, shipped)
    opened: int = getattr(row, "opened", 0)
    if pack is not None:
        said = shipped or pack.name, pack.version, pack.title
    else:
        said = (row.name, row.version, row.title) if row else (shipped, "", shipped)
    return ListedPack(digest, *said, pack, errors, row is not None, bool(shipped), opened)


@lru_cache(maxsize=16)
def _read(digest: str, shipped: str) -> tuple[Pack | None, Sequence[PackError]]:
    """A pack by its digest, read once a process, or every error of it."""
    try:
        return load(read_pack(shipped) if shipped else _stored_files(digest)), ()
    except PackErrors as errors:
        return None, tuple(errors.errors)


def _stored_files(digest: str) -> dict[str, bytes]:
    files: dict[str, str] = PackContent.objects.get(digest=digest).files
    return {name: text.encode() for name, text in files.items()}
