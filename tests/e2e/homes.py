"""Homes of their own, worked through the command as people run it: in another process, on either database."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import polars as pl
import psycopg
from tests import database
from tests.worlds.homes import initialised_home

import paicha
from paicha.demo import County, generate

OPENS = date(2022, 3, 10)
DAYS = (OPENS, date(2022, 3, 14))
COMMAND = [sys.executable, "-m", "paicha.delivery.cli.main"]
_AREAS = Path(paicha.__file__).parent / "packs" / "shenmu_2022_spring" / "areas.csv"

# What must come out the same however often an import was stopped; ids and times are left out.
COUNTS = {
    "households": "SELECT COUNT(*) FROM households_household",
    "roster": "SELECT COUNT(*) FROM rounds_rosterentry",
    "groups": "SELECT COUNT(*) FROM areas_group",
    "revisions": "SELECT COUNT(*) FROM responses_revision",
    "newest": "SELECT MAX(number) FROM responses_revision",
    "conflicts": "SELECT COUNT(*) FROM responses_conflict",
    "problems": "SELECT COUNT(*) FROM problems_problem",
    "parts": "SELECT COUNT(*) FROM audit_auditentry WHERE subject LIKE 'part:%'",
}
FINDINGS = (
    "SELECT a.code, COALESCE(h.head_name, ''), COALESCE(h.\"group\", ''), f.rule, f.severity, f.kind, f.state,"
    " f.fingerprint, f.detail FROM responses_finding f JOIN areas_area a ON a.id = f.village_id"
    " LEFT JOIN households_household h ON h.id = f.household_id"
)
SUMMARIES = "SELECT code, counts, leads, facts, figures, added FROM responses_villagesummary"


def county_of(households: int, folder: Path, seed: int = 1) -> list[dict[str, Any]]:
    """Write a demo county's workbooks into `folder`; returns what was planted."""
    return [dict(line) for line in generate(County(_AREAS, households, seed, DAYS), folder)]


@dataclass(frozen=True)
class Home:
    """A home in a folder; on PostgreSQL with a database of its own."""

    folder: Path
    url: str | None = None

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("PAICHA", "PYTEST"))
        }
        kept.pop("DATABASE_URL", None)
        kept.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
        kept["PAICHA_HOME"] = str(self.folder)
        return kept | ({"DATABASE_URL": self.url} if self.url else {})

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*COMMAND, *map(str, arguments)], env=self.environment, text=True, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *arguments: object, codes: Sequence[int] = (0,)) -> str:
        """What a command prints; it must end with one of `codes`."""
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=300)
        assert process.returncode in codes, f"{arguments} ended with {process.returncode}: {out}{err}"
        return out

    def json(self, *arguments: object, codes: Sequence[int] = (0,)) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run(*arguments, "--json", codes=codes).splitlines()[-1])
        return found

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of this home's database, read beside whatever runs."""
        if self.url:
            with psycopg.connect(self.url) as connection:
                return connection.execute(sql).fetchall()  # type: ignore[arg-type]
        address = f"file:{self.folder / 'paicha.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=30)) as connection:
            return connection.execute(sql).fetchall()

    def copy(self, folder: Path) -> Home:
        """The same home once more; nobody may be working in this one."""
        shutil.copytree(self.folder, folder)
        if not self.url:
            return Home(folder)

        name = urlsplit(self.url).path.lstrip("/")
        return Home(folder, database.create_database(f"{name[:30]}_{uuid4().hex[:12]}", name))


def embedded_home(folder: Path) -> Home:
    """An initialised home on the embedded database, its round opened."""
    return Home(initialised_home(folder, "--opens", OPENS, embedded=True).folder)


def new_home(folder: Path) -> Home:
    """An initialised home on the database that the tests run on, its round opened."""
    made = initialised_home(folder, "--opens", OPENS)
    return Home(made.folder, made.database)


@dataclass(frozen=True)
class Outcome:
    """What a home holds in the end, in terms that two homes share."""

    answers: pl.DataFrame
    findings: pl.DataFrame
    counts: dict[str, Any]
    findings_stored: list[tuple[Any, ...]]
    summaries: list[tuple[Any, ...]]


def outcome_of(home: Home, exports: Path) -> Outcome:
    """Exports with ids replaced by village, group and name; counts; every finding; every summary row."""
    home.run("export", "county", "--as", "parquet", "--output", exports)
    answers = pl.read_parquet(exports / "answers.parquet")
    findings = pl.read_parquet(exports / "findings.parquet")
    names = answers.select(
        "household_id", key=pl.concat_str("village", "group", "head_name", separator="/", ignore_nulls=True)
    )
    assert names["key"].is_unique().all(), "village, group and name must tell a household"
    named = [frame.join(names, on="household_id").drop("household_id") for frame in (answers, findings)]
    assert [frame.height for frame in named] == [answers.height, findings.height]
    counts = {name: home.rows(sql)[0][0] for name, sql in COUNTS.items()}
    summaries = [
        (row[0], *(json.loads(cell) if isinstance(cell, str) else cell for cell in row[1:]))
        for row in home.rows(SUMMARIES)
    ]
    return Outcome(
        named[0].sort("key"), named[1].sort("key", "rule"), counts, sorted(home.rows(FINDINGS)),
        sorted(summaries, key=lambda row: str(row[0])),
    )  # fmt: skip
