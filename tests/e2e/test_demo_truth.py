"""A synthetic county through the real import: what was planted is found, and nothing besides."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.homes import OPENS, Home, new_home

HOUSEHOLDS = 3000  # from here on every household rule that a workbook can carry is planted
LEADS = (
    'SELECT f.rule, a.code, h.head_name, h."group" FROM responses_finding f'
    " JOIN areas_area a ON a.id = f.village_id LEFT JOIN households_household h ON h.id = f.household_id"
    " WHERE f.severity = 'lead' AND f.rule <> 'S15' AND f.state <> 'lapsed'"
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Path, list[dict[str, Any]]]:
    """`paicha demo` with its workbooks and truth."""
    folder = tmp_path_factory.mktemp("demo")
    home = new_home(folder / "home")
    home.run(
        "demo", "--households", HOUSEHOLDS, "--opens", OPENS, "--truth", folder / "truth.json",
        "--workbooks", folder / "workbooks",
    )  # fmt: skip
    return home, folder / "workbooks", json.loads((folder / "truth.json").read_bytes())


@pytest.fixture(scope="module")
def imported(
    demo: tuple[Home, Path, list[dict[str, Any]]], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Home, dict[str, Any]]:
    """The same workbooks into an empty register, and what the command said."""
    home = new_home(tmp_path_factory.mktemp("fresh") / "home")
    return home, home.json("import", demo[1], codes=(1,))


def lead_keys(truth: list[dict[str, Any]]) -> Counter[tuple[str, str, str | None]]:
    return Counter((t["rule"], t["village"], t["head_name"]) for t in truth if t["kind"] == "lead")


def test_every_planted_lead_is_found_and_none_besides(
    demo: tuple[Home, Path, list[dict[str, Any]]], imported: tuple[Home, dict[str, Any]]
) -> None:
    planted = lead_keys(demo[2])
    found = Counter((rule, village, head) for rule, village, head, _ in imported[0].rows(LEADS))
    assert planted.total() > 100
    assert planted - found == Counter()
    assert found - planted == Counter()


def test_the_demo_home_itself_holds_the_leads_of_its_truth_by_id(
    demo: tuple[Home, Path, list[dict[str, Any]]],
) -> None:
    home, _, truth = demo
    stored = home.rows(
        "SELECT rule, household_id FROM responses_finding WHERE severity = 'lead' AND rule <> 'S15'"
        " AND state <> 'lapsed' AND household_id IS NOT NULL"
    )
    found = Counter((rule, str(id_).replace("-", "")) for rule, id_ in stored)
    leads = [t for t in truth if t["kind"] == "lead" and t["head_name"]]
    assert Counter((t["rule"], t["household_id"].replace("-", "")) for t in leads) == found


def test_every_planted_error_is_refused_at_its_cell_and_nothing_else_is(
    demo: tuple[Home, Path, list[dict[str, Any]]], imported: tuple[Home, dict[str, Any]]
) -> None:
    planted = {(t["file"], t["cell"]): t["rule"] for t in demo[2] if t["kind"] == "error"}
    hard = [m for m in imported[1]["messages"] if m["severity"] == "hard"]
    said = {(m["file"], f"{m['sheet']}!{m['cell']}"): m["code"] for m in hard}
    assert len(planted) > 20
    assert set(planted) - set(said) == set()
    assert {place: code for place, code in said.items() if place not in planted} == {}


def test_the_counts_of_the_import_add_up(
    demo: tuple[Home, Path, list[dict[str, Any]]], imported: tuple[Home, dict[str, Any]]
) -> None:
    home, result = imported
    assert result["rows"] == sum(result[n] for n in ("accepted", "unchanged", "conflicts", "refused"))
    assert (
        result["accepted"]
        == result["created"]
        == home.rows("SELECT COUNT(*) FROM households_household")[0][0]
    )
    assert result["files"] == len(list(demo[1].rglob("*.xlsx")))


def test_a_second_import_stores_nothing_new(
    demo: tuple[Home, Path, list[dict[str, Any]]], imported: tuple[Home, dict[str, Any]]
) -> None:
    home, first = imported
    tables = (
        "households_household",
        "responses_revision",
        "responses_finding",
        "responses_conflict",
        "problems_problem",
        "rounds_rosterentry",
    )
    before = [home.rows(f"SELECT COUNT(*) FROM {table}") for table in tables]
    second = home.json("import", demo[1], codes=(1,))
    assert (second["accepted"], second["created"], second["conflicts"]) == (0, 0, 0)
    assert second["unchanged"] == first["accepted"] + first["unchanged"]
    for name in ("rows", "refused", "skipped", "forms", "forms_refused"):
        assert second[name] == first[name], name
    assert [home.rows(f"SELECT COUNT(*) FROM {table}") for table in tables] == before
