"""The twelve messy tables, typed without looking at the reader: every cell read as typed, none in silence.

What a rule refuses (V01 …) is not decided here: such rows must reach the rules, with what was read.
What has no single reading must be a fault at the expected cell.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from paicha.core.normalise import name_key
from paicha.core.pack import Pack
from paicha.formats.reading import HouseholdTable, ReadFile, VillageTable, read_file

MESSY = Path(__file__).parents[1] / "messy"
CASES = sorted(MESSY.glob("*.expected.yaml"))


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def place(at: str) -> tuple[str, int, str]:
    """`Sheet1!A7` → sheet, row, column letters; a csv has no sheet."""
    sheet, _, cell = at.rpartition("!")
    match = re.fullmatch(r"([A-Z]+)([0-9]+)", cell)
    assert match, at
    return sheet, int(match[2]), match[1]


def comparable(name: str, value: Any, pack: Pack) -> Any:
    """Telephones by digits, names without blanks, lists of names as lists."""
    if value is None or name not in pack.questions:
        return value if value is None or isinstance(value, int) else str(value)
    question = pack.questions[name]
    if question.format == "phone":
        return re.sub(r"[^0-9/]", "", str(value))
    if question.format == "person":
        return name_key(str(value))
    if question.format == "people":
        return [name_key(part) for part in re.split(r"[、,，;；\s]+", str(value))]
    return value if isinstance(value, int | list) else str(value)


def village_stem(name: str | None) -> str:
    return re.sub(r"(?:村民委员会|村委会|村)$", "", name or "")


@pytest.fixture(params=CASES, ids=lambda path: path.name.split("-")[0])
def case(request: pytest.FixtureRequest, pack: Pack) -> tuple[dict[str, Any], ReadFile, Pack]:
    path: Path = request.param
    expected = yaml.safe_load(path.read_text(encoding="utf-8"))
    name = expected["file"]
    return expected, read_file((MESSY / name).read_bytes(), name, pack), pack


def rows_of(found: ReadFile) -> dict[tuple[str, int], tuple[HouseholdTable, int, dict[str, Any]]]:
    return {
        (table.sheet, values["_row"]): (table, index, values)
        for table in found.tables
        if isinstance(table, HouseholdTable)
        for index, values in enumerate(table.frame.to_dicts())
    }


def fault_cells(found: ReadFile) -> set[tuple[str, str]]:
    return {(table.sheet, fault.cell) for table in found.tables for fault in table.faults}


def difference(want: dict[str, Any], got: dict[str, Any], pack: Pack) -> list[str]:
    keys = {k for k in (*want, *got) if not k.startswith("_")}
    return [
        f"{name}: expected {want.get(name)!r}, read {got.get(name)!r}"
        for name in sorted(keys)
        if comparable(name, want.get(name), pack) != comparable(name, got.get(name), pack)
    ]


def test_rows(case: tuple[dict[str, Any], ReadFile, Pack]) -> None:
    expected, found, pack = case
    rows = rows_of(found)
    wrong: list[str] = []
    for entry in expected["rows"]:
        sheet, number, _ = place(entry["at"])
        if (sheet, number) not in rows:
            wrong.append(f"{entry['at']}: not read")
            continue
        table, index, values = rows.pop((sheet, number))
        want = dict(entry["values"])
        if table.form == "roster":
            want["_class"] = want.pop("class", None)
            values["class"] = values["_class"]
            want["class"] = want["_class"]
        wrong += [f"{entry['at']} {line}" for line in difference(want, values, pack)]
        wrong += [f"{entry['at']}: {fault.sentence}" for fault in table.faults if fault.row_index == index]
        area = values["_village"] or table.headings.village
        if table.form != entry["form"] or values["_group"] != entry.get("group", values["_group"]):
            wrong.append(f"{entry['at']}: form {table.form}, group {values['_group']}")
        if area and village_stem(area) != village_stem(str(entry["village"])):
            wrong.append(f"{entry['at']}: village {area}")
    others = {place(e["at"])[:2] for e in (*expected["refused"], *expected.get("undecided", ()))}
    others |= {place(at)[:2] for at in expected["prefilled"]}
    for key, (_, _, values) in rows.items():
        if key not in others and values["_answered"]:
            wrong.append(f"{key}: read although it is no row: {values['head_name']}")
    for at in expected["prefilled"]:
        _, _, values = rows[place(at)[:2]]
        if values["_answered"]:
            wrong.append(f"{at}: counts as answered")
    assert not wrong, "\n".join(wrong)


def test_refused(case: tuple[dict[str, Any], ReadFile, Pack]) -> None:
    """Unreadable cells are faults; what a rule refuses is read, so that the rule can see it."""
    expected, found, _ = case
    rows, faults = rows_of(found), fault_cells(found)
    wrong = []
    for entry in expected["refused"]:
        sheet, number, _ = place(entry["at"])
        rules = as_list(entry["rule"])
        cells = {place(cell)[0] + "!" + cell.rpartition("!")[2] for cell in as_list(entry["cell"])}
        faulty = any(f"{s}!{cell}" in cells for s, cell in faults)
        if rules == ["unreadable"] and not faulty:
            wrong.append(f"{entry['at']} {entry['question']} {entry['read']}: no fault")
        in_table = (sheet, number) in rows or any(
            isinstance(table, VillageTable) and table.sheet == sheet for table in found.tables
        )
        if not in_table:
            wrong.append(f"{entry['at']}: neither read nor refused")
    assert not wrong, "\n".join(wrong)


def test_forms(case: tuple[dict[str, Any], ReadFile, Pack]) -> None:
    expected, found, pack = case
    wrong: list[str] = []
    tables = [table for table in found.tables if isinstance(table, VillageTable)]
    for entry in expected["forms"]:
        sheet, number, _ = place(entry["at"])
        here = [table for table in tables if table.sheet == sheet and table.form == entry["form"]]
        if not here:
            wrong.append(f"{entry['at']}: no {entry['form']}")
            continue
        table = here[0]
        want = dict(entry["values"])
        if entry["form"] == "statistics":
            index = next(
                (i for i, c in enumerate(table.row_cells) if any(v[1:] == str(number) for v in c.values())),
                -1,
            )
            if index < 0:
                wrong.append(f"{entry['at']}: row not read")
                continue
            got: dict[str, Any] = table.values | table.rows[index]
            area = got.pop("village_name")
            got.pop("town_name", None)
        else:
            area = table.headings.village
            problems = [{"type": kind, "text": text} for kind, text, _ in table.problems]
            got = dict(table.values) | ({"problems": problems} if problems or "problems" in want else {})
            if want.pop("problems", problems) != got.pop("problems", problems):
                wrong.append(f"{entry['at']}: problems {problems}")
            wrong += [f"{entry['at']}: {fault.sentence}" for fault in table.faults]
        wrong += [f"{entry['at']} {line}" for line in difference(want, got, pack)]
        if village_stem(str(area or "")) != village_stem(entry["village"]):
            wrong.append(f"{entry['at']}: village {area}")
    assert not wrong, "\n".join(wrong)
