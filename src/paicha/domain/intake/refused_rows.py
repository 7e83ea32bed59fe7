"""Refused rows handed back: official layout, the text as typed, where it stood and why.

What holds: nothing that was refused is lost, nothing else is in the workbook, and corrected it can be
imported as it is. The raw text is read again from the file; an import keeps none of it in memory.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from paicha.core.identity import HIDDEN, MARK
from paicha.core.pack import HouseholdForm, Pack
from paicha.domain.intake.result import ImportResult, Refused
from paicha.domain.intake.source import Source
from paicha.domain.rounds.models import RoundArea
from paicha.domain.rounds.packs import pack_of
from paicha.domain.rounds.queries import current_round
from paicha.formats import documents, xlsx
from paicha.formats.reading import PERSONS, raw_rows, repeats_above
from paicha.formats.reading.person_words import LABELS, TOWN, VILLAGE

_UNPLACED = "未认出村的行"
_ROSTER, _PERSONS = "花名册", "人员名单"


def write_report(result: ImportResult, sources: Sequence[Source], folder: Path) -> list[Path]:
    """Write one workbook a village with refused rows (and one for rows of no known village) into `folder`.

    Returns the files written, none where nothing was refused. Raises OSError where the folder can't be used.
    """
    written = []
    for name, content in returned_workbooks(result, sources):
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        path.write_bytes(content)
        written.append(path)
    return written


def returned_workbooks(result: ImportResult, sources: Sequence[Source]) -> Iterable[tuple[str, bytes]]:
    """(file name, bytes) of each village's refused rows, in order of code."""
    round_ = current_round()
    if round_ is None or not result.refused_rows:
        return
    pack = pack_of(round_)
    areas = {area.code: area for area in RoundArea.objects.filter(round=round_)}
    by_name = {source.name: source for source in sources}
    villages: dict[str, list[Refused]] = defaultdict(list)
    for row in result.refused_rows:
        villages[row.village].append(row)
    for code, rows in sorted(villages.items()):
        area = areas.get(code)
        town = areas.get(area.parent_code) if area else None
        town_name, village_name = (town.name if town else ""), (area.spoken if area else "")
        raw = _raw_texts(pack, rows, by_name)
        sheets = list(_sheets(pack, rows, raw, town_name, village_name))
        name = f"{code}-{village_name}-退回.xlsx" if area else f"{_UNPLACED}-退回.xlsx"
        yield name, xlsx.write_refused(sheets, pack, title=f"{village_name or _UNPLACED} 退回")


Place = tuple[str, str, int]


def _raw_texts(
    pack: Pack, rows: Sequence[Refused], sources: Mapping[str, Source]
) -> dict[Place, Mapping[str, str]]:
    """Text by column letter of each row, read again, a sheet at a time."""
    wanted: dict[tuple[str, str], set[int]] = defaultdict(set)
    repeated: dict[tuple[str, str], set[str]] = defaultdict(set)
    names = [question.name for question in pack.questions.values() if repeats_above(pack, question)]
    names += ["_town", "_village", "_class"]
    for row in rows:
        wanted[(row.file, row.sheet)] |= {row.row, *row.rows}
        unread = {message.cell for message in row.messages if message.code == "R22"}
        cells = {f"{row.cells[name]}{row.row}" for name in names if name in row.cells}
        repeated[(row.file, row.sheet)] |= cells - unread
    found: dict[Place, Mapping[str, str]] = {}
    for (file, sheet), numbers in wanted.items():
        texts = raw_rows(sources[file].read(), file, sheet, numbers, repeated[(file, sheet)])
        found |= {(file, sheet, number): texts.get(number, {}) for number in numbers}
    return found


