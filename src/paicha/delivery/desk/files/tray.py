"""Files on their way in or out: a folder each below the home, with a small state that a page can poll.

Why files and not rows: the state is written at every step of long work, also from within a transaction that is rolled
back. What holds: a tray belongs to the person who made it; folders are their owner's alone; the state is written by
whoever holds the newest try, one process at a time; an import begins once, with a file that can be made once;
what was taken in is deleted at once, what nobody confirmed or fetched after two days.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from paicha.core.pack import Pack
from paicha.domain.households.services import new_id
from paicha.domain.intake.source import bytes_to_keep
from paicha.domain.jobs.beats import Beat, alive, claim

_KEPT_SECONDS = 2 * 24 * 3600
_TELLING_SECONDS = 3  # of work before anybody is told how long it will take
_SETTLED_SECONDS = 15  # longer than from writing a state to asking the worker
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]')

WAITING, RUNNING, READY, DONE, FAILED = "waiting", "running", "ready", "done", "failed"
CANCELLED = "cancelled"


@dataclass(slots=True)
class State:
    """`job`: preview, import or export. `phase`: waiting → running → ready (a preview) or done, failed, cancelled."""

    job: str
    actor: str
    code: str
    phase: str = WAITING
    files: list[str] = field(default_factory=list)
    n: int = 0
    total: int = 0
    error: str = ""
    result: dict[str, Any] = field(default_factory=dict)
    villages: dict[str, dict[str, Any]] = field(
        default_factory=dict
    )  # of a preview, by code (`preview.keep_rows`)
    began: float = 0.0  # when its work began, in seconds of the machine's clock; 0: it hasn't
    made: str = ""  # name of the file that was made: an export, or the refused rows
    kind: str = ""

    @property
    def busy(self) -> bool:
        return self.phase in (WAITING, RUNNING)

    @property
    def percent(self) -> int:
        return int(100 * self.n / self.total) if self.total else 0

    @property
    def seconds_left(self) -> float | None:
        """How long it will take yet, going on as so far; None while too little is done to say."""
        seconds = time.time() - self.began
        if (
            self.phase != RUNNING
            or not self.began
            or not 0 < self.n < self.total
            or seconds < _TELLING_SECONDS
        ):
            return None
        return seconds / self.n * (self.total - self.n)


def folder(tray: UUID) -> Path:
    """Where a tray's files stand."""
    return Path(settings.MEDIA_ROOT) / "trays" / str(tray)


def make(state: State, uploaded: Iterable[UploadedFile[bytes]] = (), pack: Pack | None = None) -> UUID:
    """A new tray with these files in it; names are kept as people know them, in `state.files`.

    Of a list of persons only what is read (`bytes_to_keep`, with the words of `pack`).
    """
    forget_old()
    tray = new_id()
    home = folder(tray)
    (home / "in").mkdir(mode=0o700, parents=True)
    for directory in (home.parent.parent, home.parent, home):
        directory.chmod(0o700)
    for number, file in enumerate(uploaded):
        state.files.append(_UNSAFE.sub("_", file.name or "") or f"{number}")
        descriptor = os.open(home / "in" / str(number), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as handle:
            content = b"".join(file.chunks())
            handle.write(bytes_to_keep(content, state.files[-1], pack) if pack else content)
    save(tray, state)
    return tray


def save(tray: UUID, state: State) -> None:
    """Write the state whole, so that whoever polls never reads half of it."""
    draft = _draft(tray, state)
    draft.replace(_file(tray, state.job))


def begin(tray: UUID, state: State) -> bool:
    """Turn a preview into an import, with this first state; False where that was done already."""
    draft = _draft(tray, state)
    try:
        os.link(draft, _file(tray, state.job))
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def load(tray: UUID) -> State | None:
    """The state of a tray; None where there is none (any more)."""
    for job in ("import", "preview"):
        try:
            return State(**json.loads(_file(tray, job).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            continue
    return None


def _file(tray: UUID, job: str) -> Path:
    """An import's state stands beside that of the preview which it was."""
    return folder(tray) / ("import.json" if job == "import" else "state.json")


def _draft(tray: UUID, state: State) -> Path:
    draft = folder(tray) / f".state.{uuid4().hex}"
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(asdict(state), ensure_ascii=False), encoding="utf-8")
    return draft


def attempt(tray: UUID, job: str) -> tuple[int, Beat] | None:
    """Take a tray's work on: how often it was tried, this one too, and what shows that we are at it.

    None where somebody else is.
    """
    n = len(_tries(tray, job))
    if n and alive(folder(tray) / f"try-{job}.{n}"):
        return None
    beat = claim(folder(tray) / f"try-{job}.{n + 1}")
    return None if beat is None else (n + 1, beat)


def _tries(tray: UUID, job: str) -> list[Path]:
    return list(folder(tray).glob(f"try-{job}.*"))


def ask_cancel(tray: UUID, job: str) -> None:
    """Ask whoever is at it, or takes it on, to stop."""
    (folder(tray) / f"cancel-{job}").touch(mode=0o600)


def to_be_cancelled(tray: UUID, job: str) -> bool:
    """Whether somebody asked for it to stop."""
    return (folder(tray) / f"cancel-{job}").exists()


def unattended() -> Iterator[tuple[UUID, float]]:
    """Trays that wait or run while nobody is at them, and the seconds since they last moved."""
    for home in (Path(settings.MEDIA_ROOT) / "trays").glob("*-*"):
        try:
            tray, written = UUID(home.name), _last_write(UUID(home.name))
        except ValueError:
            continue
        job = "" if written is None else _busy(tray, written)
        seconds = time.time() - (written or 0) / 1e9
        if job and seconds > _SETTLED_SECONDS and not any(alive(path) for path in _tries(tray, job)):
            yield tray, seconds


def _last_write(tray: UUID) -> int | None:
    for job in ("import", "preview"):
        try:
            return _file(tray, job).stat().st_mtime_ns
        except OSError:
            continue
    return None


@lru_cache(maxsize=1000)
def _busy(tray: UUID, written: int) -> str:
    """The job of a tray that waits or runs, by its state of that moment, read once; '' for any other."""
    state = load(tray)
    return state.job if state is not None and state.busy else ""


def contents(tray: UUID, state: State) -> list[tuple[str, Path]]:
    """(name as people know it, file) of what was put in."""
    return [(name, folder(tray) / "in" / str(number)) for number, name in enumerate(state.files)]


def write_rows(tray: UUID, village: str, text: str) -> None:
    """Keep what a preview says of a village's rows, for its owner alone."""
    home = folder(tray) / "rows"
    home.mkdir(mode=0o700, exist_ok=True)
    file = home / village
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")


def read_rows(tray: UUID, village: str) -> str:
    """What a preview says of a village's rows; '' where nothing is kept (any more)."""
    try:
        return (folder(tray) / "rows" / village).read_text(encoding="utf-8")
    except OSError:
        return ""


def empty(tray: UUID) -> None:
    """Delete what was put in and what a preview said of it, once it has been taken in."""
    for name in ("in", "rows"):
        shutil.rmtree(folder(tray) / name, ignore_errors=True)


def forget_old() -> None:
    """Delete trays that nobody came back to."""
    now = time.time()
    for home in (Path(settings.MEDIA_ROOT) / "trays").glob("*"):
        try:
            if now - home.stat().st_mtime > _KEPT_SECONDS:
                shutil.rmtree(home, ignore_errors=True)
        except OSError:
            continue
