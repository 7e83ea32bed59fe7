"""Exporting an area into a folder: the files of the contract, each written whole or not at all.

What holds: who exports must be allowed to, for every place; one audit entry stands for one export, with
the number of households and a checksum over the files that were written, also of an export that broke
off; files and folders are their owner's alone. A county's villages go to worker processes, which are
spawned, never forked, since Polars' threads don't survive a fork.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Literal

import orjson
from django.db import transaction

from paicha.core.area_codes import VILLAGE_LEVELS
from paicha.core.pack import Pack
from paicha.domain.accounts.policies import Scope
from paicha.domain.accounts.roles import Verb
from paicha.domain.audit.services import Entry, actor_chain, append, digest
from paicha.domain.reports import workers
from paicha.domain.reports.documents import Places, places_of, town_document, village_document
from paicha.domain.reports.figures import statistics, villages_under
from paicha.domain.rounds.models import Round, RoundArea
from paicha.domain.rounds.packs import pack_of
from paicha.formats import fonts
from paicha.formats.documents import Document, HouseholdSheet

Kind = Literal["xlsx", "pdf", "parquet"]
Progress = Callable[[int, int], None]
"""Called with files written and files in all."""

_FEW = 12  # fewer villages than a worker takes to start
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


@dataclass(slots=True)
class Exported:
    """What an export wrote: (path below the folder, SHA-256) of each file, households on them.

    `unprintable`: character that no font has → the PDFs in which it is spelt as its code point.
    """

    files: list[tuple[str, str]] = field(default_factory=list)
    rows: int = 0
    unprintable: dict[str, list[str]] = field(default_factory=dict)

    @property
    def manifest(self) -> str:
        """One line a file, sorted: what the audit's checksum is over."""
        return "\n".join(f"{sha}  {name}" for name, sha in sorted(self.files))

    def add(self, file: _File) -> None:
        """One more file."""
        self.files.append((file.name, file.sha))
        self.rows += file.rows
        for character in file.unprintable:
            self.unprintable.setdefault(character, []).append(file.name)


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it was written; picklable."""

    name: str
    sha: str
    rows: int
    unprintable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Task:
    """What a worker needs to know; picklable."""

    round: Round
    folder: Path
    kind: Kind
    scope: Scope
    exporter: str
    places: Places


def write(document: Document, pack: Pack, kind: Kind) -> bytes:
    """The bytes of a document as xlsx or pdf."""
    if kind == "pdf":
        from paicha.formats import pdf  # noqa: PLC0415  (what writes one kind of file, where it is asked for)

        return pdf.write(document, pack)
    from paicha.formats import xlsx  # noqa: PLC0415  (what writes one kind of file, where it is asked for)

    return xlsx.write(document, pack)


def export_area(
    round_: Round,
    area: RoundArea,
    kind: Kind,
    folder: Path,
    *,
    scope: Scope,
    exporter: str,
    processes: int = 1,
    progress: Progress | None = None,
) -> Exported:
    """Write a village's, a town's or the county's files below `folder`, which is made where missing.

    A town's are its form 4 and its villages', a county's all of them; Parquet is two files, whatever the
    area. Raises PermissionDenied, OSError.
    """
    done = Exported()
    with _log_export(done, scope, area, kind):
        _folder(folder)
        if kind == "parquet":
            _parquet(round_, area, folder, scope, done)
        else:
            task = _Task(round_, folder, kind, scope, exporter, places_of(round_))
            _documents(round_, area, task, done, processes, progress)
    return done


@contextmanager
def _log_export(done: Exported, scope: Scope, area: RoundArea, kind: Kind) -> Iterator[None]:
    """One entry an export, whether it ends or breaks off: what left the house is on record."""
    try:
        yield
    finally:
        if done.files:
            mark = digest(done.manifest.encode())
            with transaction.atomic():
                append(
                    [
                        Entry(
                            actor_chain(scope.actor), scope.actor, f"export.{kind}", f"area:{area.code}", mark,
                            done.rows,
                        )
                    ]
                )  # fmt: skip


def _parquet(round_: Round, area: RoundArea, folder: Path, scope: Scope, done: Exported) -> None:
    from paicha.domain.reports.answers import write_answers, write_findings  # noqa: PLC0415  (what writes one kind of file, where it is asked for)

    pack = pack_of(round_)
    villages = villages_under(round_, area, scope, Verb.EXPORT)
    everything = area.level == "county" and scope.everywhere
    narrowed = None if everything else villages
    with _whole(folder / "answers.parquet") as target:
        done.rows = write_answers(round_, pack, narrowed, target)
    with _whole(folder / "findings.parquet") as target:
        write_findings(round_, narrowed, target)
    done.files += [(name, _sha(folder / name)) for name in ("answers.parquet", "findings.parquet")]


def _documents(
    round_: Round, area: RoundArea, task: _Task, done: Exported, processes: int, progress: Progress | None
) -> None:
    pack = pack_of(round_)
    if area.level in VILLAGE_LEVELS:
        listed, tops = [area], []
    else:
        listed = _with_rows(round_, pack, area, task)
        towns = {village.parent_code for village in listed}
        under = RoundArea.objects.filter(round=round_, code__in=towns).order_by("code")
        tops = [area, *under] if area.level == "county" else [area]
    total = len(listed) + len(tops)
    for top in tops:
        document = town_document(round_, pack, top, scope=task.scope, exporter=task.exporter)
        done.add(_save(document, pack, task, path_of(top, task.places, task.kind)))
    for file in _villages(listed, task, processes):
        done.add(file)
        if progress is not None:
            progress(len(done.files), total)


def _with_rows(round_: Round, pack: Pack, area: RoundArea, task: _Task) -> list[RoundArea]:
    """The villages that stand on the area's form 4, so that every line of it has its file."""
    villages = villages_under(round_, area, task.scope, Verb.EXPORT)
    if pack.statistics is None:
        return villages
    counted = statistics(round_, pack, area, scope=task.scope, verb=Verb.EXPORT)
    shown = {row.code for row in counted.rows}
    return [village for village in villages if village.code in shown]


