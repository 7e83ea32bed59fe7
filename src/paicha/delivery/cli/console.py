"""Talking to the person at the terminal: sentences, progress, the one JSON line."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path
from typing import Any

import orjson

from paicha.core.refusal import Refusal


class CommandRefused(Refusal):
    """Nothing was done. Exit 2."""


def speak(text: str, *, error: bool = False) -> None:
    """One line to stdout, or to stderr."""
    print(text, file=sys.stderr if error else sys.stdout, flush=True)


def print_json(value: Any) -> None:
    """One JSON object on one line, last on stdout."""
    sys.stdout.write(orjson.dumps(value).decode() + "\n")
    sys.stdout.flush()


def system_user() -> str:
    """The name that the audit log shows for a command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


class ProgressLine:
    """One line that rewrites itself, on a terminal alone."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._shown = sys.stderr.isatty()

    def __call__(self, done: int, total: int, name: str = "") -> None:
        if not self._shown:
            return
        share = f"{done * 100 // max(total, 1):3d}%"
        sys.stderr.write(f"\r\033[K{self._what} {share} {done}/{total} {name[-40:]}")
        if done >= total:
            sys.stderr.write("\n")
        sys.stderr.flush()


def outside_cause(error: BaseException) -> str | None:
    """One sentence for what stopped a command from outside (disk, lock, rights, database); None for a fault of ours."""
    from paicha.domain.outage import outage

    found = outage(error)
    if found is None:
        return None
    return found.sentence(place=getattr(error, "filename", None) or str(home_folder())) + "。"


def home_folder() -> Path:
    """The home, without reading settings, which would make fresh keys in it; as `config.home` finds it."""
    return Path(os.environ.get("PAICHA_HOME") or "var").expanduser().absolute()


def setup_django() -> None:
    """Settings, apps; before any model is imported. Raises CommandRefused where the environment is wrong."""
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise CommandRefused("G05", said=error) from error
