"""The worker's backups: one is made, read through, found damaged, and given up where it can't be made."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings
from tests.worlds.round import World

from paicha.domain.audit.models import AuditEntry
from paicha.domain.upkeep import archive, backups
from paicha.domain.upkeep.archive import BackupError
from paicha.domain.upkeep.backups import DONE, FAILED, backup_named, begin_backup, begin_check, work_on_backup
from paicha.domain.upkeep.data import last_backup

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with its keys; the copy of a database that is no file is tried with the command (test_backup)."""
    settings.PAICHA_HOME, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    for name in archive.KEYS:
        (tmp_path / name).write_text("k" * 64)
    for copy in ("copy_sqlite", "dump_postgres"):
        monkeypatch.setattr(backups.archive, copy, lambda _source, target: target.write_bytes(b"d" * 5000))
    return tmp_path


def done() -> str:
    """A backup as the worker leaves it; its name."""
    name = begin_backup("7").name
    work_on_backup(name)
    return name


def test_a_backup_is_made_and_read_through(world: World, home: Path) -> None:
    name = done()
    found = backup_named(name)
    assert found is not None and found.phase == DONE and found.size and found.time_made and found.time_checked
    assert (home / "backups" / name).stat().st_mode & 0o077 == 0
    assert last_backup() is not None
    assert {"backup", "backup.check"} <= set(AuditEntry.objects.values_list("action", flat=True))


def test_a_damaged_backup_is_told(world: World, home: Path) -> None:
    name = done()
    file = home / "backups" / name
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    begin_check(name)
    work_on_backup(name)
    found = backup_named(name)
    assert found is not None and (found.phase, bool(found.error)) == (FAILED, True)
    file.unlink()
    with pytest.raises(BackupError):
        begin_check(name)


def test_one_at_a_time(world: World) -> None:
    begin_backup("7")
    with pytest.raises(BackupError):
        begin_backup("8")


def test_what_stops_it_is_told(world: World, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backups.archive, "write", full)
    found = backup_named(done())
    assert found is not None and found.phase == FAILED and "No space left" in found.error
    assert not list((home / "backups").glob("*.zip"))
