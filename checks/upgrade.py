"""A home made by an earlier tree, upgraded to this one: exports, counts and chains must be equal.

    python checks/upgrade.py REVISION [--households 1500]

Makes a demo county with the tree of REVISION (a git worktree in a temporary folder, run with the libraries that are
installed), exports it, then upgrades a copy of its home with `paicha init` of this tree and compares: every row of
the Parquet files, every cell of the county's workbook and of one village's, the rows of every table, and what
`paicha audit verify` says. Prints one line a comparison and ends with 1 where one differs. Not part of `make check`:
it needs the history of the repository, which a shallow clone lacks.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl
from python_calamine import CalamineWorkbook

ROOT = Path(__file__).resolve().parent.parent
GROWS = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "sqlite_sequence",
}  # an upgrade adds there


def paicha(tree: Path, home: Path, *words: str) -> str:
    """What a command of `tree` prints, run on `home`. Raises CalledProcessError with its words on stderr."""
    code = "import sys; from paicha.delivery.cli.main import main; sys.exit(main())"
    environment = os.environ | {"PYTHONPATH": str(tree / "src"), "PAICHA_HOME": str(home)}
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        env=environment,
        cwd=tree,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def exported(tree: Path, home: Path, folder: Path) -> None:
    """The county's Parquet files and workbooks below `folder`."""
    for kind in ("parquet", "xlsx"):
        paicha(tree, home, "export", "county", "--as", kind, "--output", str(folder / kind))


def counts(home: Path) -> dict[str, int]:
    """Rows of every table but those that any command adds to."""
    with sqlite3.connect(home / "paicha.sqlite3") as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for name in sorted(names)
            if name not in GROWS
        }


def cells(file: Path) -> list[tuple[str, list[list[object]]]]:
    """Every sheet of a workbook with its values."""
    book = CalamineWorkbook.from_path(str(file))
    return [(name, book.get_sheet_by_name(name).to_python()) for name in book.sheet_names]


def comparisons(old: Path, new: Path) -> Iterator[tuple[str, bool]]:
    """(what was compared, whether it is equal) for the files of two exports."""
    for file in sorted((old / "parquet").rglob("*.parquet")):
        mate = new / "parquet" / file.relative_to(old / "parquet")
        frames = [pl.read_parquet(path) for path in (file, mate)]
        order = [name for name in frames[0].columns if frames[0][name].dtype != pl.List]
        same = frames[0].sort(order).equals(frames[1].select(frames[0].columns).sort(order))
        yield f"{file.name}: {frames[0].height} rows, {frames[0].width} columns", same
    books = sorted((old / "xlsx").rglob("*.xlsx"))
    differing = [b for b in books if cells(b) != cells(new / "xlsx" / b.relative_to(old / "xlsx"))]
    yield f"workbooks: {len(books)} compared cell by cell, {len(differing)} differ", not differing
    for book in differing[:5]:
        print("   differs:", book.relative_to(old / "xlsx"))


def main() -> int:
    """Print a line a comparison; 1 where one differs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("revision")
    parser.add_argument("--households", type=int, default=1500)
    asked = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="paicha-upgrade-"))
    before = work / "tree"
    subprocess.run(["git", "worktree", "add", "--detach", str(before), asked.revision], cwd=ROOT, check=True)
    try:
        home, upgraded = work / "home", work / "upgraded"
        paicha(before, home, "demo", "--households", str(asked.households))
        shutil.copytree(home, upgraded)
        exported(before, home, work / "old")
        paicha(ROOT, upgraded, "init")
        exported(ROOT, upgraded, work / "new")
        lines = list(comparisons(work / "old", work / "new"))
        rows = [counts(home), counts(upgraded)]
        differing = {
            name: (rows[0][name], rows[1].get(name)) for name in rows[0] if rows[0][name] != rows[1].get(name)
        }
        lines.append(
            (
                f"tables: {len(rows[0])}, {sum(rows[0].values())} rows; different: {differing or 'none'}",
                not differing,
            )
        )
        chains = [
            json.loads(paicha(t, h, "audit", "verify", "--json").splitlines()[-1])
            for t, h in ((before, home), (ROOT, upgraded))
        ]
        lines.append((f"chains: {chains[0]} before, {chains[1]} after", chains[0] == chains[1]))
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", str(before)], cwd=ROOT, check=True)
        shutil.rmtree(work)
    for what, equal in lines:
        print("equal    " if equal else "DIFFERENT", what)
    return 0 if all(equal for _, equal in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
