"""Worker, web server, everything at once and the command die while they import: nothing hangs, is lost or doubled.

A kill counts when it fell between the first and the last write of its import. Three in the ordinary run (the command
has a test of its own); `PAICHA_KILLS=60` counts sixty, all in one home, which in the end equals one undisturbed.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.e2e.homes import Home, county_of, embedded_home, outcome_of
from tests.e2e.kills import COUNTY, Person, Server, look_at_the_calendar, sign_in, state_of, tray_of, until
from tests.e2e.test_killed import same

KILLS = int(os.environ.get("PAICHA_KILLS", "3"))
HOUSEHOLDS = 3000
AT_ONCE = 4  # files of an upload that the worker takes
KINDS = ("worker", "web", "everything", "import")

pytestmark = pytest.mark.slow


@dataclass
class Trial:
    """A home whose imports are killed."""

    home: Home
    server: Server
    person: Person
    draw: random.Random

    def revisions(self, upload: str = "") -> int:
        where = f" WHERE upload = '{upload}'" if upload else ""
        return int(self.home.rows(f"SELECT COUNT(*) FROM responses_revision{where}")[0][0])

    def unfinished(self, upload: str) -> bool:
        """Whether an import has written its first row and not its last."""
        sql = f"SELECT finished_at FROM responses_upload WHERE id = '{upload}'"
        return self.home.rows(sql) == [(None,)]

    def kill(self, kind: str, files: Sequence[Path]) -> bool:
        """Import these files, and kill; whether the kill counts. In the end they are in, however that went."""
        return self._command(files) if kind == "import" else self._upload(kind, files)

    def _upload(self, kind: str, files: Sequence[Path]) -> bool:
        code = files[0].name[:12] if kind == "web" else COUNTY
        where = self.person.upload(code, files)
        ready = until("a preview", lambda: self._ended(where, "ready"))
        upload = tray_of(where).hex
        self.person.get(where)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(self._confirm, where)  # an import within the request dies with its web process
            begun = self.unfinished if kind == "web" else self.revisions
            until("its first write", lambda: begun(upload), every=0.001)
            time.sleep(self.draw.uniform(0, 0.05))
            self.server.kill(*(("master", "web", "worker") if kind == "everything" else (kind,)))
            counts = self.unfinished(upload)
        if kind == "everything":
            self.server.process.wait(timeout=120)
            self.server.start()
        done = until("its end", lambda: self._ended(where, "done"))
        assert done["result"]["accepted"] == ready["result"]["accepted"], (
            kind,
            done["result"],
            ready["result"],
        )
        assert done["result"]["rows"] == ready["result"]["rows"]
        return counts

    def _confirm(self, where: str) -> None:
        with contextlib.suppress(OSError):
            self.person.post(f"{where}confirm/")

    def _ended(self, where: str, phase: str) -> dict[str, dict[str, int]] | None:
        state = state_of(self.home, where)
        assert state["phase"] in ("waiting", "running", "ready", phase), state
        return state if state["phase"] == phase else None

    def _command(self, files: Sequence[Path]) -> bool:
        before = self.revisions()
        with self.home.start("import", *files) as process:
            until(
                "its first write",
                lambda: process.poll() is not None or self.revisions() > before,
                every=0.001,
            )
            time.sleep(self.draw.uniform(0, 0.05))
            counts = process.poll() is None and self.revisions() > before
            process.kill()
            process.communicate(timeout=120)
        self.home.run("import", *files, codes=(0, 1))
        return counts


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    home = embedded_home(tmp_path / "home")
    session = sign_in(home)
    server = Server(home)
    yield Trial(home, server, Person(server, session), random.Random(20220310))
    server.stop()


def test_killed_at_any_point_it_ends_as_undisturbed(trial: Trial, tmp_path: Path) -> None:
    county_of(HOUSEHOLDS, tmp_path / "county")
    waiting = sorted((tmp_path / "county").rglob("*.xlsx"))
    trial.draw.shuffle(waiting)
    counted, tried, taken = Counter[str](), Counter[str](), []
    while sum(counted.values()) < KILLS:
        kind = min(KINDS, key=lambda name: (counted[name], KINDS.index(name)))
        n = 1 if kind == "web" else AT_ONCE
        assert len(waiting) >= n, f"no villages are left: {counted} of {tried} counted"
        files, waiting = waiting[:n], waiting[n:]
        tried[kind] += 1
        counted[kind] += trial.kill(kind, files)
        taken += files
    print(f"killed {dict(tried)}, between first and last write {dict(counted)}")
    assert until("all is well", trial.server.well)
    hanging = trial.home.rows(
        "SELECT COUNT(*) FROM django_tasks_database_dbtaskresult WHERE status IN ('READY', 'RUNNING')"
    )
    assert hanging == [(0,)]
    audit = trial.home.json("audit", "verify")
    assert audit["ok"], audit["broken"]
    together = tmp_path / "together"
    together.mkdir()
    for file in taken:
        shutil.copy(file, together / file.name)
    calm = embedded_home(tmp_path / "calm" / "home")
    calm.run("import", together, codes=(0, 1))
    for home in (trial.home, calm):
        look_at_the_calendar(home)
    same(outcome_of(trial.home, tmp_path / "killed-exports"), outcome_of(calm, tmp_path / "calm-exports"))
