"""Where paicha stands on a machine: its releases, the data beside them, the commands and services that run there.

What holds: a link says which release is in use; every command runs as the user that the data belong to.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SERVICES = ("paicha-web", "paicha-worker", "paicha-backup")
_STATE = """
import json, django
django.setup()
from django.db import connection
from paicha.domain.jobs.health import missing_migrations
from paicha.domain.jobs.queue import serving, working
made = bool(connection.introspection.table_names())
print(json.dumps({"made": made, "missing": missing_migrations(), "busy": serving() or working()}))
"""
# What PostgreSQL holds goes into a schema of its own name, and back; the embedded database lies in the home.
_RENAME = """
import sys, django
django.setup()
from django.db import connection
if connection.vendor == "postgresql":
    from django.db import transaction
    with transaction.atomic(), connection.cursor() as cursor:
        old, new = sys.argv[1:]
        if new == "public":
            cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute(f"ALTER SCHEMA {old} RENAME TO {new}")
        if old == "public":
            cursor.execute("CREATE SCHEMA public")
"""


class Refused(Exception):
    """Not done; its text is the one sentence."""


@dataclass(frozen=True)
class Place:
    """Where paicha stands on this machine, and what it runs there."""

    folder: Path

    @property
    def releases(self) -> Path:
        return self.folder / "releases"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def home(self) -> Path:
        return self.data / "home"

    def current(self) -> str | None:
        """The release in use, or None before the first."""
        link = self.folder / "current"
        return link.readlink().name if link.is_symlink() else None

    def switch(self, release: str) -> None:
        """Put another release in use, at once."""
        aside = self.folder / ".current"
        aside.unlink(missing_ok=True)
        aside.symlink_to(Path("releases") / release)
        aside.replace(self.folder / "current")

    def run(self, *words: str, program: str = "paicha") -> str:
        """What a command of the release in use prints. Raises Refused with its last words."""
        command = [str(self.folder / "bin/paicha"), *words]
        variables = os.environ | {
            "PAICHA_PROGRAM": program,
            "DJANGO_SETTINGS_MODULE": "paicha.config.settings",
        }
        done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False, cwd="/")
        if done.returncode:
            raise Refused(last_words(done))
        return done.stdout

    def state(self) -> dict[str, Any]:
        """Of the home, as the release in use sees it: whether it is `made`, steps `missing`, whether it is `busy`."""
        if not any(self.home.iterdir()):
            return {"made": False, "missing": 0, "busy": False}
        state: dict[str, Any] = json.loads(self.run("-c", _STATE, program="python"))
        return state


def last_words(done: subprocess.CompletedProcess[str]) -> str:
    """The last line of what a command said that failed."""
    said = (done.stderr.strip() or done.stdout.strip()).splitlines()
    return (
        said[-1].strip().removeprefix("cause: ").rstrip("。.")
        if said
        else f"{done.args[0]} {done.returncode}"
    )


def restore(place: Place, backup: Path, aside: str) -> None:
    """A backup in the place of the home, which is set aside. Raises Refused; then the home is as it was."""
    owner, kept = place.home.stat(), place.data / aside
    schema = re.sub("[^a-z0-9]", "_", aside.lower())
    place.run("-c", _RENAME, "public", schema, program="python")
    place.home.rename(kept)
    place.home.mkdir(mode=0o700)
    os.chown(place.home, owner.st_uid, owner.st_gid)
    try:
        place.run("restore", str(backup))
    except Refused:
        shutil.rmtree(place.home)
        kept.rename(place.home)
        place.run("-c", _RENAME, schema, "public", program="python")
        raise


def services_run() -> bool:
    """Whether systemd runs here, and we may tell it something."""
    return os.geteuid() == 0 and Path("/run/systemd/system").is_dir()


@contextmanager
def services_stopped(place: Place) -> Iterator[None]:
    """Stop the services of this place that run, and start them again, whatever happens between."""
    running = [name for name in _SERVICES if services_run() and _runs(place, name)]
    if running:
        subprocess.run(["systemctl", "stop", *running], check=False)
    try:
        yield
    finally:
        if running:
            subprocess.run(["systemctl", "start", *(n for n in running if n != "paicha-backup")], check=False)


def _runs(place: Place, name: str) -> bool:
    """Whether a service runs whose unit is this place's own."""
    command = ["systemctl", "show", "--property=FragmentPath,ActiveState", f"{name}.service"]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    unit = next(
        (line.partition("=")[2] for line in said.splitlines() if line.startswith("FragmentPath=")), ""
    )
    own = (place.folder / "systemd" / f"{name}.service").resolve()
    return bool(unit) and Path(unit).resolve() == own and "ActiveState=inactive" not in said
