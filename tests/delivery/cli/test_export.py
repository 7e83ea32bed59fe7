"""`paicha export`: which files, with which names, what is in them, and what is written down about it."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from python_calamine import CalamineWorkbook
from tests.worlds.county import PROFILE, County, open_county, small_pack
from tests.worlds.homes import initialised_home

from paicha.delivery.cli import export
from paicha.delivery.cli.main import main
from paicha.domain import clock
from paicha.domain.audit.models import AuditEntry
from paicha.domain.audit.queries import verify
from paicha.domain.households.services import NewHousehold
from paicha.domain.reports import answers
from paicha.domain.reports.export import _FEW
from paicha.domain.responses.models import Finding
from paicha.domain.responses.services import decide_finding, screen
from paicha.domain.upkeep.health import findings
from paicha.engines import screen_file

POOR = {"income_band": 1, "civil_aid": [1], "insured_none": 1, "insured_resident": 3}


@pytest.fixture
def county(db: None, at_opening: datetime, monkeypatch: pytest.MonkeyPatch) -> County:
    """Two towns with two filled villages; a household is due, one was not met."""
    monkeypatch.setattr(export, "PROCESSES", 1)  # a worker would not see the database of a test
    known = NewHousehold("2", "赵六", "13900000002", 3, "general")
    made = open_county({0: [known]})
    first, second = made.villages[0], made.villages[4]
    group = {"group": "2"}
    made.submit(
        first,
        "general",
        [
            {"head_name": "张三", "surveyed_on": date(2022, 3, 10)} | group,
            {"head_name": "李墕"} | POOR | group,
            {"head_name": "王坬", "outcome": 7, "remark": "不开门"} | group,
        ],
    )
    made.submit(first, "lifted", [{"head_name": "钱一", "policies": "低保", "income_band": 2}])
    made.submit(second, "monitored", [{"head_name": "孙二", "risk_cleared": 1, "income_band": 1}])
    made.submit(second, "general", [{"head_name": "周三", "enrol": 1, "special": [5, 1]}])
    made.fill(first, "village_profile", PROFILE)
    return made


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    """The JSON line of a run that went well."""
    assert main(["export", *map(str, arguments), "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return found


def files_under(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def expected(county: County, suffix: str, *towns: int) -> list[str]:
    names = []
    for number in towns:
        town = county.towns[number]
        own = f"{town.code}-{town.name}"
        names.append(f"{own}/{own}.{suffix}")
        inside = [v for v in county.villages if v.parent_id == town.area_id]
        names += [f"{own}/{v.code}-{v.name}.{suffix}" for v in inside]
    return sorted(names)


def test_a_county_has_a_file_for_every_line_of_form_four(
    county: County, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = run(capsys, "county", "--as", "xlsx", "--output", tmp_path)
    assert files_under(tmp_path) == sorted(["county.xlsx", *expected(county, "xlsx", 0, 1)])
    assert {**result, "seconds": 0} == {
        "area": county.pack.county, "as": "xlsx", "output": str(tmp_path), "files": 9, "rows": 7, "unprintable": [],
        "seconds": 0,
    }  # fmt: skip
    book = CalamineWorkbook.from_path(tmp_path / "county.xlsx")
    assert book.sheet_names == ["附件4"]
    cells = book.get_sheet_by_name("附件4").to_python()
    total = next(row for row in reversed(cells) if "合计" in row)
    assert total[3:13] == [3, 6, 24, 5, 20, 5, 3, 1, 1, 0]


def test_a_villages_workbook_has_the_sheets_of_the_contract(
    county: County, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    village, town = county.villages[0], county.towns[0]
    run(capsys, "village", village.code, "--as", "xlsx", "--output", tmp_path / "new" / "folder")
    name = f"{town.code}-{town.name}/{village.code}-{village.name}.xlsx"
    assert files_under(tmp_path / "new" / "folder") == [name]
    made = tmp_path / "new" / "folder" / name
    book = CalamineWorkbook.from_path(made)
    visible = [sheet for sheet in book.sheet_names if re.match("附件|整改|线索|信息", sheet)]
    assert visible == [
        "附件1-1", "附件1-2", "附件1-3", "附件2", "附件3", "附件4", "整改台账", "线索清单", "信息变更"
    ]  # fmt: skip
    heads = str(book.get_sheet_by_name("附件1-1").to_python())
    assert all(name in heads for name in ("张三", "李墕", "王坬", "赵六"))
    assert made.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("level", "files"), [("village", 1), ("town", 4)])
def test_pdf_of_a_village_and_a_town(
    county: County, tmp_path: Path, capsys: pytest.CaptureFixture[str], level: str, files: int
) -> None:
    code = county.villages[0].code if level == "village" else county.towns[0].code
    result = run(capsys, level, code, "--as", "pdf", "--output", tmp_path)
    assert result["files"] == files
    for name in files_under(tmp_path):
        assert (tmp_path / name).read_bytes().startswith(b"%PDF-")


def test_our_own_workbooks_come_back_unchanged(
    county: County, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "village", county.villages[0].code, "--as", "xlsx", "--output", tmp_path)
    main(["import", str(tmp_path), "--json"])
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {key: result[key] for key in ("rows", "unchanged", "skipped", "refused", "forms_refused")} == {
        "rows": 4, "unchanged": 4, "skipped": 1, "refused": 0, "forms_refused": 0,
    }, result["messages"]  # fmt: skip


def test_an_export_is_one_audit_entry(
    county: County, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "town", county.towns[0].code, "--as", "xlsx", "--output", tmp_path)
    (entry,) = AuditEntry.objects.filter(action__startswith="export.")
    assert (entry.action, entry.subject, entry.count) == ("export.xlsx", f"area:{county.towns[0].code}", 5)
    assert entry.actor.startswith("operator:")
    assert len(entry.digest) == 64
    assert verify() == []


def test_what_broke_off_is_on_record(
    county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("paicha.domain.reports.export._village", full)
    assert main(["export", "county", "--as", "xlsx", "--output", str(tmp_path)]) == 2
    assert "No space left on device" in capsys.readouterr().err
    assert AuditEntry.objects.get(action="export.xlsx").count == 0
    assert files_under(tmp_path) == sorted(
        ["county.xlsx", *(name for name in expected(county, "xlsx", 0, 1) if name.count("-") == 2
                          and name.split("/")[0] == name.split("/")[1].removesuffix(".xlsx"))]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["village", "610881999999"], "本轮排查没有代码为“610881999999”的地方"),
        (["village", "TOWN"], "不能用 export village，请改用 export town"),
        (["town", "VILLAGE"], "不能用 export town，请改用 export village"),
    ],
)
def test_refusals_say_what_to_do(
    county: County, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    codes = {"TOWN": county.towns[0].code, "VILLAGE": county.villages[0].code}
    asked = [codes.get(word, word) for word in arguments]
    assert main(["export", *asked, "--as", "xlsx", "--output", str(tmp_path)]) == 2
    assert says in capsys.readouterr().err
    assert files_under(tmp_path) == []


def test_a_file_where_a_folder_should_be(
    county: County, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").write_text("x")
    asked = ["export", "county", "--as", "parquet", "--output", str(tmp_path / "taken")]
    assert main(asked) == 2
    assert "请换一个可写的文件夹" in capsys.readouterr().err


@pytest.mark.django_db
def test_without_a_round_nothing_is_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "county", "--as", "xlsx", "--output", str(tmp_path)]) == 2
    assert "paicha init" in capsys.readouterr().err


def test_parquet_has_a_row_for_everybody_who_answered(
    county: County, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "SLICE", 2)  # so that slices meet
    result = run(capsys, "county", "--as", "parquet", "--output", tmp_path)
    assert files_under(tmp_path) == ["answers.parquet", "findings.parquet"]
    assert result["rows"] == 6
    made = pl.read_parquet(tmp_path / "answers.parquet")
    assert made.columns[:6] == ["household_id", "village", "form", "head_name", "population", "phone"]
    assert made.columns[-3:] == ["deliberated", "enrolment_started", "measures"]
    assert set(made.columns[3:-3]) == set(county.pack.answer_questions)
    assert sorted(made["head_name"]) == sorted(["张三", "李墕", "王坬", "钱一", "孙二", "周三"])
    assert made["household_id"].is_sorted() and made["household_id"].str.len_chars().unique().to_list() == [
        36
    ]
    row = {r["head_name"]: r for r in made.iter_rows(named=True)}
    assert row["张三"]["surveyed_on"] == date(2022, 3, 10)
    assert (row["李墕"]["civil_aid"], row["张三"]["remark"], row["钱一"]["civil_aid"]) == ([1], None, None)
    assert (row["王坬"]["outcome"], row["周三"]["special"]) == (7, [1, 5])
    assert {r["village"] for r in row.values()} == {county.villages[0].code, county.villages[4].code}
    kinds = {name: made.schema[name] for name in ("income_band", "civil_aid", "population", "deliberated")}
    assert kinds["income_band"].is_integer() and kinds["population"].is_integer()
    assert kinds["civil_aid"] == pl.List(pl.Int16) and kinds["deliberated"] == pl.Boolean


def test_screening_the_answers_finds_what_the_database_found(
    county: County, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the village's deadline, so that S15 is shown in the round as `screen --input` shows it always."""
    monkeypatch.setattr(answers, "SLICE", 3)
    finding = Finding.objects.filter(rule="S01").first()
    assert finding is not None
    decide_finding(county.round, county.pack, finding, state="dismissed", reason="收入填错", actor="7")
    with clock.frozen(datetime(2022, 4, 1, 9, 0, tzinfo=clock.SHANGHAI)):
        for village in county.villages:
            screen(county.round, county.pack, village, "tester")
        run(capsys, "county", "--as", "parquet", "--output", tmp_path)
    screen_file(tmp_path / "answers.parquet", tmp_path / "again", tmp_path / "rollup", county.pack)
    found = pl.read_parquet(tmp_path / "findings.parquet")
    assert found.equals(pl.read_parquet(tmp_path / "again"))
    assert {"S01", "S06", "S09", "S13", "S15", "S19", "S29"} <= set(found["rule"])


