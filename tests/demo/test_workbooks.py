"""The workbooks as another reader sees them: openpyxl, and nothing of paicha's own reading."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest
from openpyxl import load_workbook
from tests.demo.county import PACK_FOLDER, censuses, county

from paicha.demo import Truth, generate
from paicha.demo.areas import read_villages
from paicha.demo.generate import habits_of
from paicha.demo.habits import Habits, cell_writer, write_group, write_option

MADE = county(3_000)


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Truth]]:
    folder = tmp_path_factory.mktemp("workbooks")
    return folder, generate(MADE, folder)


def test_there_is_one_workbook_a_village_in_its_towns_folder(workbooks: tuple[Path, list[Truth]]) -> None:
    folder, _ = workbooks
    found = {str(path.relative_to(folder)) for path in folder.rglob("*.xlsx")}
    assert found == {village.path for village in read_villages(PACK_FOLDER / "areas.csv")}
    assert "610881109000-万镇/610881109200-万镇村委会.xlsx" in found


# What stands in a faulty cell, by rule: typed by hand. V20–V22 and V17–V18 are figures and tested below.
FAULTY = {
    "V01": {None},
    "V02": {6, 4, "5", 7, "3"},
    "V04": {-1, -2},
    "V06": {1, "1", "2,原因孩子上大学"},
    "V07": {"4", "3(高龄补贴)"},
    "V08": {"1、5"},
    "V09": {"2、4"},
    "V10": {None},
    "V12": {"1391234567", "159012345678"},
    "V14": {None},
    "V23": {"存在问题："},
    "V44": {3500, 12000},
    "unreadable": {"1或2", "不详", 1.5, "2或3", "三四口人"},
}


def test_each_errors_cell_holds_the_fault_and_its_row_the_household(
    workbooks: tuple[Path, list[Truth]],
) -> None:
    folder, truth = workbooks
    errors = [line for line in truth if line["kind"] == "error"]
    seen: dict[str, set[object]] = {}
    for line in errors:
        sheet_name, _, address = line["cell"].rpartition("!")
        sheet = load_workbook(folder / line["file"])[sheet_name]
        cell = sheet[address]
        seen.setdefault(line["rule"], set()).add(cell.value)
        if line["head_name"] is not None and line["rule"] != "V13":
            assert line["head_name"] in [other.value for other in sheet[cell.row]], line
        if line["rule"] == "V13":
            assert line["file"].split("/")[0].split("-")[1] not in cell.value
            assert sheet_name == "附件1-1补"
    for rule, values in FAULTY.items():
        assert seen[rule] == values, rule


def test_every_planted_household_stands_once_in_its_villages_workbook(
    workbooks: tuple[Path, list[Truth]],
) -> None:
    folder, truth = workbooks
    paths = {path.name.split("-")[0]: path for path in folder.rglob("*.xlsx")}
    for village in {line["village"] for line in truth if line["kind"] == "lead"}:
        book = load_workbook(paths[village], read_only=True)
        names = Counter(
            value for sheet in book for row in sheet.iter_rows(values_only=True) for value in row[1:4]
        )
        for line in truth:
            if line["village"] == village and line["kind"] == "lead" and line["head_name"] is not None:
                assert names[line["head_name"]] >= 1, line


def test_form_4_agrees_with_the_rows_but_where_a_fault_was_planted(
    workbooks: tuple[Path, list[Truth]],
) -> None:
    folder, truth = workbooks
    wrong = {line["file"]: line for line in truth if line["rule"] in {"V19", "V20", "V21", "V22"}}
    checked = 0
    for plan, census in censuses(MADE):
        if not plan.has_statistics:
            continue
        sheet = load_workbook(folder / plan.village.path, read_only=True)["附件4"]
        row = next(sheet.iter_rows(min_row=5, max_row=5, values_only=True))
        counted = [sum(r.form == form and r.is_surveyed for r in census.all_rows) for form in census.rows]
        by_form = dict(zip(census.rows, counted, strict=True))
        expected = [
            sum(counted),
            by_form["general"],
            by_form["lifted"],
            by_form["monitored"],
            plan.problem_rows,
        ]
        agrees = list(row[8:13]) == expected and row[3] == len(census.groups)
        rules = wrong.get(plan.village.path)
        if rules is None:
            assert agrees, plan.village.path
        elif rules["rule"] != "V21":
            assert not agrees, plan.village.path
        assert row[1] == plan.village.town and row[2] == plan.village.written
        checked += 1
    assert checked > 300


def test_forms_3_lists_as_many_problems_as_planned(workbooks: tuple[Path, list[Truth]]) -> None:
    folder, _ = workbooks
    for plan in MADE.plans()[:80]:
        sheet = load_workbook(folder / plan.village.path, read_only=True)["附件3"]
        texts = [row[2] for row in sheet.iter_rows(min_row=4, max_row=11, max_col=3, values_only=True)]
        assert sum(text not in {None, "", "无", "/", "-", "没有"} for text in texts) == plan.problem_rows


def test_every_habit_is_somewhere_in_a_county() -> None:
    made = county(110_000)
    habits = [habits_of(plan, 1) for plan in made.plans()]
    assert {h.choice for h in habits} >= {
        "number", "text", "dot", "comma", "bracket", "circled", "wide", "both", "label", "tick",
    }  # fmt: skip
    assert {h.insurance for h in habits} == {"one", "three"}
    assert {h.general_groups for h in habits} == {"block", "column", "sheet"}
    assert {h.other_groups for h in habits} == {"block", "column", "none"}
    assert {h.phone for h in habits} == {"text", "number", "dashes", "spaces"}
    assert {h.order for h in habits} == {"official", "phone_first", "remark_first"}
    assert {h.heading for h in habits} == {"forms", "plain", "empty"}
    assert 0.55 < sum(h.tidy for h in habits) / len(habits) < 0.75


@pytest.mark.parametrize(
    ("way", "written"),
    [
        ("number", 3), ("text", "3"), ("dot", "3."), ("comma", "3、"), ("bracket", "(3)"), ("circled", "③"),
        ("wide", "３"), ("both", "3.租房且安全"), ("label", "租房且安全"),
        ("tick", "□1.不安全 □2.自有住房且安全 ☑3.租房且安全"),
    ],
)  # fmt: skip
def test_a_choice_is_written_as_clerks_write_it(way: str, written: object) -> None:
    assert write_option("housing", 3, way) == written


@pytest.mark.parametrize(
    ("question", "habits", "answers", "written"),
    [
        ("civil_aid", Habits(), {"civil_aid": (1, 3)}, "1、3"),
        ("civil_aid", Habits(choice="circled", several=""), {"civil_aid": (1, 3)}, "①③"),
        ("civil_aid", Habits(several=""), {"civil_aid": (1, 3)}, "13"),
        ("civil_aid", Habits(choice="label"), {"civil_aid": (1, 4), "civil_aid_other": "高龄补贴"},
         "低保、其他:高龄补贴"),
        ("civil_aid", Habits(), {"civil_aid": (5,)}, 5),
        ("insurance", Habits(wording=1), {"insured_none": 0, "insured_resident": 4, "insured_employee": 1},
         "未参加0人,参加城乡居民医保4人,参加职工医保1人"),
        ("insurance", Habits(wording=5),
         {"population": 5, "insured_none": 0, "insured_resident": 4, "insured_employee": 1},
         "居民医保4人、职工医保1人"),
        ("insurance", Habits(wording=5),
         {"population": 5, "insured_none": 1, "insured_resident": 4, "insured_employee": 0},
         "未参加1人,参加城乡居民医保4人,参加职工医保0人"),
        ("major_expense", Habits(), {"major_expense": 1, "major_expense_reason": "大病住院"}, "1.有,原因大病住院"),
        ("major_expense", Habits(choice="label"), {"major_expense": 2}, "无"),
        ("phone", Habits(phone="number"), {"phone": "13912345678"}, 13912345678),
        ("phone", Habits(phone="dashes"), {"phone": "13912345678"}, "139-1234-5678"),
        ("phone", Habits(phone="number"), {"phone": "0912-8123456"}, "0912-8123456"),
        ("population", Habits(population="people"), {"population": 4}, "4人"),
        ("housing", Habits(), {}, None),
    ],
)  # fmt: skip
def test_a_cell_is_written_as_clerks_write_it(
    question: str, habits: Habits, answers: dict[str, object], written: object
) -> None:
    assert cell_writer(question, habits, Random(1))(answers) == written


@pytest.mark.parametrize(
    ("group", "writing", "written"),
    [("一组", "1", "1"), ("十二组", "1组", "12组"), ("二十组", "第1组", "第20组"), ("三组", "第一组", "第三组"),
     ("沟岔组", "1", "沟岔组"), ("二组", "一组", "二组")],
)  # fmt: skip
def test_a_group_is_written_as_people_do(group: str, writing: str, written: str) -> None:
    assert write_group(group, writing) == written
