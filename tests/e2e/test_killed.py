"""An import that was killed and run again ends as an undisturbed one (SIGKILL, at any point).

Six points in the ordinary run, several of them one after the other in one home; `PAICHA_KILL_POINTS=30` takes
thirty, each in a home of its own. On PostgreSQL with `--db=postgres`.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.e2e.homes import Home, Outcome, county_of, new_home, outcome_of

HOUSEHOLDS = 3000  # from here on every kind of error is planted
FILES = 60  # of the county's; those with errors among them
DEFAULT_POINTS = 6
POINTS = int(os.environ.get("PAICHA_KILL_POINTS", DEFAULT_POINTS))
AT_ONCE = POINTS if POINTS <= DEFAULT_POINTS else 1  # kills in one home before it may end
DONE = "SELECT COUNT(*) FROM responses_villagesummary WHERE counted_at IS NOT NULL"
COUNTED = ("files", "rows", "refused", "skipped", "forms", "forms_refused")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some villages of a small county, those with planted errors among them."""
    whole, some = tmp_path_factory.mktemp("whole"), tmp_path_factory.mktemp("some")
    faulty = sorted({line["file"] for line in county_of(HOUSEHOLDS, whole) if line["kind"] == "error"})
    others = sorted(str(path.relative_to(whole)) for path in whole.rglob("*.xlsx"))
    for name in [*faulty, *(name for name in others if name not in faulty)][:FILES]:
        (some / name).parent.mkdir(exist_ok=True)
        shutil.copy(whole / name, some / name)
    return some


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return new_home(tmp_path_factory.mktemp("empty") / "home")


@pytest.fixture(scope="module")
def undisturbed(
    empty: Home, workbooks: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Outcome, int, dict[str, int]]:
    """The outcome of an import that nothing disturbs, its number of villages, what the command counted."""
    folder = tmp_path_factory.mktemp("undisturbed")
    home = empty.copy(folder / "home")
    result = home.json("import", workbooks, codes=(1,))
    assert result["refused"] > 0 and result["forms_refused"] > 0, "the files hold planted errors"
    counted = {name: result[name] for name in COUNTED}
    outcome = outcome_of(home, folder / "exports")
    assert outcome.counts["households"] == result["created"] and outcome.findings.height > 30
    return outcome, home.rows(DONE)[0][0], counted


def kill_after(home: Home, workbooks: Path, villages: int, moment: float) -> bool:
    """Start an import and kill it `moment` seconds after so many villages were stored; False: it was quicker."""
    with home.start("import", workbooks) as process:
        while process.poll() is None and home.rows(DONE)[0][0] < villages:
            time.sleep(0.005)
        time.sleep(moment)
        running = process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate(
            timeout=120
        )  # ends when the reading processes, which share its output, have ended
    return running


def moments(villages: int) -> list[list[tuple[int, float]]]:
    """Points over the whole import, before the first village and after the last but one too."""
    draw = random.Random(20220310)
    places = [round(n * (villages - 1) / max(POINTS - 1, 1)) for n in range(POINTS)]
    points = [(place, draw.uniform(0, 0.08)) for place in places]
    homes = max(1, POINTS // AT_ONCE)
    return [points[start::homes] for start in range(homes)]  # rising within a home


def test_a_killed_import_run_again_ends_as_an_undisturbed_one(
    empty: Home, workbooks: Path, undisturbed: tuple[Outcome, int, dict[str, int]], tmp_path: Path
) -> None:
    expected, villages, counted = undisturbed
    killed = []
    for number, points in enumerate(moments(villages)):
        home = empty.copy(tmp_path / f"home-{number}")
        for place, moment in points:
            if kill_after(home, workbooks, place, moment):
                killed.append(home.rows(DONE)[0][0])
            _whole_villages(home)
        result = home.json("import", workbooks, codes=(1,))
        same(outcome_of(home, tmp_path / f"exports-{number}"), expected)
        audit = home.json("audit", "verify")
        assert audit["ok"], audit["broken"]
        assert {name: result[name] for name in COUNTED} == counted
        assert result["conflicts"] == 0 and result["accepted"] == result["created"]
    assert len(killed) >= POINTS - 1, f"imports were over before they were killed: {killed}"
    assert len(set(killed)) > len(killed) // 2, f"the points fell together: {killed}"
    print(f"killed after villages: {killed}")


def test_a_killed_import_is_seen_at_once_and_ended_by_the_next(
    empty: Home, workbooks: Path, tmp_path: Path
) -> None:
    home = empty.copy(tmp_path / "home")
    assert kill_after(home, workbooks, 2, 0)
    (upload,) = home.json("upload", "list")["uploads"]
    assert upload["interrupted"] and upload["finished_at"] is None
    (found,) = [one for one in home.json("doctor", codes=(1,))["checks"] if one["name"] == "导入"]
    assert not found["ok"] and "中断" in found["said"]
    home.json("import", workbooks, codes=(1,))
    _, first = home.json("upload", "list")["uploads"]
    assert first["interrupted"] and first["finished_at"] is not None
    (found,) = [one for one in home.json("doctor", codes=(0, 1))["checks"] if one["name"] == "导入"]
    assert found["ok"]


def _whole_villages(home: Home) -> None:
    """Nothing half: every revision stands in a part of the audit chain, every village with answers is counted."""
    audit = home.json("audit", "verify")
    assert audit["ok"], audit["broken"]
    uncounted = home.rows(
        "SELECT COUNT(DISTINCT r.village_id) FROM responses_revision r JOIN responses_villagesummary s"
        " ON s.village_id = r.village_id WHERE s.counted_at IS NULL"
    )
    assert uncounted == [(0,)]


def same(found: Outcome, expected: Outcome) -> None:
    assert found.counts == expected.counts
    assert _differing(found.findings_stored, expected.findings_stored) == ([], [])
    assert _differing(found.summaries, expected.summaries) == ([], [])
    assert found.answers.equals(expected.answers)
    assert found.findings.equals(expected.findings)


def _differing(left: Sequence[object], right: Sequence[object]) -> tuple[list[object], list[object]]:
    return [x for x in left if x not in right], [x for x in right if x not in left]
