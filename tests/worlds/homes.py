"""A home of its own for commands that run as processes, on the database that the tests run on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from tests import database

ROOT = Path(__file__).parents[2]
SECOND = str(ROOT / "tests" / "packs" / "second")


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        """The JSON object on the last line of stdout."""
        found: dict[str, Any] = json.loads(self.out.splitlines()[-1])
        return found


@dataclass(frozen=True)
class Home:
    """A PAICHA_HOME, and on PostgreSQL a database."""

    folder: Path
    database: str | None = None

    @property
    def environment(self) -> dict[str, str]:
        names = ("DATABASE_URL", "PAICHA_HOSTS", "PAICHA_TLS", "PAICHA_SECRET_KEY", "PAICHA_AUDIT_KEY")
        kept = {name: value for name, value in os.environ.items() if name not in names}
        kept |= {"PAICHA_HOME": str(self.folder), "PYTHONPATH": str(ROOT / "src")}
        return kept | ({"DATABASE_URL": self.database} if self.database else {})

    def run(self, *arguments: object, **more: str) -> Done:
        """Run `paicha` with these arguments; `more` goes into its environment."""
        command = [sys.executable, "-m", "paicha.delivery.cli.main", *map(str, arguments)]
        done = subprocess.run(
            command, env=self.environment | more, cwd=self.folder.parent, capture_output=True, text=True,
            timeout=600, check=False,
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)


def initialised_home(folder: Path, *arguments: object, embedded: bool = False) -> Home:
    """A home after `paicha init` with these arguments, which runs once a process; from then on it is copied.

    `embedded`: on the database of the home, whatever the tests run on.
    """
    return _copy(_initialised(embedded or not os.environ.get("DATABASE_URL"), *map(str, arguments)), folder)


@cache
def _initialised(embedded: bool, *arguments: str) -> Home:
    folder = (
        Path(mkdtemp(dir=Path(os.environ["PAICHA_HOME"]).parent)) / "home"
    )  # the session's, removed with it
    made = _migrated_file(folder) if embedded else migrated_home(folder)
    done = made.run("init", *arguments)
    assert done.code == 0, done.err
    return made


def _copy(home: Home, folder: Path) -> Home:
    """The same home once more; nobody may be working in it."""
    shutil.copytree(home.folder, folder)
    if home.database is None:
        return Home(folder)
    template = urlsplit(home.database).path.lstrip("/")
    return Home(folder, database.create_database(f"cli_{uuid4().hex}", template))


def migrated_home(folder: Path) -> Home:
    """As `new_home`, with its tables there: `init` has little left to do, which saves it some seconds."""
    if os.environ.get("DATABASE_URL"):
        return Home(folder, database.create_database(f"cli_{uuid4().hex}", database.MIGRATED))
    return _migrated_file(folder)


def _migrated_file(folder: Path) -> Home:
    folder.mkdir(0o700, parents=True, exist_ok=True)
    database.copy_migrated(folder / "paicha.sqlite3")
    return Home(folder)


def new_home(folder: Path) -> Home:
    """An unused home; where the tests run on PostgreSQL, with an empty database on their server."""
    if os.environ.get("DATABASE_URL"):
        return Home(folder, database.create_database(f"cli_{uuid4().hex}"))
    return Home(folder)
