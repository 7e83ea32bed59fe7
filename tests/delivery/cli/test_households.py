"""`paicha household …`, as the contract has it: each act by a household's number, undone by the event's."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from tests.worlds.homes import SECOND, initialised_home

HEADER = "柳河镇柳河村\n老人姓名,出生日期,同住人数,每月养老金,愿不愿意到食堂吃,走访人\n"
ROWS = "张墕,1948-05-06,3,120,1,王五\n李川,1949-05-06,2,120,1,王五\n"


def test_moved_split_merged_closed_reopened_and_undone(tmp_path: Path) -> None:
    home = initialised_home(tmp_path / "home", "--pack", SECOND, "--opens", "2024-09-01")
    (tmp_path / "老人.csv").write_text(HEADER + ROWS, encoding="utf-8")
    assert home.run("import", tmp_path / "老人.csv", "--json").data["accepted"] == 2
    assert home.run("export", "county", "--as", "parquet", "--output", tmp_path / "out").code == 0
    one, other = pl.read_parquet(tmp_path / "out" / "answers.parquet")["household_id"].to_list()
    why = ("--reason", "核实过", "--json")
    moved = home.run("household", "move", one, "--group", "2", *why)
    assert (moved.code, moved.data["kind"], moved.data["household_id"]) == (0, "move", one)
    part = home.run("household", "split", one, "--head", "张小墕", *why).data
    assert (part["kind"], part["other_id"]) == ("split", one)
    assert home.run("household", "merge", one, "--into", other, *why).data["other_id"] == other
    closed = home.run("household", "close", other, "--cause", "dead", *why).data
    assert closed["to"] == "全户亡故"
    again = home.run("household", "reopen", other, *why).data
    assert home.run("household", "undo", closed["event"]).code == 2
    assert home.run("household", "undo", again["event"], "--json").data["undone"]
    assert "销户" in home.run("household", "history", other).out
    wrong = home.run("household", "move", "H00000000", "--group", "2", "--reason", "搬家")
    assert wrong.code == 2 and "没有这一户" in wrong.err
    assert home.run("audit", "verify").code == 0
