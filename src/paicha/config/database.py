"""Which database a home uses: its own SQLite file, or the PostgreSQL that DATABASE_URL names.

A function of our own rather than a library: one address form, two outcomes, and a sentence in Chinese for
whoever mistypes it. What holds: the embedded database always runs in WAL with IMMEDIATE transactions, so that
a reader never waits for a writer and two writers queue instead of failing at their first write.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from paicha.core.refusal import Refusal

# synchronous=NORMAL under WAL keeps every committed transaction through a killed process; only a power cut can
# lose the last ones, never corrupt. cache_size is in KiB, journal_size_limit in bytes. No mmap: its pages would
# count as the program's memory, for no measured gain.
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-32768",
    "PRAGMA journal_size_limit=67108864",
)
SQLITE_BUSY_SECONDS = 30


class DatabaseAddressError(Refusal):
    """DATABASE_URL cannot be read."""


def sqlite_settings(file: Path) -> dict[str, Any]:
    """Django's settings for the SQLite file of a home."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "CONN_MAX_AGE": 600,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": SQLITE_BUSY_SECONDS,
            "init_command": ";".join(SQLITE_PRAGMAS),
        },
        # Tests run on a file too: WAL and its locks are part of what they test.
        "TEST": {"NAME": str(file.with_name("test.sqlite3"))},
    }


def from_url(url: str) -> dict[str, Any]:
    """Django's settings for `postgresql://user:password@host:port/name?option=value`.

    A socket directory goes into `?host=`; every other option (sslmode, …) is handed to libpq as it stands.
    Raises DatabaseAddressError.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise DatabaseAddressError("E01") from error
    if parts.scheme not in ("postgresql", "postgres"):
        raise DatabaseAddressError("E02", read=parts.scheme or "空")
    name = unquote(parts.path.lstrip("/"))
    if not name or "/" in name:
        raise DatabaseAddressError("E03")
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", None) or unquote(parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or options.pop("user", "")),
        "PASSWORD": unquote(parts.password or options.pop("password", "")),
        "HOST": host,
        "PORT": str(port or options.pop("port", "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def settings_for(home: Path, url: str | None) -> dict[str, Any]:
    """The one database of this home: PostgreSQL where `url` is given, else `<home>/paicha.sqlite3`."""
    return from_url(url) if url and url.strip() else sqlite_settings(home / "paicha.sqlite3")
