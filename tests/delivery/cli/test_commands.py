"""Commands as the contract has them: what they end with, what they say, and where they say it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from tests.worlds.homes import SECOND, Home, initialised_home, migrated_home, new_home

from paicha.delivery.cli.main import COMMANDS, build_parser, main
from paicha.domain.clock import SHANGHAI

CSV = "柳河镇柳河村\n老人姓名,出生日期,同住人数,每月养老金,愿不愿意到食堂吃,走访人\n张墕,1948-05-06,3,120,1,王五\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """An initialised home of the second pack with one household."""
    made = new_home(tmp_path_factory.mktemp("commands") / "home")
    assert made.run("init", "--pack", SECOND, "--opens", "2024-09-01").code == 0
    return made


# arguments (a folder in place of {}), exit code, what stands on stdout, what on stderr
TABLE = [
    ("pack check shenmu_2022_spring", 0, "没有错误：7 张表，34 条规则", ""),
    ("pack check nowhere", 2, "", "请写方案包的名字或文件夹。（E66）"),
    ("pack check {broken}", 1, "共 1 处错误", ""),
    ("pack describe {broken}", 2, "", "方案包有 1 处错误"),
    ("pack describe shenmu_2022_spring", 0, "### S01 低收入未纳入", ""),
    ("screen --engine spark", 2, "", "--engine spark"),
    ("screen --input a.parquet", 2, "", "--findings 和 --rollup"),
    ("screen --input {}/none.parquet --findings {}/f --rollup {}/r", 2, "", "none.parquet"),
    ("screen --input {answers} --findings {}/f.parquet --rollup {}/r.parquet", 0, "2 户，1 条线索", ""),
    ("fly", 2, "", "命令写得不对"),
    ("init --opens yesterday", 2, "", "请写成 2022-03-10"),
    ("serve --port 99999", 2, "", "1 到 65535"),
    ("user create li --role 村干部", 2, "", "--areas"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "code", "out", "err"), TABLE)
def test_commands_that_need_no_database(
    line: str, code: int, out: str, err: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    for file in Path(SECOND).iterdir():
        (broken / file.name).write_bytes(file.read_bytes().replace(b"remark: notes", b"remark: note"))
    frame = {"household_id": ["a", "b"], "village": ["610881101201"] * 2, "form": ["general"] * 2}
    pl.DataFrame(frame | {"housing": [1, 2]}).write_parquet(tmp_path / "answers.parquet")
    words = line.replace("{broken}", str(broken)).replace("{answers}", str(tmp_path / "answers.parquet"))
    try:
        found = main(words.replace("{}", str(tmp_path)).split())
    except SystemExit as ended:  # argparse
        found = int(ended.code or 0)
    said = capsys.readouterr()
    assert (found, out in said.out, err in said.err) == (code, True, True), said
    assert code != 2 or not said.out


def test_every_command_of_the_table_has_its_parser() -> None:
    for name in COMMANDS:
        help_ = build_parser(name).format_help()
        assert name in help_


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("round status", "请先运行 paicha init"),
        ("import {}", "请先运行 paicha init"),
        ("audit verify", "请先运行 paicha init"),
        ("user create li --role 市级 --areas 990101", "请先运行 paicha init"),
        ("backup {}/b.zip", "请先运行 paicha init"),
        ("serve", "请先运行 paicha init"),
        ("restore {}/b.zip", "没有备份文件"),
    ],
)
def test_a_home_without_a_database_says_what_to_do(line: str, said: str, tmp_path: Path) -> None:
    done = Home(tmp_path / "home").run(*line.replace("{}", str(tmp_path)).split())
    assert (done.code, done.out) == (2, "")
    assert said in done.err and len(done.err.strip().splitlines()) == 1


def test_a_home_of_an_older_program_says_what_to_do_at_every_command(home: Home, tmp_path: Path) -> None:
    if home.database:
        pytest.skip("as on SQLite, whose file is easier to make older")
    old = Home(tmp_path / "old")
    shutil.copytree(home.folder, old.folder)
    with closing(sqlite3.connect(old.folder / "paicha.sqlite3")) as database:
        database.execute("DELETE FROM django_migrations WHERE app = 'responses' AND name LIKE '0004%'")
        database.commit()
    (tmp_path / "老人.csv").write_text(CSV, encoding="utf-8")
    lines = ("serve", "worker", "round status", "upload list", f"import {tmp_path}/老人.csv", "audit verify")
    for line in lines:
        done = old.run(*line.split())
        assert (done.code, done.out) == (2, ""), line
        assert "少 1 步升级" in done.err and "paicha init" in done.err and len(done.err.splitlines()) == 1
    assert old.run("backup", tmp_path / "b.zip").code == 0, "a backup comes before the upgrade"
    assert old.run("doctor").code == 1


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"DATABASE_URL": "mysql://x/y"}, "只支持 PostgreSQL"),
        ({"PAICHA_HOME": "/proc/paicha"}, "设置 PAICHA_HOME"),
    ],
)
def test_a_wrong_environment_is_one_sentence(variables: dict[str, str], said: str, tmp_path: Path) -> None:
    done = Home(tmp_path / "home").run("doctor", **variables)
    assert (done.code, done.out) == (2, "")
    assert said in done.err and "Traceback" not in done.err


@pytest.mark.django_db
def test_a_round_keeps_its_pack_until_another_round_is_opened_with_the_new_one(tmp_path: Path) -> None:
    home = initialised_home(tmp_path / "home", "--pack", SECOND, "--opens", "2024-09-01")
    changed = tmp_path / "changed"
    shutil.copytree(SECOND, changed)
    words = (changed / "pack.yaml").read_text(encoding="utf-8")
    (changed / "pack.yaml").write_text(words.replace("title: ", "title: 改过的", 1), encoding="utf-8")
    again = home.run("init", "--pack", changed)
    assert again.code == 0
    for said in (
        "已有",
        "方案包和这一轮存着的不一样",
        "这一轮仍用存着的",
        f"paicha round open --pack {changed}",
    ):
        assert said in again.out
    same = home.run("init", "--pack", SECOND)
    assert (same.code, "不一样" in same.out) == (0, False)
    kept = home.run("round", "open", "--opens", "2024-10-01")
    assert (kept.code, "改过的" in kept.out) == (0, False)
    opened = home.run("round", "open", "--pack", changed, "--opens", "2024-11-01")
    assert (opened.code, "改过的" in opened.out) == (0, True)
    assert "改过的" in home.run("round", "status").out


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("opens", "late"),
    [
        ([], True),
        (["--opens", "2024-01-05"], True),
        (["--opens", f"{datetime.now(SHANGHAI):%Y-%m-%d}"], False),
    ],
    ids=["the pack's own day", "an old day", "today"],
)
def test_init_warns_of_a_round_whose_stages_are_all_over(
    opens: list[str], late: bool, tmp_path: Path
) -> None:
    done = migrated_home(tmp_path / "home").run("init", *opens)
    assert (done.code, "paicha round open --opens" in done.err) == (0, late), done.err
    assert len(done.err.splitlines()) == int(late)


@pytest.mark.django_db
def test_an_upgrade_opens_no_round_of_the_shipped_pack(home: Home) -> None:
    before = home.run("round", "status", "--json").data
    upgraded = home.run("init")
    assert upgraded.code == 0
    assert upgraded.out.startswith("已有：清源县老年人关爱走访，2024-09-01 开始。\n")
    assert home.run("round", "status", "--json").data == before


@pytest.mark.django_db
def test_a_round_from_init_to_audit(home: Home, tmp_path: Path) -> None:
    again = home.run("init", "--pack", SECOND)
    assert (again.code, "已有" in again.out) == (0, True)
    (tmp_path / "乙.csv").write_text(CSV, encoding="utf-8")
    taken = home.run("import", tmp_path, "--json")
    assert (taken.code, taken.data["created"], taken.data["refused"]) == (0, 1, 0)
    assert "F16" not in {message["code"] for message in taken.data["messages"]}
    (tmp_path / "合影.jpg").write_bytes(b"x")
    again = home.run("import", tmp_path, "--json")
    (note,) = [message for message in again.data["messages"] if message["code"] == "F16"]
    assert (again.code, note["severity"], "合影.jpg" in note["message"]) == (0, "note", True)
    (tmp_path / "丙.csv").write_text(CSV.replace("张墕", "李四").replace("120", "1或2"), encoding="utf-8")
    refused = home.run("import", tmp_path / "丙.csv", "--json")
    assert (refused.code, refused.data["refused"]) == (1, 1)
    assert home.run("import", tmp_path / "nowhere.csv").code == 2
    status = home.run("round", "status", "--json").data
    assert (status["surveyed"], status["due"], status["leads"], status["stage"]) == (1, 0, 1, "review")
    screened = home.run("screen", "--json")
    assert (screened.code, screened.data) == (0, screened.data | {"villages": 5, "leads": 1})
    early = home.run("round", "open", "--opens", "2024-08-01")
    assert (early.code, "要在它之后" in early.err) == (2, True)
    verified = home.run("audit", "verify", "--json")
    assert (verified.code, verified.data["ok"], verified.data["revisions"]) == (0, True, 1)


@pytest.mark.django_db
def test_accounts_are_made_once_and_their_password_is_shown_once(home: Home) -> None:
    made = home.run(
        "user", "create", "wang", "--role", "村干部", "--areas", "990101101201,990101101202", "--json"
    )
    assert made.code == 0
    assert made.data | {"password": ""} == {
        "username": "wang", "role": "village_cadre", "areas": ["990101101201", "990101101202"], "password": "",
    }  # fmt: skip
    assert len(made.data["password"]) >= 12
    for arguments, said in [
        (("wang", "--role", "村干部", "--areas", "990101101201"), "已经存在"),
        (("zhou", "--role", "皇帝", "--areas", "990101101201"), "没有“皇帝”这个角色"),
        (("zhou", "--role", "村干部", "--areas", "990101"), "12 位的村代码"),
        (("zhou", "--role", "市级", "--areas", ","), "至少一个区划代码"),
    ]:
        done = home.run("user", "create", *arguments)
        assert (done.code, done.out, said in done.err) == (2, "", True), done


@pytest.mark.django_db
def test_doctor_finds_what_is_wrong(home: Home) -> None:
    good = home.run("doctor", "--json")
    assert (good.code, [c["name"] for c in good.data["checks"] if not c["ok"]]) == (0, []), good
    home.folder.chmod(0o755)
    try:
        open_ = home.run("doctor")
    finally:
        home.folder.chmod(0o700)
    assert open_.code == 1
    assert "不好 数据文件夹" in open_.out and f"请运行 chmod 700 {home.folder}" in open_.out


def test_a_token_for_another_program_is_shown_once_and_works(home: Home) -> None:
    home.run("user", "create", "machine", "--role", "村干部", "--areas", "990101101201", "--json")
    made = home.run("token", "create", "machine", "--days", "30", "--json")
    assert (made.code, len(made.data["token"])) == (0, 43)
    assert (
        home.run("token", "create", "nobody").code,
        home.run("token", "create", "machine", "--days", "0").code,
    ) == (2, 2)
    database = (home.folder / "paicha.sqlite3").read_bytes()
    assert made.data["token"].encode() not in database, "kept as a keyed digest alone"
