"""A home of its own for commands that run as processes, on the database that the tests run on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
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


def migrated_home(folder: Path) -> Home:
    """As `new_home`, with its tables there on SQLite: `init` has little left to do, which saves it some seconds.

    The tables come from an earlier session of the tests; where there is none yet, `init` makes them.
    """
    made = new_home(folder)
    if made.database is None:
        folder.mkdir(0o700, parents=True, exist_ok=True)
        database.copy_migrated(folder / "paicha.sqlite3")
    return made


def new_home(folder: Path) -> Home:
    """An unused home; where the tests run on PostgreSQL, with an empty database on their server."""
    server = os.environ.get("DATABASE_URL")
    if not server:
        return Home(folder)

    name = f"cli_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    return Home(folder, urlunsplit(urlsplit(server)._replace(path=f"/{name}")))
