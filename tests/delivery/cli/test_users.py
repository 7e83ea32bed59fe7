"""`paicha user import`, `list`, `reset`, `disable` and `paicha --version`, as the contract has them."""

from __future__ import annotations

from pathlib import Path

from tests.worlds.homes import migrated_home

import paicha

VILLAGE = "610881101201"
LIST = f"村,姓名,手机号,角色\n{VILLAGE},张三,13800000001,村干部\n{VILLAGE},李四,138,信息员\n"


def test_accounts_from_a_list_and_what_becomes_of_them(tmp_path: Path) -> None:
    home = migrated_home(tmp_path / "home")
    assert home.run("init").code == 0
    sheet = tmp_path / "名单.csv"
    sheet.write_text(LIST, encoding="utf-8")
    tried = home.run("user", "import", sheet, "--dry-run", "--json")
    assert (tried.code, tried.data["new"], tried.data["accounts"]) == (1, 1, [])
    done = home.run("user", "import", sheet, "--json")
    assert (done.code, done.data["new"], done.data["refused"]) == (1, 1, 1)
    assert done.data["messages"][0]["cell"] == "C3"
    first = done.data["accounts"][0]
    assert (first["username"], first["name"]) == ("13800000001", "张三") and len(first["password"]) == 14
    again = home.run("user", "import", sheet, "--json").data
    assert (again["new"], again["same"], again["accounts"]) == (0, 1, [])

    listed = home.run("user", "list", "--json").data["users"]
    assert [(one["username"], one["active"], one["last_sign_in"]) for one in listed] == [
        ("13800000001", True, None)
    ]
    assert listed[0]["work"][0].startswith("村干部 ")
    reset = home.run("user", "reset", "13800000001", "--json").data
    assert len(reset["password"]) == 14 != first["password"]
    assert home.run("user", "disable", "13800000001").code == 0
    assert "已停用" in home.run("user", "list").out
    for arguments in (("reset", "13900000000"), ("import", tmp_path / "无.csv")):
        refused = home.run("user", *arguments)
        assert refused.code == 2 and "请" in refused.err
    assert home.run("audit", "verify").code == 0


def test_the_version(tmp_path: Path) -> None:
    done = migrated_home(tmp_path / "home").run("--version")
    assert (done.code, done.out.strip()) == (0, f"paicha {paicha.__version__}")