@pytest.mark.parametrize(("level", "rows"), [("village", 4), ("town", 4)])
def test_parquet_of_a_part(
    county: County, tmp_path: Path, capsys: pytest.CaptureFixture[str], level: str, rows: int
) -> None:
    code = county.villages[0].code if level == "village" else county.towns[0].code
    assert run(capsys, level, code, "--as", "parquet", "--output", tmp_path)["rows"] == rows
    found = pl.read_parquet(tmp_path / "findings.parquet")
    assert found.height and set(found["village"]) == {county.villages[0].code}


@pytest.mark.slow
def test_workers_write_what_one_process_writes(tmp_path: Path) -> None:
    """A home of its own, since a worker reads the database of the home."""
    pack = tmp_path / "pack"
    pack.mkdir()
    for name, content in small_pack(villages=7).items():
        (pack / name).write_bytes(content)
    env = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    env["PAICHA_HOME"] = str(tmp_path / "home")

    def paicha(*arguments: object) -> None:
        command = [sys.executable, "-m", "paicha.delivery.cli.main", *map(str, arguments)]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 0, done.stderr

    initialised_home(tmp_path / "home", "--pack", pack, embedded=True)
    paicha("export", "county", "--as", "xlsx", "--output", tmp_path / "two")
    towns = sorted(folder.name for folder in (tmp_path / "two").iterdir() if folder.is_dir())
    for town in towns:  # few enough for one process
        paicha("export", "town", town.split("-")[0], "--as", "xlsx", "--output", tmp_path / "one")
    assert files_under(tmp_path / "two") == sorted(["county.xlsx", *files_under(tmp_path / "one")])
    assert len(files_under(tmp_path / "one")) >= 2 + _FEW
    for name in files_under(tmp_path / "one"):
        assert cells(tmp_path / "one" / name) == cells(tmp_path / "two" / name)


def cells(file: Path) -> list[Any]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(file.read_bytes()))
    return [(name, book.get_sheet_by_name(name).to_python()) for name in book.sheet_names]


def test_a_character_that_no_font_has_is_named(
    county: County, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No free font has U+323AF: the command says where it is, and doctor knows it from the register."""
    village, town = county.villages[0], county.towns[0]
    county.submit(village, "general", [{"head_name": "刘\U000323af", "remark": "\U0002ebf0村"}])
    found = run(capsys, "village", village.code, "--as", "pdf", "--output", tmp_path)
    assert found["unprintable"] == ["U+2EBF0", "U+323AF"]
    assert run(capsys, "village", village.code, "--as", "xlsx", "--output", tmp_path)["unprintable"] == []
    main(["export", "village", village.code, "--as", "pdf", "--output", str(tmp_path)])
    name = f"{town.code}-{town.name}/{village.code}-{village.name}.pdf"
    assert f"没有字体有“\U000323af”这个字，{name} 里写成 U+323AF" in capsys.readouterr().out
    names = [one for one in findings() if one.name == "名字里的字"]
    assert [(one.ok, one.said) for one in names] == [(False, "没有字体有这些字：\U000323af（U+323AF）")]