def _villages(listed: Sequence[RoundArea], task: _Task, count: int) -> Iterator[_File]:
    if count < 2 or len(listed) < _FEW:
        for village in listed:
            yield _village(village, task)
        return
    packed = workers.pack_call(_nth, task, list(listed))
    context = get_context("spawn")
    with ProcessPoolExecutor(
        count, mp_context=context, initializer=workers.start, initargs=(packed,)
    ) as pool:
        yield from pool.map(workers.run, range(len(listed)), chunksize=4)


def _nth(task: _Task, listed: Sequence[RoundArea], index: int) -> _File:
    return _village(listed[index], task)


def _village(village: RoundArea, task: _Task) -> _File:
    """Write one village's file."""
    round_, pack = task.round, pack_of(task.round)
    document = village_document(
        round_, pack, village, scope=task.scope, exporter=task.exporter, places=task.places
    )
    rows = sum(
        len(block.rows)
        for sheet in document.sheets
        if isinstance(sheet, HouseholdSheet)
        for block in sheet.blocks
    )
    return _save(document, pack, task, path_of(village, task.places, task.kind), rows)


def path_of(area: RoundArea, places: Places, kind: Kind) -> str:
    """Where an area's file stands below the folder of an export (contract, Files of an export)."""
    if area.level == "county":
        return f"county.{kind}"
    if area.level == "town":
        own = file_name(area.code, area.name)
        return f"{own}/{own}.{kind}"
    town = file_name(area.parent_code, places.towns.get(area.parent_code, ""))
    return f"{town}/{file_name(area.code, area.name)}.{kind}"


def file_name(code: str, name: str) -> str:
    """`CODE-NAME`, without what a file system refuses."""
    return f"{code}-{_UNSAFE.sub('_', name)}"


def _save(document: Document, pack: Pack, task: _Task, name: str, rows: int = 0) -> _File:
    content = write(document, pack, task.kind)
    target = task.folder / name
    _folder(target.parent)
    with _whole(target) as unfinished:
        unfinished.write_bytes(content)
    gaps = fonts.missing(orjson.dumps(document, default=str).decode()) if task.kind == "pdf" else []
    return _File(name, hashlib.sha256(content).hexdigest(), rows, tuple(gaps))


def _folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """A name to write to; the file gets its own once it is complete."""
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    unfinished.touch(mode=0o600)
    try:
        yield unfinished
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _sha(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
