"""Backups: a home in one file, by the command or by the worker, and those that the worker made, with how each stands.

What holds: a backup of the worker stands in the home's folder `backups` under the day and time, readable by the owner
alone; beside it a small file says how far it is and whether it was read through; nothing of it is handed to a browser.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction

from paicha import __version__
from paicha.core.catalogue import sentence
from paicha.core.refusal import Refusal
from paicha.domain import clock
from paicha.domain.audit.services import Entry, actor_chain, append, checkpoint
from paicha.domain.rounds.queries import current_round
from paicha.domain.upkeep import archive
from paicha.domain.upkeep.archive import BackupError, Progress

WAITING, RUNNING, CHECKING, DONE, FAILED = "waiting", "running", "checking", "done", "failed"
_NAME = re.compile(r"paicha-\d{8}-\d{6}-[0-9a-f]{4}\.zip")


@dataclass(frozen=True, slots=True)
class WrittenBackup:
    """A file that was written: bytes, how many files are in it, which keys are not (they come by the environment)."""

    size: int
    files: int
    missing: Sequence[str]


@dataclass(slots=True)
class Backup:
    """One of the worker's. `phase`: waiting → running → checking → done or failed, with its sentence in `error`.

    `made_at`, `checked_at`: ISO times, '' before; `size`: bytes of the file.
    """

    name: str
    actor: str
    phase: str = WAITING
    n: int = 0
    total: int = 0
    made_at: str = ""
    checked_at: str = ""
    size: int = 0
    error: str = ""

    @property
    def busy(self) -> bool:
        return self.phase in (WAITING, RUNNING, CHECKING)

    @property
    def percent(self) -> int:
        return int(100 * self.n / self.total) if self.total else 0

    @property
    def time_made(self) -> datetime | None:
        return datetime.fromisoformat(self.made_at) if self.made_at else None

    @property
    def time_checked(self) -> datetime | None:
        return datetime.fromisoformat(self.checked_at) if self.checked_at else None


def write_backup(file: Path, actor: str, progress: Progress) -> WrittenBackup:
    """Copy database, keys and uploads into `file`, which is not there yet. Raises BackupError."""
    with transaction.atomic():
        append([Entry(actor_chain(actor), actor, "backup", f"backup:{file.name[:60]}")])
    checkpoint()
    home = Path(settings.PAICHA_HOME)
    about = {
        "program": __version__, "made_at": clock.now().isoformat(timespec="seconds"), "round": str(current_round()),
    }  # fmt: skip
    try:
        with tempfile.TemporaryDirectory(prefix=".paicha-backup-", dir=file.parent) as aside:
            database = Path(aside) / (archive.SQLITE if connection.vendor == "sqlite" else archive.POSTGRES)
            if connection.vendor == "sqlite":
                archive.copy_sqlite(Path(str(connection.settings_dict["NAME"])), database)
            else:
                archive.dump_postgres(connection.settings_dict, database)
            manifest = archive.write(file, home, database, about, progress)
    except OSError as error:
        raise BackupError("E17", why=error.strerror, folder=file.parent) from error
    missing = [name for name in archive.KEYS if name not in manifest["files"]]
    return WrittenBackup(file.stat().st_size, len(manifest["files"]), missing)


def folder() -> Path:
    """Where the worker's backups stand."""
    return Path(settings.PAICHA_HOME) / "backups"


def begin_backup(actor: str) -> Backup:
    """Note that a backup is wanted; the worker makes it. Raises BackupError where one is under way."""
    if any(one.busy for one in every_backup()):
        raise BackupError("E90")
    folder().mkdir(mode=0o700, exist_ok=True)
    backup = Backup(f"paicha-{clock.now():%Y%m%d-%H%M%S}-{token_hex(2)}.zip", actor)
    _save(backup)
    return backup


def begin_check(name: str) -> Backup:
    """Note that a backup shall be read through. Raises BackupError where there is none, or it is busy."""
    backup = backup_named(name)
    if backup is None or not (folder() / name).is_file():
        raise BackupError("E91")
    if backup.busy:
        raise BackupError("E90")
    backup.phase, backup.error, backup.n = WAITING, "", 0
    _save(backup)
    return backup


def every_backup() -> list[Backup]:
    """The worker's backups, the newest first."""
    names = sorted((path.stem for path in folder().glob("paicha-*.json")), reverse=True)
    return [found for name in names if (found := backup_named(f"{name}.zip")) is not None]


def backup_named(name: str) -> Backup | None:
    """How one of the worker's backups stands; None where there is none of this name."""
    if not _NAME.fullmatch(name):
        return None
    try:
        return Backup(**json.loads(_state(name).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def work_on_backup(name: str) -> None:
    """Make a backup that is wanted, unless its file is there, and read it through; how it ends stands beside it."""
    backup = backup_named(name)
    if backup is None or not backup.busy:
        return
    file = folder() / name
    try:
        if not file.is_file():
            backup.phase = RUNNING
            write_backup(file, backup.actor, _progress(backup))
        backup.made_at, backup.size = _time(file.stat().st_mtime), file.stat().st_size
        backup.phase, backup.n = CHECKING, 0
        archive.check(file, _progress(backup))
    except Refusal as refused:
        backup.phase, backup.error = FAILED, str(refused)
    else:
        backup.phase, backup.checked_at = DONE, _time()
        with transaction.atomic():
            append([Entry(actor_chain(backup.actor), backup.actor, "backup.check", name)])
    _save(backup)


def give_up_backup(name: str) -> None:
    """End a backup whose worker died each time."""
    backup = backup_named(name)
    if backup is not None and backup.busy:
        backup.phase, backup.error = FAILED, sentence("E92")
        _save(backup)


def _progress(backup: Backup) -> Progress:
    def progress(n: int, total: int, _name: str) -> None:
        backup.n, backup.total = n, total
        _save(backup)

    return progress


def _time(seconds: float | None = None) -> str:
    at = clock.now() if seconds is None else datetime.fromtimestamp(seconds, clock.SHANGHAI)
    return at.isoformat(timespec="seconds")


def _state(name: str) -> Path:
    return (folder() / name).with_suffix(".json")


def _save(backup: Backup) -> None:
    """Write the state whole, so that whoever polls never reads half of it."""
    draft = folder() / f".state.{uuid4().hex}"
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(asdict(backup), ensure_ascii=False), encoding="utf-8")
    draft.replace(_state(backup.name))