def _sheets(
    pack: Pack, rows: Sequence[Refused], raw: Mapping[Place, Mapping[str, str]], town: str, village: str
) -> Iterable[documents.RefusedSheet | documents.ListSheet]:
    forms: dict[str, list[Refused]] = defaultdict(list)
    for row in rows:
        forms[row.form].append(row)
    for name, form in pack.household_forms.items():
        if name in forms:
            returned = [_row(pack, form, row, raw[(row.file, row.sheet, row.row)]) for row in forms[name]]
            yield documents.RefusedSheet(form, town, village, returned)
    persons = forms.pop(PERSONS, [])
    if persons:
        yield _persons(persons, raw, town, village)
    others = [row for name, some in forms.items() if name not in pack.household_forms for row in some]
    if others:
        yield _roster(pack, others, raw, town, village)


def _row(pack: Pack, form: HouseholdForm, row: Refused, texts: Mapping[str, str]) -> documents.RefusedRow:
    values = {name: texts[letters] for name, letters in row.cells.items() if texts.get(letters)}
    for column in form.columns:  # one cell for several counts is handed back as one
        letters = {row.cells.get(part.question) for part in column.parts}
        if column.parts and len(letters) == 1 and (cell := letters.pop()) is not None:
            for part in column.parts:
                values.pop(part.question, None)
            if texts.get(cell):
                values[column.name] = texts[cell]
    if pack.roles.group and row.group:
        values.setdefault(pack.roles.group, row.group)
    if "_key" in values:
        values[documents.KEY] = values["_key"]
    return documents.RefusedRow(values, _place(row), _reason(row))


def _roster(
    pack: Pack, rows: Sequence[Refused], raw: Mapping[Place, Mapping[str, str]], town: str, village: str
) -> documents.ListSheet:
    """Rows of a roster, with the columns that a roster has."""
    roles = pack.roles
    asked = [
        ("镇街", "_town"), ("村", "_village"), ("组", "_group"), (pack.questions[roles.head].label, roles.head),
        ("家庭人口", roles.population), ("联系电话", roles.phone), ("类别", "_class"),
    ]  # fmt: skip
    listed = []
    for row in rows:
        texts = raw[(row.file, row.sheet, row.row)]
        values = [texts.get(row.cells.get(name or "", ""), "") for _, name in asked]
        values[0], values[1] = values[0] or town, values[1] or village
        listed.append([*values, _place(row), _reason(row)])
    headers = [label for label, _ in asked] + [documents.PLACE_LABEL, documents.REASON_LABEL]
    return documents.ListSheet(
        title="花名册退回",
        name=_ROSTER,
        headers=headers,
        widths=[10, 12, 8, 10, 8, 14, 12, 24, 50],
        rows=listed,
    )


def _persons(
    rows: Sequence[Refused], raw: Mapping[Place, Mapping[str, str]], town: str, village: str
) -> documents.ListSheet:
    """Households of lists with one row a person, whole, with the columns that are read; a line between two."""
    asked = [(labels[0], name) for name, labels in LABELS.items() if any(name in row.cells for row in rows)]
    listed = []
    for row in rows:
        for number in row.rows:
            texts = raw[(row.file, row.sheet, number)]
            values = {name: _without_mark(texts.get(row.cells.get(name, ""), "")) for _, name in asked}
            values |= {
                name: said for name, said in ((TOWN, town), (VILLAGE, village)) if not values.get(name, said)
            }
            place = f"{row.file} {row.sheet} 第{number}行"
            listed.append([*(values[name] for _, name in asked), place, _reason(row)])
    headers = [label for label, _ in asked] + [documents.PLACE_LABEL, documents.REASON_LABEL]
    return documents.ListSheet(
        title="人员名单退回",
        name=_PERSONS,
        headers=headers,
        widths=[*(12 for _ in asked), 24, 50],
        rows=listed,
    )


def _without_mark(text: str) -> str:
    """What a person typed, and nothing where an identity number stood: there is no more to correct."""
    return "" if text == HIDDEN or MARK in text or re.fullmatch(r"[0-9]{6}[*]{12}", text) else text


def _place(row: Refused) -> str:
    return f"{row.file} {row.sheet} 第{row.row}行"


def _reason(row: Refused) -> str:
    return "；".join(dict.fromkeys(message.message for message in row.messages))
