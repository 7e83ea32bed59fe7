"""The one file of a backup: a zip of database, secrets and uploads, with a manifest of sizes and digests.

What holds: the copy of the database is one moment's (SQLite's backup API, or pg_dump), taken before the files
it names; an archive becomes its name only when it is whole; a restore reads and checks everything beside the
home first, then moves it into place, so that a stop in between leaves an empty home, not half a one.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import Any

from paicha.core.refusal import Refusal

MANIFEST = "manifest.json"
SQLITE, POSTGRES = "paicha.sqlite3", "postgresql.dump"
KEYS = ("secret.key", "audit.key")  # a home without them is refused; the others are where they were made
EXTRAS = ("demo-accounts.json", "tls.crt", "tls.key", "tls-authority.crt", "tls-authority.key", "field.key")
UPLOADS = "files"
_FORMAT = 1
_CHUNK = 1 << 20

Progress = Callable[[int, int, str], None]


class BackupError(Refusal):
    """A backup that can't be made, or a file that is none, or no longer whole."""


def write(
    file: Path, home: Path, database: Path, about: Mapping[str, Any], progress: Progress
) -> dict[str, Any]:
    """Write the archive from a copied `database` and the home's own files; returns the manifest."""
    members = [(database.name, database), *_home_files(home)]
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    listed: dict[str, dict[str, Any]] = {}
    try:
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with (
            os.fdopen(descriptor, "w+b") as raw,
            zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        ):
            for number, (name, path) in enumerate(members, 1):
                listed[name] = _add(archive, name, path)
                progress(number, len(members), name)
            manifest = {"format": _FORMAT, "database": database.name, **about, "files": listed}
            archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def _home_files(home: Path) -> Iterator[tuple[str, Path]]:
    for name in (*KEYS, *EXTRAS):
        if (home / name).is_file():
            yield name, home / name
    for path in sorted((home / UPLOADS).rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            yield path.relative_to(home).as_posix(), path


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> dict[str, Any]:
    total, size = hashlib.sha256(), 0
    with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as target:
        while chunk := source.read(_CHUNK):
            total.update(chunk)
            size += len(chunk)
            target.write(chunk)
    return {"bytes": size, "sha256": total.hexdigest()}


def unpack(file: Path, folder: Path, progress: Progress) -> dict[str, Any]:
    """Extract an archive into an empty folder, checking every size and digest; returns the manifest.

    Raises BackupError for what is no backup, or no longer whole.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive, file)
            for number, (name, wanted) in enumerate(manifest["files"].items(), 1):
                _extract(archive, name, wanted, folder)
                progress(number, len(manifest["files"]), name)
    except FileNotFoundError as error:
        raise BackupError("E05", file=file) from error
    except (zipfile.BadZipFile, KeyError, OSError, EOFError) as error:
        raise BackupError("E06", name=file.name, why=str(error)[:60]) from error
    return manifest


def check(file: Path, progress: Progress) -> None:
    """Read an archive through, each size and digest. Raises BackupError for what is no backup, or no longer whole."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive, file)
            for number, (name, wanted) in enumerate(manifest["files"].items(), 1):
                _check_member(archive, name, wanted)
                progress(number, len(manifest["files"]), name)
    except FileNotFoundError as error:
        raise BackupError("E05", file=file.name) from error
    except (zipfile.BadZipFile, zlib.error, KeyError, OSError, EOFError) as error:
        raise BackupError("E06", name=file.name, why=str(error)[:60]) from error


def _check_member(archive: zipfile.ZipFile, name: str, wanted: Mapping[str, Any]) -> None:
    total, size = hashlib.sha256(), 0
    with archive.open(name) as source:
        while chunk := source.read(_CHUNK):
            total.update(chunk)
            size += len(chunk)
    if size != int(wanted["bytes"]) or total.hexdigest() != wanted["sha256"]:
        raise BackupError("E11", name=name)


def _manifest(archive: zipfile.ZipFile, file: Path) -> dict[str, Any]:
    if MANIFEST not in archive.namelist():
        raise BackupError("E07", name=file.name)
    try:
        manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
        names = list(manifest["files"])
    except (ValueError, TypeError, KeyError) as error:
        raise BackupError("E08", name=file.name) from error
    if manifest.get("format") != _FORMAT:
        raise BackupError("E09", name=file.name)
    for name in names:
        parts = PurePosixPath(name).parts
        if not parts or name.startswith("/") or ".." in parts or "\\" in name:
            raise BackupError("E67", name=file.name, inside=name[:40])
    if manifest.get("database") not in names:
        raise BackupError("E10", name=file.name)
    return manifest


def _extract(archive: zipfile.ZipFile, name: str, wanted: Mapping[str, Any], folder: Path) -> None:
    target = folder / name
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    total, left = hashlib.sha256(), int(wanted["bytes"])
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with archive.open(name) as source, os.fdopen(descriptor, "wb") as out:
        while chunk := source.read(min(_CHUNK, left + 1)):
            left -= len(chunk)
            if left < 0:
                break
            total.update(chunk)
            out.write(chunk)
    if left or total.hexdigest() != wanted["sha256"]:
        raise BackupError("E11", name=name)


def move_into(staged: Path, home: Path) -> None:
    """Put a checked folder in the place of an empty home: at once, or, on a mount point, database last."""
    if home.is_dir():
        try:
            home.rmdir()
        except OSError:
            for path in sorted(staged.iterdir(), key=lambda p: p.name == SQLITE):
                shutil.move(path, home / path.name)
            return
    staged.chmod(0o700)
    staged.rename(home)


# --- the database ------------------------------------------------------------------------------------------


def copy_sqlite(database: Path, target: Path) -> None:
    """One moment's copy while others read and write. Raises BackupError where it isn't whole."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    check_sqlite(target)


def check_sqlite(database: Path) -> None:
    """Raises BackupError where SQLite finds the file damaged."""
    try:
        with closing(sqlite3.connect(database)) as connection:
            said = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        said = str(error)
    if said != "ok":
        raise BackupError("E12", why=said[:60])


def dump_postgres(settings: Mapping[str, Any], target: Path) -> None:
    """pg_dump in its own compressed format. Raises BackupError."""
    _run_postgres("pg_dump", ["--format=custom", "--no-owner", f"--file={target}"], settings)


def load_postgres(settings: Mapping[str, Any], source: Path) -> None:
    """pg_restore in one transaction: all or nothing. Raises BackupError."""
    options = [
        "--no-owner",
        "--single-transaction",
        "--exit-on-error",
        f"--dbname={settings['NAME']}",
        str(source),
    ]
    _run_postgres("pg_restore", options, settings)


def _run_postgres(program: str, options: list[str], settings: Mapping[str, Any]) -> None:
    found = shutil.which(program)
    if found is None:
        raise BackupError("E13", program=program)
    environment = dict(os.environ)
    for key, name in (("PGHOST", "HOST"), ("PGPORT", "PORT"), ("PGUSER", "USER"), ("PGPASSWORD", "PASSWORD")):
        if settings.get(name):
            environment[key] = str(settings[name])
    environment["PGDATABASE"] = str(settings["NAME"])
    for key, value in settings.get("OPTIONS", {}).items():
        environment[f"PG{key.upper()}"] = str(value)
    done = subprocess.run([found, *options], env=environment, capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise BackupError("E14", program=program, why=said[0][:120] if said else done.returncode)
