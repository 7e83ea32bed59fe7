"""The scene of the seventh day in short: two towns of the county, some hundred households, built once a process."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.worlds.once import built_once

from paicha.delivery.cli.scene import Played, play
from paicha.packs import read_pack

TOWNS = ("610881103", "610881108")
HOUSEHOLDS = 1_400


def some_towns() -> dict[str, bytes]:
    """The pack with the areas of two towns alone."""
    files = dict(read_pack("shenmu_2022_spring"))
    head, *lines = files["areas.csv"].decode().splitlines()
    kept = [line for line in lines if line.startswith(TOWNS) or line[:12].endswith("000000")]
    return files | {"areas.csv": "\n".join([head, *kept, ""]).encode()}


@built_once
def day7(seed: int = 1) -> Played:
    """Play it in the test's database."""
    with TemporaryDirectory() as folder:
        return play(some_towns(), "day7", HOUSEHOLDS, seed, Path(folder))
