"""Files to import, wherever they come from, read by a small pool of processes.

Why processes: reading is half of an import's time and runs beside the database work of the files before.
What holds: files arrive in the order given; a file that brings its reader down is refused like any other
that can't be read, and the next one is read by a fresh process; no reader outlives the import, even a killed one.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

from paicha.core.catalogue import Message, message
from paicha.core.pack import Pack, load
from paicha.domain.intake.preparing import Prepared, prepare_files
from paicha.domain.responses.compiled import Days
from paicha.formats.reading import FileRefused, ReadFile, read_file

SUFFIXES = (".xlsx", ".xls", ".xlsm", ".ods", ".csv", ".txt", ".et")
_CHUNK = 8  # files read and evaluated together
_AHEAD = 2  # chunks read ahead of the one being stored


@dataclass(frozen=True, slots=True)
class Source:
    """A file: `name` as people see it (with its folders), and its bytes or where they are."""

    name: str
    data: bytes | None = None
    path: str | None = None

    def read(self) -> bytes:
        """The file's bytes."""
        if self.data is not None:
            return self.data
        return Path(self.path or self.name).read_bytes()


def find_sources(paths: Iterable[str]) -> tuple[list[Source], list[str]]:
    """Spreadsheets at the paths (folders are walked, names sorted), and the paths that don't exist."""
    found: list[Source] = []
    missing: list[str] = []
    for given in paths:
        path = Path(given)
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                hidden = any(part.startswith((".", "~$")) for part in file.relative_to(path).parts)
                if file.is_file() and file.suffix.lower() in SUFFIXES and not hidden:
                    found.append(Source(str(file.relative_to(path)), path=str(file)))
        elif path.is_file():
            found.append(Source(path.name, path=str(path)))
        else:
            missing.append(given)
    return found, missing


def readings(
    sources: Sequence[Source], pack: Pack, days: Days, processes: int = 1
) -> Iterator[tuple[Source, Prepared | Message]]:
    """Each source as read, or the sentence why it can't be; in order."""
    chunks = [sources[start : start + _CHUNK] for start in range(0, len(sources), _CHUNK)]
    if processes < 2 or len(chunks) < 2:
        for chunk in chunks:
            yield from zip(chunk, read_chunk(chunk, pack, days), strict=True)
        return
    yield from _pooled(chunks, pack, days, processes)


def read_chunk(sources: Sequence[Source], pack: Pack, days: Days) -> list[Prepared | Message]:
    """Some files as read and made ready, or for each the sentence why it can't be."""
    read: list[ReadFile | Message] = []
    for source in sources:
        try:
            read.append(read_file(source.read(), source.name, pack, days.opens_on))
        except FileRefused as refusal:
            read.append(Message(refusal.code, "hard", refusal.sentence, file=source.name))
    prepared = iter(prepare_files([entry for entry in read if isinstance(entry, ReadFile)], pack, days))
    return [next(prepared) if isinstance(entry, ReadFile) else entry for entry in read]


_worker: tuple[Pack, Days] | None = None


def _start(files: dict[str, bytes], days: Days) -> None:
    global _worker  # noqa: PLW0603  (one pack a reading process, loaded once)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _worker = load(files), days
    gc.set_threshold(100_000, 50, 100)
    gc.freeze()  # the pack lives to the end: the collector needn't walk it for every file


def _end_with_parent() -> None:
    """A reader waits for work on a pipe that it holds open itself, so it would wait for ever after a SIGKILL."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _read(chunk: Sequence[Source]) -> list[Prepared | Message]:
    assert _worker is not None
    return read_chunk(chunk, *_worker)


def _pooled(
    chunks: Sequence[Sequence[Source]], pack: Pack, days: Days, processes: int
) -> Iterator[tuple[Source, Prepared | Message]]:
    pool = _pool(pack, days, processes)
    rest = iter(chunks)
    waiting = deque((chunk, _submitted(pool, chunk)) for chunk in islice(rest, _AHEAD + processes))
    try:
        while waiting:
            chunk, future = waiting.popleft()
            try:
                read = future.result()
            except BrokenProcessPool:
                read = _one_by_one(chunk, pack, days)
                pool = _pool(pack, days, processes)
                waiting = deque((other, _again(pool, other, earlier)) for other, earlier in waiting)
            following = next(rest, None)
            if following is not None:
                waiting.append((following, _submitted(pool, following)))
            yield from zip(chunk, read, strict=True)
    finally:
        pool.shutdown(cancel_futures=True)


_Reading = Future[list[Prepared | Message]]


def _submitted(pool: ProcessPoolExecutor, chunk: Sequence[Source]) -> _Reading:
    """A chunk on its way; broken from the start where a reader has died since, so that its turn shows it."""
    try:
        return pool.submit(_read, chunk)
    except BrokenProcessPool as broken:
        failed: _Reading = Future()
        failed.set_exception(broken)
        return failed


def _again(pool: ProcessPoolExecutor, chunk: Sequence[Source], earlier: _Reading) -> _Reading:
    """What was read before a reader died stands; the rest goes to the fresh readers."""
    return earlier if earlier.done() and earlier.exception() is None else _submitted(pool, chunk)


def _one_by_one(chunk: Sequence[Source], pack: Pack, days: Days) -> list[Prepared | Message]:
    """The files of a chunk whose reader died, each by itself: only the one that brings it down again is refused."""
    read: list[Prepared | Message] = []
    pool = _pool(pack, days, 1)
    for source in chunk:
        try:
            read += pool.submit(_read, [source]).result()
        except BrokenProcessPool:
            read.append(message("F04", file=source.name))
            pool = _pool(pack, days, 1)
    pool.shutdown()
    return read


def _pool(pack: Pack, days: Days, processes: int) -> ProcessPoolExecutor:
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # inherited: several readers share few cores
    return ProcessPoolExecutor(
        processes,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start,
        initargs=(_files(pack.digest), days),
    )


@lru_cache(maxsize=4)
def _files(digest: str) -> dict[str, bytes]:
    from paicha.domain.rounds.models import PackContent

    content = PackContent.objects.get(digest=digest)
    return {name: text.encode("utf-8") for name, text in content.files.items()}
