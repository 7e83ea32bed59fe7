"""Forms of label and value, a row each: the village's profile, the town's verification.

A value stands right of its label or behind it in the same cell; a printed unit may share its cell or
have one of its own; boxes and ticks count as written. A blank that is only printed stays null.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from paicha.core.normalise import fold
from paicha.core.pack import Pack, ProfileForm
from paicha.core.pack.forms import ProfileCell, Signer
from paicha.formats.reading.cell import BOXES, TICKS, Bad
from paicha.formats.reading.choices import key
from paicha.formats.reading.columns import ColumnParsers
from paicha.formats.reading.grid import Raw, address, visible_text
from paicha.formats.reading.labels import Label, SheetLabels, add_fault, missing_value, without_unit
from paicha.formats.reading.model import Value, VillageTable

Place = tuple[int, int]
_MARKS = re.compile(f"[{re.escape(TICKS + BOXES)}]")
_SIGN = r"(?:签字|签名|\(签字\)|\(盖章\))*"


class ProfileReader:
    """Reads one sheet into one table; lives for one sheet."""

    def __init__(
        self, pack: Pack, parsers: ColumnParsers, sheet: SheetLabels, form: ProfileForm, table: VillageTable
    ) -> None:
        self._pack = pack
        self._parsers = parsers
        self._sheet = sheet
        self._grid = sheet.grid
        self._form = form
        self._table = table

    def read(self) -> None:
        labels = [key(row.label) for row in self._form.rows]
        places = {row.label: self._sheet.find(row.label, labels) for row in self._form.rows}
        taken = {(place.row, place.column) for place in places.values() if place}
        for row in self._form.rows:
            place = places[row.label]
            if place is not None:
                self._read_row(place, row.cells, taken)
        for cell in self._form.lead:
            place = self._sheet.find(cell.before)
            if place is not None:
                self._read_lead(place, cell.question, taken)
        read_signers(self._pack, self._parsers, self._sheet, self._form.signers, self._table)

    def _read_row(self, place: Label, cells: Sequence[ProfileCell], taken: set[Place]) -> None:
        if any(cell.before for cell in cells):
            self._read_named(place, cells)
            return
        found = self._right_of(place, taken)
        if len(cells) > 1:
            self._read_counts(place, found, cells)
            return
        where = found[0][0] if found else (place.row, place.column + 1)
        self._set(cells[0].question, where, _single(found, cells[0].unit))

    def _right_of(self, place: Label, taken: set[Place]) -> list[tuple[Place, Raw]]:
        """What stands behind the label in its cell, then the cells right of it up to the next label."""
        found: list[tuple[Place, Raw]] = []
        if place.rest:
            found.append(((place.row, place.column), place.rest))
        row = self._grid.rows[place.row]
        for column in range(place.column + 1, len(row)):
            where = (place.row, column)
            if where in taken:
                break
            value = row[column]
            if where in self._sheet.missing or (value != "" and str(value).strip()):
                found.append((where, value))
        return found

    def _read_counts(
        self, place: Label, found: list[tuple[Place, Raw]], cells: Sequence[ProfileCell]
    ) -> None:
        """`120户350人` in one cell, `120 | 户 | 350 | 人`, or `120 | 350`."""
        units = {key(cell.unit) for cell in cells}
        own = [(where, value) for where, value in found if key(visible_text(value)) not in units]
        written = [(where, value) for where, value in own if fold(visible_text(value)).strip(" _")]
        if not written and not any(where in self._sheet.missing for where, _ in own):
            for offset, cell in enumerate(cells):
                self._set(cell.question, (place.row, place.column + 1 + offset), "")
            return
        joined = fold(" ".join(visible_text(value) for _, value in found)).replace("_", " ")
        pattern = r"\s*".join(rf"([^户人元个]*?)\s*{re.escape(cell.unit)}" for cell in cells)
        match = re.fullmatch(rf"\s*{pattern}[\s。.;；,，]*", joined)
        if len(own) == len(cells):
            for cell, (where, value) in zip(cells, own, strict=True):
                self._set(
                    cell.question, where, without_unit(value, cell.unit) if type(value) is str else value
                )
        elif match:
            for cell, text in zip(cells, match.groups(), strict=True):
                self._set(cell.question, own[0][0], text.strip(" ,，、"))
        else:
            label = self._pack.questions[cells[0].question].label
            bad = Bad("R08", joined.strip(), {"example": "".join(f"0{cell.unit}" for cell in cells)})
            add_fault(self._table, cells[0].question, own[0][0], bad, label)

    def _read_named(self, place: Label, cells: Sequence[ProfileCell]) -> None:
        """`存在问题：… 意见建议：…`, in one cell or in a cell each, over the rows of a merged label."""
        words = [cell.before.strip(" :：") for cell in cells]
        pattern = re.compile("|".join(rf"{re.escape(word)}\s*[:：]?" for word in words))
        pieces: dict[str, list[str]] = {word: [] for word in words}
        places: dict[str, Place] = {}
        current = words[0]
        for where, text in self._beside(place):
            at = 0
            for match in pattern.finditer(fold(text)):
                start = match.start() == 0 or fold(text)[match.start() - 1] in " \n。；;"
                if start or match[0][-1] in ":：":
                    pieces[current].append(text[at : match.start()])
                    current = next(word for word in words if match[0].startswith(word))
                    places.setdefault(current, where)
                    at = match.end()
            if text[at:].strip():
                places[current] = where if not "".join(pieces[current]).strip() else places[current]
            pieces[current].append(text[at:])
        for cell, word in zip(cells, words, strict=True):
            where = places.get(word, (place.row, place.column + 1))
            self._set(cell.question, where, "\n".join(part for part in pieces[word] if part.strip()).strip())

    def _beside(self, place: Label) -> list[tuple[Place, str]]:
        span = next((s for s in self._grid.merges if (s.top, s.left) == (place.row, place.column)), None)
        found: list[tuple[Place, str]] = [((place.row, place.column), place.rest)] if place.rest else []
        for row in range(place.row, min(span.bottom if span else place.row, len(self._grid.rows) - 1) + 1):
            for column, value in enumerate(self._grid.rows[row]):
                if column > place.column and value != "":
                    found.append(((row, column), visible_text(value)))
        return found

    def _read_lead(self, place: Label, question: str, taken: set[Place]) -> None:
        """`村类型：(脱贫村/一般村)`: what stands beside the label; the printed choice alone is no answer."""
        found = self._right_of(place, taken)
        text = " ".join(visible_text(value) for _, value in found).strip(" ()（）")
        where = (place.row, place.column) if place.rest or not found else found[0][0]
        mentioned = [o for o in self._pack.questions[question].options if key(o.label) in key(text)]
        if len(mentioned) > 1 and not _MARKS.search(text):
            text = ""
        self._set(question, where, text)

    def _set(self, name: str, where: Place, raw: Raw) -> None:
        set_value(self._pack, self._parsers, self._sheet, self._table, name, where, raw)


def set_value(
    pack: Pack, parsers: ColumnParsers, sheet: SheetLabels, table: VillageTable, name: str, where: Place, raw: Raw
) -> None:  # fmt: skip
    """Parse one cell of a village form into the table."""
    question = pack.questions[name]
    table.cells[name] = address(*where)
    if where in sheet.missing:
        add_fault(table, name, where, missing_value(sheet.grid, where), question.label)
        return
    if isinstance(raw, str):
        raw = raw.strip()
        if question.type in ("integer", "date") and re.fullmatch(r"[\s_年月日]*", raw):
            raw = ""
    parsed = parsers.memo(name).column([raw])[0]
    if isinstance(parsed, Bad):
        add_fault(table, name, where, parsed, question.label)
        return
    value: Value = list(parsed) if isinstance(parsed, tuple) else parsed
    table.values[name] = value


def _single(found: list[tuple[Place, Raw]], unit: str) -> Raw:
    """One value; its printed unit (人, 规范及时) may stand in a cell of its own or behind it."""
    own = [value for _, value in found if not unit or key(visible_text(value)) != key(unit)]
    if len(own) == 1 and not isinstance(own[0], str):
        return own[0]
    text = " ".join(visible_text(value) for value in own)
    return without_unit(text, unit) if unit else text


def read_signers(
    pack: Pack, parsers: ColumnParsers, sheet: SheetLabels, signers: Sequence[Signer], table: VillageTable
) -> None:
    """`支部书记签字：张三`, or the name in a next cell; several may share one line."""
    stops = "|".join(re.escape(_short(signer.label)) for signer in signers)
    for signer in signers:
        short = _short(signer.label)
        pattern = re.compile(
            rf"{re.escape(fold(short))}\s*{_SIGN}\s*[:：]?\s*(.*?)\s*(?=(?:{stops})\s*{_SIGN}\s*[:：]|$)",
            re.DOTALL,
        )
        for row, column, value, written in reversed(sheet.texts):
            if key(short) not in written or len(value) > 200:
                continue
            match = pattern.search(fold(value))
            if match is None:
                continue
            where, raw = _signature(sheet, row, column, match[1])
            set_value(pack, parsers, sheet, table, signer.question, where, raw)
            break


def _short(label: str) -> str:
    return re.sub(r"(?:签字|签名)$", "", label)


def _signature(sheet: SheetLabels, row: int, column: int, written: str) -> tuple[Place, Raw]:
    text = written.strip(" _\n:：,，;；")
    if text:
        return (row, column), text
    for right in range(column + 1, sheet.grid.width):
        value = sheet.grid.rows[row][right]
        if value != "" or (row, right) in sheet.missing:
            labelled = isinstance(value, str) and re.search(r"签字|签名|[:：]\s*$|领导|时间", value)
            return ((row, column), "") if labelled else ((row, right), value)
    return (row, column), ""
