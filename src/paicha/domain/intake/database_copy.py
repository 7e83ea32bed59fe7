"""A moment's copy of the database, for work over many villages that nothing shall be left of.

Why: SQLite has one writer. Work that is rolled back in the end would keep everybody else from saving, a village at a
time, for as long as the work takes; on a copy it takes no lock at all. PostgreSQL locks rows, so that there only
whoever writes in the very village waits. What holds: the copy is its owner's alone, loses its name as soon as it is
whole, and is then gone with its process, however that ends; one that was cut short before goes with the next.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

_PREFIX = ".preview-"
_LONGEST_SECONDS = 3600.0  # that filling one could take
_PRAGMAS = (
    "PRAGMA locking_mode=EXCLUSIVE",  # nobody else knows the file
    "PRAGMA journal_mode=MEMORY",  # a journal beside it would have a name
    "PRAGMA synchronous=OFF",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-32768",
)


def has_one_writer() -> bool:
    """Whether all wait while one writes, so that long work does better on a copy."""
    return connections[DEFAULT_DB_ALIAS].vendor == "sqlite"


@contextmanager
def on_database_copy() -> Iterator[None]:
    """Within, this thread asks and writes a copy of the database on SQLite, on PostgreSQL the database itself.

    Raises the database's errors where it can't be copied.
    """
    live = connections[DEFAULT_DB_ALIAS]
    if not has_one_writer():
        yield
        return
    aside = _copy_of(live)
    connections[DEFAULT_DB_ALIAS] = aside
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = live
        aside.close()


def _copy_of(live: BaseDatabaseWrapper) -> BaseDatabaseWrapper:
    aside = live.copy()
    _tidy(Path(settings.PAICHA_HOME))
    with tempfile.NamedTemporaryFile(prefix=_PREFIX, dir=settings.PAICHA_HOME) as file:
        live.ensure_connection()
        with live.wrap_database_errors, closing(sqlite3.connect(file.name)) as copy:
            copy.execute(
                "PRAGMA synchronous=OFF"
            )  # it needn't outlive a power cut, nor make others wait for the disk
            live.connection.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # a copy of a database in WAL says that it is in WAL
        aside.settings_dict["NAME"] = file.name
        aside.settings_dict["OPTIONS"]["init_command"] = ";".join(_PRAGMAS)
        aside.ensure_connection()
    return aside


def _tidy(home: Path) -> None:
    """Delete copies whose process was killed while it filled them."""
    for left in home.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _LONGEST_SECONDS:
                left.unlink()
