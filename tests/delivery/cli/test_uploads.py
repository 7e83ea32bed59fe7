"""`paicha upload list` and `upload undo`, as the contract has them."""

from __future__ import annotations

from pathlib import Path

from tests.worlds.homes import SECOND, initialised_home

CSV = "柳河镇柳河村\n老人姓名,出生日期,同住人数,每月养老金,愿不愿意到食堂吃,走访人\n张墕,1948-05-06,3,120,{},王五\n"


def test_an_upload_is_listed_taken_back_and_the_second_time_is_harmless(tmp_path: Path) -> None:
    home = initialised_home(tmp_path / "home", "--pack", SECOND, "--opens", "2024-09-01")
    assert "还没有导入过" in home.run("upload", "list").out
    ids = []
    for answer in (1, 2):
        (tmp_path / "老人.csv").write_text(CSV.format(answer), encoding="utf-8")
        done = home.run("import", tmp_path / "老人.csv", "--json")
        assert (done.code, done.data["accepted"]) == (0, 1)
        ids.append(done.data["upload"])
    told = home.run("upload", "list", "--json").data["uploads"]
    assert [one["upload"] for one in told] == ids[::-1]
    assert told[0]["names"] == ["老人.csv"] and (told[0]["accepted"], told[0]["villages"]) == (1, 1)

    left = home.run("upload", "undo", ids[0], "--json")
    assert (left.code, left.data["removed"], left.data["left"][0]["reason"]) == (1, 0, "后来又改过")
    first = home.run("upload", "undo", ids[1], "--json").data
    assert (first["restored"], first["removed"], first["left"]) == (1, 0, [])
    again = home.run("upload", "undo", ids[1], "--json")
    assert (again.code, again.data["restored"], again.data["left"]) == (0, 0, [])
    assert "已撤回" in home.run("upload", "list").out
    assert home.run("audit", "verify").code == 0


def test_an_id_that_is_none(tmp_path: Path) -> None:
    home = initialised_home(tmp_path / "home", "--pack", SECOND, "--opens", "2024-09-01")
    for given, says in (("abc", "编号写得不对"), ("00000000-0000-0000-0000-000000000001", "没有这次导入")):
        done = home.run("upload", "undo", given)
        assert done.code == 2 and says in done.err and "Traceback" not in done.err
