"""Files to import, wherever they come from, read by a small pool of processes.

Why processes: reading is half of an import's time and runs beside the database work of the files before.
What holds: files arrive in the order given; a file that brings its reader down is refused like any other
that can't be read, and the next one is read by a fresh process; no reader outlives the import, even a killed one.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from traceback import extract_tb

from paicha.core.catalogue import Message, message
from paicha.core.pack import Pack
from paicha.domain.intake.preparation import Prepared, prepare_files
from paicha.domain.responses.rules.row_tests import Days
from paicha.formats.reading import FileRefused, ReadFile, kept_copy, read_file
from paicha.formats.reading.grid import MAX_FILE

_log = logging.getLogger(__name__)
SUFFIXES = (
    ".xlsx",
    ".xls",
    ".xlsm",
    ".xltx",
    ".xltm",
    ".xlt",
    ".et",
    ".ett",
    ".ods",
    ".ots",
    ".fods",
    ".csv",
    ".tsv",
    ".txt",
    ".htm",
    ".html",
    ".mht",
    ".mhtml",
    ".xml",
    ".xlsb",
    ".slk",
    ".dif",
    ".numbers",
)  # fmt: skip  (the last four are refused, each with its sentence)
_OF_SYSTEMS = frozenset({"thumbs.db", "desktop.ini"})
_NAMED = 100  # files that a sentence names
_CHUNK = 16  # files read and evaluated together
_NICE = 10  # of a reading process: people who wait at a page, and the process that stores, go first
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


@dataclass(slots=True)
class Found:
    """What stands at some paths: spreadsheets in order, other files of folders, and paths that don't exist."""

    sources: list[Source] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def note(self) -> Message | None:
        """The sentence that names the files of folders that are not read, all of them in its `read`."""
        if not self.others:
            return None
        names = "、".join(self.others[:_NAMED]) + (" 等" if len(self.others) > _NAMED else "")
        return message("F16", count=len(self.others), files=names, read="、".join(self.others))


def find_sources(paths: Iterable[str]) -> Found:
    """What is to be read at the paths; folders are walked, names sorted, what is hidden or left open passed over."""
    found = Found()
    for given in paths:
        path = Path(given)
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                hidden = any(part.startswith((".", "~$")) for part in file.relative_to(path).parts)
                if hidden or not file.is_file() or file.name.lower() in _OF_SYSTEMS:
                    continue
                name = str(file.relative_to(path))
                if file.suffix.lower() in SUFFIXES:
                    found.sources.append(Source(name, path=str(file)))
                else:
                    found.others.append(name)
        elif path.is_file():
            found.sources.append(Source(path.name, path=str(path)))
        else:
            found.missing.append(given)
    return found


def bytes_to_keep(content: bytes, name: str, pack: Pack) -> bytes:
    """What is laid aside of an uploaded file: of a list of persons what is read alone, no identity number.

    A file that is too large to be read keeps its size alone, for the sentence that refuses it.
    """
    if len(content) > MAX_FILE:
        return b"?" * (MAX_FILE + 1)
    return kept_copy(content, name, pack) or content


def readings(
    sources: Sequence[Source], pack: Pack, days: Days, processes: int = 1
) -> Iterator[tuple[Source, Prepared | Message]]:
    """Each source as read, or the sentence why it can't be; in order."""
    chunks = [sources[start : start + _CHUNK] for start in range(0, len(sources), _CHUNK)]
    if processes < 2 or len(chunks) < 2:
        for chunk in chunks:
            yield from zip(chunk, read_chunk(chunk, pack, days), strict=True)
        return
    yield from _read_in_pool(chunks, pack, days, processes)


def read_chunk(sources: Sequence[Source], pack: Pack, days: Days) -> list[Prepared | Message]:
    """Some files as read and made ready, or for each the sentence why it can't be; none stops the others."""
    read = [_read_source(source, pack, days) for source in sources]
    files = [entry for entry in read if isinstance(entry, ReadFile)]
    try:
        prepared: Iterator[Prepared | Message] = iter(prepare_files(files, pack, days))
    except Exception:  # a slip of ours about one file: the others go on without it
        _log.warning("files read together could not be made ready; each is tried by itself")
        prepared = iter([_prepare_alone(file, pack, days) for file in files])
    return [next(prepared) if isinstance(entry, ReadFile) else entry for entry in read]


def _read_source(source: Source, pack: Pack, days: Days) -> ReadFile | Message:
    try:
        return read_file(source.read(), source.name, pack, days.opens_on)
    except FileRefused as refusal:
        return Message(refusal.code, "hard", refusal.sentence, file=source.name)
    except Exception as slip:  # a slip of ours: this file is refused, and the log says where it happened
        _log.error("a reader failed: %s", _where(slip))
        return message("F04", file=source.name)


def _prepare_alone(file: ReadFile, pack: Pack, days: Days) -> Prepared | Message:
    try:
        return prepare_files([file], pack, days)[0]
    except Exception as slip:  # as above, of a file that was read
        _log.error("a file could not be made ready: %s", _where(slip))
        return message("F04", file=file.file)


def _where(slip: Exception) -> str:
    """The kind of a failure and its lines of code; its text may hold what a person wrote."""
    lines = " ← ".join(
        f"{entry.name}:{entry.lineno}" for entry in reversed(extract_tb(slip.__traceback__)[-4:])
    )
    return f"{type(slip).__name__} in {lines}"


_worker: tuple[Pack, Days] | None = None


def _start(pack: Pack, days: Days) -> None:
    global _worker  # noqa: PLW0603  (one pack a reading process, sent as it was loaded)
    from paicha.formats.reading.calamine_guard import silence_panics  # noqa: PLC0415  (in a reading process alone)

    silence_panics()
    os.nice(_NICE)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _worker = pack, days
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


def _read_in_pool(
    chunks: Sequence[Sequence[Source]], pack: Pack, days: Days, processes: int
) -> Iterator[tuple[Source, Prepared | Message]]:
    pool = _pool(pack, days, processes)
    rest = iter(chunks)
    waiting = deque((chunk, _submit(pool, chunk)) for chunk in islice(rest, _AHEAD + processes))
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
                waiting.append((following, _submit(pool, following)))
            yield from zip(chunk, read, strict=True)
    finally:
        pool.shutdown(cancel_futures=True)


_Reading = Future[list[Prepared | Message]]


def _submit(pool: ProcessPoolExecutor, chunk: Sequence[Source]) -> _Reading:
    """A chunk on its way; broken from the start where a reader has died since, so that its turn shows it."""
    try:
        return pool.submit(_read, chunk)
    except BrokenProcessPool as broken:
        failed: _Reading = Future()
        failed.set_exception(broken)
        return failed


def _again(pool: ProcessPoolExecutor, chunk: Sequence[Source], earlier: _Reading) -> _Reading:
    """What was read before a reader died stands; the rest goes to the fresh readers."""
    return earlier if earlier.done() and earlier.exception() is None else _submit(pool, chunk)


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
        initargs=(pack, days),
    )
