"""Who is at work: one owner under a name, told alive from dead in the moment in which a process is killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from paicha.domain.jobs.beats import alive, claim, fresh

HOLD = """
import sys, time
from pathlib import Path
from paicha.domain.jobs.beats import claim
with claim(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_killed_process_is_dead_at_once(tmp_path: Path) -> None:
    path = tmp_path / "try-import.1"
    assert not alive(path)
    with subprocess.Popen([sys.executable, "-c", HOLD, path], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        assert alive(path) and fresh(path)
        assert claim(path) is None
        process.kill()
    assert not alive(path)
    assert claim(path) is None, "a name is taken once, whoever had it"
    assert [file.name for file in tmp_path.iterdir()] == ["try-import.1"]


def test_of_many_at_once_one_gets_it(tmp_path: Path) -> None:
    together = Barrier(8)

    def take(_: int) -> bool:
        together.wait()
        beat = claim(tmp_path / "one")
        if beat is None:
            return False
        with beat:
            assert alive(beat.path)
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(8))) == 1
    assert not alive(tmp_path / "one")


def test_what_was_not_touched_for_a_minute_no_longer_moves(tmp_path: Path) -> None:
    beat = claim(tmp_path / "one")
    assert beat is not None
    with beat:
        os.utime(beat.path, times=(time.time() - 90,) * 2)
        assert alive(beat.path) and not fresh(beat.path)
        os.utime(beat.path, times=(time.time() + 3600,) * 2)
        assert not fresh(beat.path), "a clock that was set back"
