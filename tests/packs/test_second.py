"""Another county's pack from its clerks' files to its forms: nothing of the first pack is left in the code.

It has other forms, names, options and numbers, no groups, no phones, no outcomes, a printed date and a printed
several-choices question, a village form of its own, two stages, other paper, other rules and parameters.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from python_calamine import CalamineWorkbook
from tests.worlds.second import FAMILY_HEADER, FOLDER, LIUHE, OPENS, SCOPE, SHIYAN, workbook

from paicha.core.pack import Pack
from paicha.domain import clock
from paicha.domain.handover.round_opening import load_pack, open_round
from paicha.domain.intake.result import ImportResult
from paicha.domain.intake.services import Source, import_files
from paicha.domain.reports.export import export_area
from paicha.domain.responses.models import Finding
from paicha.domain.rounds.models import Round, RoundArea
from paicha.engines.screening import screen_file
from paicha.packs import read_pack


@pytest.fixture
def round_(db: None) -> Any:
    with clock.frozen(date(2024, 9, 3)):
        content, pack = load_pack(read_pack(str(FOLDER)), "tester")
        yield open_round(content, pack, OPENS, "tester"), pack


Opened = tuple[Round, Pack]


def take(*files: tuple[str, bytes]) -> ImportResult:
    return import_files([Source(name, data) for name, data in files], scope=SCOPE)


def said(result: ImportResult) -> list[tuple[str, str, str]]:
    """(code, cell, what was read) of what was refused."""
    return sorted((m.code, m.cell, m.read) for m in result.messages if m.severity == "hard")


def findings(severity: str) -> set[tuple[str, str]]:
    """(rule, who) of what is open."""
    rows = Finding.objects.filter(severity=severity, state="open").select_related("household", "village")
    return {(f.rule, f.household.head_name if f.household else f.village.name) for f in rows}


def test_its_clerks_files_are_read_checked_and_screened(round_: Opened) -> None:
    result = take(("柳河村.xlsx", LIUHE), ("石墕村.xlsx", SHIYAN))
    assert said(result) == [
        ("K05", "D8", "2091-10-01"),
        ("K11", "E6", "6"),
        ("K32", "E4", "6"),
        ("R01", "C7", "1或2"),
    ]
    counted = (result.rows, result.accepted, result.created, result.warned, result.refused)
    assert counted == (7, 4, 4, 1, 3)
    assert (result.forms, result.forms_refused) == (3, 1)
    assert findings("lead") == {
        ("L01", "张墕"), ("L02", "张墕"), ("L03", "张墕"), ("L05", "张墕"), ("L02", "孙丙"), ("L10", "柳河村"),
    }  # fmt: skip  # L04 waits for the end of the visits
    assert ("K06", "吴丁") in findings("soft")
    strong = Finding.objects.get(rule="L02", household__head_name="张墕")
    assert (strong.kind, strong.strength) == ("urgent", "strong")


def test_a_rule_that_waits_for_a_stage_comes_with_its_deadline(round_: Opened) -> None:
    with clock.frozen(date(2024, 9, 9)):
        take(("柳河村.xlsx", LIUHE))
    assert ("L04", "张墕") in findings("lead")


def test_the_village_is_compared_with_its_own_form(round_: Opened) -> None:
    take(("柳河村.xlsx", LIUHE))
    assert findings("soft") == {("K36", "柳河村")}  # two visited of five; K37: two alone, two rows


def test_a_row_on_the_other_form_is_refused_by_the_pack_s_own_words(round_: Opened) -> None:
    take(("柳河村.xlsx", LIUHE))
    moved = workbook(
        {"表": [["同住老人走访表"], ["柳河镇柳河村"], FAMILY_HEADER, [1, "李四", None, 3, 800, 1, "王五"]]}
    )
    result = take(("乙.xlsx", moved))
    assert [(m.code, m.message.partition("：")[2]) for m in result.messages if m.severity == "hard"] == [
        ("K30", "李四是独居老人，应填表甲（独居老人）")
    ]


def test_csv_and_roster_of_its_classes(round_: Opened) -> None:
    lines = ["东山乡东山村", "老人姓名,同住人数,类别", "郑戊,1,独居", "王己,4,同住", "冯庚,2,五保"]
    result = take(("名单.csv", "\n".join(lines).encode("gb18030")))
    assert (result.accepted, result.refused, said(result)[0][0]) == (2, 1, "R15")
    entries = dict(round_[0].roster.values_list("household__head_name", "form"))
    assert entries == {"郑戊": "alone_form", "王己": "family_form"}


def test_its_forms_come_out_and_come_back_unchanged(round_: Opened, tmp_path: Path) -> None:
    opened, _ = round_
    take(("柳河村.xlsx", LIUHE), ("石墕村.xlsx", SHIYAN))
    county = RoundArea.objects.get(round=opened, level="county")
    done = export_area(opened, county, "xlsx", tmp_path, scope=SCOPE, exporter="tester")
    assert len(done.files) == 1 + 2 + 5
    book = CalamineWorkbook.from_path(tmp_path / "990101101000-柳河镇/990101101201-柳河村.xlsx")
    assert book.sheet_names[:5] == ["表甲", "表乙", "表丙", "表丁", "表戊"]
    sources = [Source(str(f.relative_to(tmp_path)), path=str(f)) for f in sorted(tmp_path.rglob("*.xlsx"))]
    result = import_files(sources, scope=SCOPE)
    assert said(result) == []
    assert (result.accepted, result.conflicts, result.refused, result.unchanged) == (0, 0, 0, 4)
    pdf = export_area(opened, county, "pdf", tmp_path / "pdf", scope=SCOPE, exporter="tester")
    assert len(pdf.files) == 8


def test_its_answers_leave_as_columns_and_are_screened_without_a_database(
    round_: Opened, tmp_path: Path
) -> None:
    opened, pack = round_
    with clock.frozen(date(2024, 9, 9)):
        take(("柳河村.xlsx", LIUHE), ("石墕村.xlsx", SHIYAN))
    county = RoundArea.objects.get(round=opened, level="county")
    export_area(opened, county, "parquet", tmp_path, scope=SCOPE, exporter="tester")
    answers = pl.read_parquet(tmp_path / "answers.parquet")
    assert set(pack.answer_questions) <= set(answers.columns)
    assert answers.filter(pl.col("elder") == "张墕").select("born_on", "illnesses", "kids_away").row(0) == (
        date(1935, 3, 2), [1, 2], 3,
    )  # fmt: skip
    screen_file(tmp_path / "answers.parquet", tmp_path / "f.parquet", tmp_path / "r.parquet", pack)
    again = pl.read_parquet(tmp_path / "f.parquet").select("household_id", "rule").rows()
    stored = pl.read_parquet(tmp_path / "findings.parquet").select("household_id", "rule").rows()
    assert sorted(again) == sorted((id_, rule) for id_, rule in stored if id_)


def test_what_the_importer_says_itself_carries_the_pack_s_ids(round_: Opened) -> None:
    twice = workbook({"表": [["同住老人走访表"], ["柳河镇柳河村"], FAMILY_HEADER, *[
        [1, "李四", None, 3, 800, 1, "王五"], [2, "李四", None, 3, 900, 1, "王五"], [3, "", None, 3, 900, 1, "王五"],
    ]]})  # fmt: skip
    astray = workbook(
        {"表": [["同住老人走访表"], ["东山乡柳河村"], FAMILY_HEADER, [1, "李四", None, 3, 800, 1, "王五"]]}
    )
    roster = "东山乡东山村\n老人姓名,同住人数,类别\n,1,独居\n王己,99,同住\n".encode()
    result = take(("甲.xlsx", twice), ("乙.xlsx", astray), ("丙.csv", roster))
    assert sorted(result.codes().items()) == [("K01", 2), ("K03", 1), ("K30", 2), ("K31", 1)]
