"""Who is at work: a file that its owner keeps locked and touches as long as it lives.

Why a lock and a time: the kernel lets go of a lock in the moment in which a process dies, however that was, so that
nothing waits for a time-out and a long step never looks dead; the time shows whether the process still moves.
What holds: a file is there only once it is locked; under one name there is one owner, ever.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
import time
from pathlib import Path
from types import TracebackType
from uuid import uuid4

EVERY_SECONDS = 5.0
FRESH_SECONDS = 60.0


class Beat:
    """A file of ours while we are at work; leaving the block lets go of it, and the file stays."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self._ended = threading.Event()

    def __enter__(self) -> Beat:
        threading.Thread(target=self._touch, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        os.close(self._descriptor)

    def _touch(self) -> None:
        while not self._ended.wait(EVERY_SECONDS):
            with contextlib.suppress(OSError):  # the folder may be gone, the disk full: the lock stands
                os.utime(self.path)


def claim(path: Path) -> Beat | None:
    """Make `path` ours, locked from its first moment; None where somebody was first, alive or not."""
    draft = path.with_name(f".{path.name}.{uuid4().hex}")
    descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with contextlib.suppress(OSError):  # a file system without locks: its time tells
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.link(draft, path)
    except FileExistsError:
        os.close(descriptor)
        return None
    finally:
        draft.unlink()
    return Beat(path, descriptor)


def alive(path: Path) -> bool:
    """Whether the owner of a file is still at work."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return fresh(path)
    finally:
        os.close(descriptor)
    return False


def fresh(path: Path) -> bool:
    """Whether a file was touched within the last minute."""
    try:
        return abs(time.time() - path.stat().st_mtime) < FRESH_SECONDS
    except FileNotFoundError:
        return False
