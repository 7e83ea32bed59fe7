"""What stops work from outside the program: disk, lock, rights, connection. Which one an error means, and its sentence.

One place for every door: the command prints the sentence for whoever runs the server, the desk and the API the one
for whoever waits in front of a page or holds a phone. What holds: an error of our own is never taken for one of these.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from enum import Enum

from django.db import utils

from paicha.core.catalogue import sentence


class Outage(Enum):
    """The causes, with the codes of their sentences: for people at a page or phone, and for the command."""

    FULL = ("X04", "X14")
    BUSY = ("X05", "X15")
    READ_ONLY = ("X06", "X16")
    GONE = ("X07", "X17")
    DAMAGED = ("X08", "X18")

    def code(self, *, command: bool = False) -> str:
        return self.value[command]

    def sentence(self, *, place: str) -> str:
        """In words for whoever runs the command; `place`: the file, or the home."""
        return sentence(self.code(command=True), place=place)


_BY_ERRNO = {
    errno.ENOSPC: Outage.FULL, errno.EDQUOT: Outage.FULL, errno.EFBIG: Outage.FULL, errno.EIO: Outage.FULL,
    errno.EROFS: Outage.READ_ONLY, errno.EACCES: Outage.READ_ONLY, errno.EPERM: Outage.READ_ONLY,
}  # fmt: skip
# SQLite's texts (its codes are lost where Django raises anew) and, in lower case, those of libpq.
_BY_TEXT = (
    (("database is locked", "table is locked", "too many clients", "too many connections"), Outage.BUSY),
    (("database or disk is full", "disk i/o error", "no space left"), Outage.FULL),
    (("readonly database", "unable to open database file"), Outage.READ_ONLY),
    (("malformed", "not a database"), Outage.DAMAGED),
    (("invalid connection option", "invalid dsn", "invalid uri"), Outage.GONE),
    (("no such table", "no such column"), None),  # not made yet, or of another version: no outage
)
_FULL = ("os error 28", "os error 27", "os error 122", "no space left on device")
_BY_STATE = {  # PostgreSQL's SQLSTATE, by class or whole
    "53100": Outage.FULL, "53": Outage.BUSY, "40": Outage.BUSY, "55P03": Outage.BUSY, "57014": Outage.BUSY,
    "25006": Outage.READ_ONLY, "57P": Outage.GONE, "08": Outage.GONE, "28": Outage.GONE, "3D": Outage.GONE,
    "XX001": Outage.DAMAGED, "XX002": Outage.DAMAGED, "58": Outage.FULL,
}  # fmt: skip


def outage(error: BaseException | None) -> Outage | None:
    """Which outage an error means, by it and what caused it; None for any other error."""
    for one in _chain(error):
        found = _of_database(one) if _is_database(one) else None
        if isinstance(one, OSError) and one.errno is not None:
            found = _BY_ERRNO.get(one.errno)
        if found is None and any(words in str(one).lower() for words in _FULL):  # as libraries word it
            found = Outage.FULL
        if found is not None:
            return found
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what led to it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _is_database(error: BaseException) -> bool:
    if isinstance(error, utils.Error | sqlite3.Error):
        return True
    return type(error).__module__.startswith("psycopg")  # its COPY raises past Django's wrapper


def _of_database(error: BaseException) -> Outage | None:
    state = getattr(error, "sqlstate", None) or getattr(error.__cause__, "sqlstate", None) or ""
    for length in (5, 3, 2):
        if state[:length] in _BY_STATE:
            return _BY_STATE[state[:length]]
    text = str(error).lower()
    for words, found in _BY_TEXT:
        if any(word in text for word in words):
            return found
    lost = type(error).__name__ in ("OperationalError", "InterfaceError") and not state
    if lost and not isinstance(error.__cause__ or error, sqlite3.Error):
        return Outage.GONE  # libpq could not connect, or was cut off: no state comes with that
    return None
