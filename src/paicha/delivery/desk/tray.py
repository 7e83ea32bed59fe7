"""Files on their way in or out: a folder each below the home, with a small state that a page can poll.

Why files and not rows: a preview runs in a transaction that is rolled back, and on the embedded database nobody
else can write meanwhile. What holds: a tray belongs to the person who made it; folders are their owner's alone;
what was taken in is deleted at once, what nobody confirmed or fetched after two days.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from paicha.domain.households.services import new_id

_KEPT_SECONDS = 2 * 24 * 3600
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]')

WAITING, RUNNING, READY, DONE, FAILED = "waiting", "running", "ready", "done", "failed"


@dataclass(slots=True)
class State:
    """`job`: preview, import or export. `phase`: waiting → running → ready (a preview) or done, or failed."""

    job: str
    actor: str
    code: str
    phase: str = WAITING
    files: list[str] = field(default_factory=list)
    n: int = 0
    total: int = 0
    error: str = ""
    result: dict[str, Any] = field(default_factory=dict)
    plan: list[dict[str, Any]] = field(default_factory=list)
    made: str = ""  # name of the file that was made: an export, or the refused rows
    kind: str = ""

    @property
    def busy(self) -> bool:
        return self.phase in (WAITING, RUNNING)

    @property
    def percent(self) -> int:
        return int(100 * self.n / self.total) if self.total else 0


def folder(tray: UUID) -> Path:
    """Where a tray's files stand."""
    return Path(settings.MEDIA_ROOT) / "trays" / str(tray)


def make(state: State, uploaded: Iterable[UploadedFile[bytes]] = ()) -> UUID:
    """A new tray with these files in it; names are kept as people know them, in `state.files`."""
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
            for chunk in file.chunks():
                handle.write(chunk)
    save(tray, state)
    return tray


def save(tray: UUID, state: State) -> None:
    """Write the state whole, so that whoever polls never reads half of it."""
    target = folder(tray) / "state.json"
    draft = target.with_name(f".state.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(asdict(state), ensure_ascii=False), encoding="utf-8")
    draft.replace(target)


def load(tray: UUID) -> State | None:
    """The state of a tray; None where there is none (any more)."""
    try:
        return State(**json.loads((folder(tray) / "state.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def contents(tray: UUID, state: State) -> list[tuple[str, Path]]:
    """(name as people know it, file) of what was put in."""
    return [(name, folder(tray) / "in" / str(number)) for number, name in enumerate(state.files)]


def empty(tray: UUID) -> None:
    """Delete what was put in, once it has been taken in."""
    shutil.rmtree(folder(tray) / "in", ignore_errors=True)


def forget_old() -> None:
    """Delete trays that nobody came back to."""
    now = time.time()
    for home in (Path(settings.MEDIA_ROOT) / "trays").glob("*"):
        try:
            if now - home.stat().st_mtime > _KEPT_SECONDS:
                shutil.rmtree(home, ignore_errors=True)
        except OSError:
            continue
