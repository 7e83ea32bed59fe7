"""Village forms: the profile and the verification (label, value), the problem list, the statistics.

They are found by their own labels; a title or sheet name is enough only together with them. A value
stands right of its label, below it, or in the same cell; boxes and ticks count as written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from paicha.core import normalise
from paicha.core.catalogue import sentence
from paicha.core.normalise import fold
from paicha.core.pack import Pack, ProblemForm, ProfileForm, StatisticsForm
from paicha.formats.reading.cell import Bad
from paicha.formats.reading.choices import Chosen, key
from paicha.formats.reading.columns import ColumnParsers
from paicha.formats.reading.grid import Grid, Raw, address, typed
from paicha.formats.reading.headings import Collected, HeadingReader
from paicha.formats.reading.model import Fault, Value, VillageTable

_SCANNED_ROWS = 400
_LABEL_TAIL = r"\s*[:：]?\s*"
_ENTRY = re.compile(
    r"(?:^|[\n;；。])\s*(?:[(\[]?[0-9]{1,2}[)\].、．:：)]|[①-⑳]|[(][一二三四五六七八九十]+[)])\s*"
)
_TOTAL = re.compile(r"(?:合计|总计|小计|共计|全[镇市县街]|本[镇市县])")


@dataclass(slots=True)
class Label:
    """A printed label found on the sheet: where, and what follows it in its own cell."""

    row: int
    column: int
    rest: str


class VillageFormReader:
    """Reads village forms of one pack."""

    def __init__(self, pack: Pack, parsers: ColumnParsers, headings: HeadingReader) -> None:
        self._pack = pack
        self._parsers = parsers
        self._headings = headings
        self._silences = frozenset(pack.silences)

    def read(self, grid: Grid, file: str) -> VillageTable | None:
        """The village form that the sheet is, or None."""
        texts = _texts(grid)
        best: tuple[float, str] | None = None
        for name in self._pack.village_forms:
            score = self._score(name, texts, grid)
            if score >= 0.5 and (best is None or score > best[0]):
                best = (score, name)
        if best is None:
            return None
        form = self._pack.village_forms[best[1]]
        table = VillageTable(file, grid.sheet, form.name, self._heading(grid).headings())
        if isinstance(form, ProfileForm):
            _ProfileSheet(self._pack, self._parsers, grid, form, table).read()
        elif isinstance(form, ProblemForm):
            self._read_problems(grid, form, table)
        else:
            self._read_statistics(grid, form, table)
        return table

    def _score(self, name: str, texts: dict[str, tuple[int, int]], grid: Grid) -> float:
        """Share of the form's labels that the sheet has; its title tips the balance."""
        form = self._pack.village_forms[name]
        if isinstance(form, ProfileForm):
            labels = [row.label for row in form.rows] + [signer.label for signer in form.signers]
        elif isinstance(form, ProblemForm):
            labels = [entry.label for entry in form.types] + [form.headers[2]]
        else:
            labels = list(dict.fromkeys([f.group or f.label for f in form.figures]))
        joined = "\n".join(texts)
        found = sum(1 for label in labels if key(label) in joined)
        title = re.sub(r"\{\w+\}", "", form.title)
        extra = 0.15 if key(title) in joined.replace("\n", "") or key(title)[-5:] in joined else 0.0
        extra += 0.1 if key(form.sheet) == key(grid.sheet) or key(form.label) in key(grid.sheet) else 0.0
        return found / len(labels) + extra if found >= 2 else 0.0

    def _heading(self, grid: Grid) -> Collected:
        heading = Collected()
        for index, row in enumerate(grid.rows[:6]):
            for column, value in enumerate(row):
                if isinstance(value, str) and 1 < len(value) <= 80:
                    found = self._headings.read(value)
                    if (found.town and not heading.town) or (found.village and not heading.village):
                        found.group = None
                        heading.take(found, address(index, column), self._silences)
        return heading

    # 问题清单 ----------------------------------------------------------------------------------

    def _read_problems(self, grid: Grid, form: ProblemForm, table: VillageTable) -> None:
        types = {key(entry.label): entry.number for entry in form.types}
        header = _header_row(grid, form.headers)
        if header is None:
            return
        top, (_, type_column, text_column) = header
        filled = _filled(grid)
        current: int | None = None
        for row in range(top + 1, len(filled)):
            label = key(typed(filled[row][type_column]))
            current = types.get(label, None if label else current)
            if current is None:
                continue
            if (row, text_column) in grid.uncached | grid.broken:
                _cell_fault(table, "text", row, text_column, grid)
                continue
            text = normalise.text(typed(filled[row][text_column]), self._silences)
            own = row == 0 or not any(
                span.left == text_column and span.top < row <= span.bottom for span in grid.merges
            )
            if text and own:
                cell = address(row, text_column)
                table.problems += [(current, entry, cell) for entry in split_entries(text, self._silences)]
        _ProfileSheet.read_signers(self._pack, self._parsers, grid, form.signers, table)

    # 统计表 ------------------------------------------------------------------------------------

    def _read_statistics(self, grid: Grid, form: StatisticsForm, table: VillageTable) -> None:
        header = self._figures_header(grid, form)
        if header is None:
            return
        first, columns = header
        for row in range(first, len(grid.rows)):
            values = {name: grid.rows[row][column] for name, column in columns.items()}
            texts = [typed(value) for value in grid.rows[row] if value != ""]
            if not texts or any(signer.label[:4] in fold(text) for signer in form.signers for text in texts):
                continue
            if any(_TOTAL.match(key(text)) for text in texts[:3]):
                continue
            if len(texts) < 3:
                continue
            self._statistics_row(grid, form, table, row, columns, values)
        _ProfileSheet.read_signers(self._pack, self._parsers, grid, form.signers, table)

    def _statistics_row(
        self, grid: Grid, form: StatisticsForm, table: VillageTable, row: int,
        columns: dict[str, int], raw: dict[str, Raw],
    ) -> None:  # fmt: skip
        values: dict[str, int | str | None] = {}
        cells: dict[str, str] = {}
        for figure in form.figures:
            if figure.name not in columns or figure.source == "number":
                continue
            cell = cells[figure.name] = address(row, columns[figure.name])
            values[figure.name] = None
            if figure.source in ("town", "village", "remark"):
                values[figure.name] = normalise.text(typed(raw[figure.name]), self._silences)
                continue
            if (row, columns[figure.name]) in grid.uncached | grid.broken:
                _cell_fault(table, figure.name, row, columns[figure.name], grid, figure.label)
                continue
            parsed = self._parsers.count(raw[figure.name])
            if isinstance(parsed, Bad):
                words = {"label": figure.label, "read": parsed.read} | parsed.words
                table.faults.append(
                    Fault(None, figure.name, cell, parsed.code, parsed.read, sentence(parsed.code, **words))
                )
            else:
                values[figure.name] = parsed
        table.rows.append(values)
        table.row_cells.append(cells)

    def _figures_header(self, grid: Grid, form: StatisticsForm) -> tuple[int, dict[str, int]] | None:
        """First data row and the column of each figure, through grouped headers."""
        filled = _filled(grid)
        wanted = {(key(f.group or ""), key(f.label)): f.name for f in form.figures}
        for top, row in enumerate(filled[:_SCANNED_ROWS]):
            labels = {key(typed(value)) for value in row}
            hits = sum(1 for f in form.figures if key(f.group or f.label) in labels)
            if hits < 3:
                continue
            columns: dict[str, int] = {}
            last = top
            for column, upper in enumerate(row):
                for depth in (0, 1, 2):
                    if top + depth >= len(filled):
                        break
                    lower = key(typed(filled[top + depth][column]))
                    group = key(typed(upper)) if depth else ""
                    name = wanted.get((group, lower)) or (wanted.get(("", lower)) if not depth else None)
                    if name and name not in columns:
                        columns[name] = column
                        last = max(last, top + depth)
                        break
            if len(columns) >= max(3, len(form.figures) // 2):
                reach = [s.bottom for s in grid.merges if s.top == top and s.bottom > top]
                return max([last, *reach]) + 1, columns
        return None


class _ProfileSheet:
    """Reads label–value rows of one sheet into a table."""

    def __init__(
        self, pack: Pack, parsers: ColumnParsers, grid: Grid, form: ProfileForm, table: VillageTable
    ) -> None:
        self._pack = pack
        self._parsers = parsers
        self._grid = grid
        self._form = form
        self._table = table
        self._taken: set[tuple[int, int]] = set()

    def read(self) -> None:
        for row in self._form.rows:
            self._taken.update(
                (label.row, label.column) for label in _find(self._grid, row.label, self._form_labels())
            )
        for row in self._form.rows:
            self._read_row(row.label, [(c.question, c.unit, c.before) for c in row.cells])
        for cell in self._form.lead:
            self._read_lead(cell.question, cell.before)
        self.read_signers(self._pack, self._parsers, self._grid, self._form.signers, self._table)

    def _form_labels(self) -> set[str]:
        return {key(row.label) for row in self._form.rows}

    def _read_row(self, label: str, cells: list[tuple[str, str, str]]) -> None:
        places = _find(self._grid, label, self._form_labels())
        if not places:
            return
        place = places[0]
        if any(before for _, _, before in cells):
            self._read_named_parts(place, cells)
            return
        found = self._values_right_of(place)
        if len(cells) == 1:
            question, unit, _ = cells[0]
            joined = " ".join(typed(value) for _, value in found).strip() if found else ""
            address_of = found[0][0] if found else (place.row, place.column + 1)
            self._set(question, address_of, self._single(found, joined, unit))
            return
        self._read_counts(place, found, cells)

    def _single(self, found: list[tuple[tuple[int, int], Raw]], joined: str, unit: str) -> Raw:
        """One value right of a label; its printed unit and boxes may stand in cells of their own."""
        own = [value for _, value in found if key(typed(value)) != key(unit)]
        if len(own) == 1:
            value = own[0]
            if isinstance(value, str) and unit and key(value).endswith(key(unit)):
                return re.sub(rf"\s*{re.escape(fold(unit))}\s*$", "", fold(value)).replace("_", "")
            return value
        return joined.replace(unit, "") if unit and len(unit) > 1 else joined

    def _read_counts(
        self, place: Label, found: list[tuple[tuple[int, int], Raw]], cells: list[tuple[str, str, str]]
    ) -> None:
        """`120户350人` in one cell, `120 | 户 | 350 | 人`, or `120 | 350`."""
        joined = " ".join(typed(value) for _, value in found)
        folded = fold(joined).replace("_", " ")
        units = [unit for _, unit, _ in cells]
        pattern = r"\s*".join(rf"(?P<v{i}>[^户人元个]*?)\s*{re.escape(unit)}" for i, unit in enumerate(units))
        match = re.fullmatch(rf"\s*{pattern}\s*[。.;；,，]?\s*", folded)
        if match:
            for index, (question, _, _) in enumerate(cells):
                self._set(question, self._place_of(found, index), match[f"v{index}"].strip(" ,，、"))
            return
        own = [(where, value) for where, value in found if key(typed(value)) not in {key(u) for u in units}]
        if len(own) == len(cells):
            for (question, unit, _), (where, value) in zip(cells, own, strict=True):
                text = re.sub(rf"{re.escape(unit)}\s*$", "", value) if isinstance(value, str) else value
                self._set(question, where, text)
            return
        where = found[0][0] if found else (place.row, place.column + 1)
        if not own:
            for index, (question, _, _) in enumerate(cells):
                self._set(question, (place.row, place.column + 1 + index), "")
            self._uncached_right_of(place, [question for question, _, _ in cells])
            return
        label = self._pack.questions[cells[0][0]].label
        example = "".join(f"0{unit}" for unit in units)
        self._fault(cells[0][0], where, Bad("R08", joined, {"example": example}), label)

    def _uncached_right_of(self, place: Label, questions: list[str]) -> None:
        for offset, question in enumerate(questions):
            where = (place.row, place.column + 1 + offset)
            if where in self._grid.uncached | self._grid.broken:
                _cell_fault(self._table, question, *where, self._grid, self._pack.questions[question].label)

    @staticmethod
    def _place_of(found: list[tuple[tuple[int, int], Raw]], index: int) -> tuple[int, int]:
        numbers = [where for where, value in found if re.search(r"[0-9]", typed(value))]
        if len(numbers) > index:
            return numbers[index]
        return found[0][0]

    def _read_named_parts(self, place: Label, cells: list[tuple[str, str, str]]) -> None:
        """`存在问题：… 意见建议：…`, in one cell or in a cell each."""
        text, where = "", (place.row, place.column + 1)
        span = next((s for s in self._grid.merges if (s.top, s.left) == (place.row, place.column)), None)
        bottom = span.bottom if span else place.row
        for row in range(place.row, bottom + 1):
            for column, value in enumerate(self._grid.rows[row]):
                if (row, column) != (place.row, place.column) and isinstance(value, str) and value.strip():
                    text += "\n" + value
                    where = (row, column)
        text = place.rest + text
        words = [before.strip(" :：") for _, _, before in cells]
        pattern = "|".join(re.escape(word) for word in words)
        pieces = re.split(rf"(?:^|(?<=[\s。；;]))({pattern})\s*[:：]?", text)
        found = dict(zip(pieces[1::2], pieces[2::2], strict=True))
        for (question, _, _), word in zip(cells, words, strict=True):
            if word in found:
                self._set(question, where, found[word].strip(" \n"))
            elif word == words[0] and pieces[0].strip():
                self._set(question, where, pieces[0].strip(" \n"))
            else:
                self._set(question, where, "")

    def _read_lead(self, question: str, before: str) -> None:
        """`村类型：(脱贫村/一般村)`: what stands beside the label, its brackets removed."""
        places = _find(self._grid, before, set())
        if not places:
            return
        place = places[0]
        found = self._values_right_of(place)
        text = " ".join(typed(value) for _, value in found).strip(" ()（）")
        where = found[0][0] if found and not place.rest else (place.row, place.column)
        options = self._pack.questions[question].options
        mentioned = [o for o in options if key(o.label) in key(text)]
        if len(mentioned) > 1 and not re.search(r"[√✓✔☑■□]", text):
            text = ""  # the printed choice, nothing chosen
        self._set(question, where, text)

    def _values_right_of(self, place: Label) -> list[tuple[tuple[int, int], Raw]]:
        """What the label's own cell holds behind it, then the cells right of it up to the next label."""
        found: list[tuple[tuple[int, int], Raw]] = []
        if place.rest:
            found.append(((place.row, place.column), place.rest))
        row = self._grid.rows[place.row]
        for column in range(place.column + 1, len(row)):
            if (place.row, column) in self._taken:
                break
            value = row[column]
            if value != "" and not (isinstance(value, str) and not value.strip()):
                found.append(((place.row, column), value))
            elif (place.row, column) in self._grid.uncached | self._grid.broken:
                break
        return found

    def _set(self, name: str, where: tuple[int, int], raw: Raw) -> None:
        question = self._pack.questions[name]
        self._table.cells[name] = address(*where)
        if where in self._grid.uncached | self._grid.broken:
            _cell_fault(self._table, name, *where, self._grid, question.label)
            return
        if isinstance(raw, str):
            raw = raw.strip()
            if question.type in ("integer", "date") and re.fullmatch(r"[\s_年月日]*", raw):
                raw = ""
        parsed = self._parsers.memo(name)[raw if not isinstance(raw, bool) else str(raw)]
        if isinstance(parsed, Bad):
            self._fault(name, where, parsed, question.label)
            return
        value: Value = parsed
        if isinstance(parsed, Chosen):
            numbers = parsed.numbers
            value = None if numbers is None else list(numbers) if question.type == "choices" else numbers[0]
        self._table.values[name] = value

    def _fault(self, name: str, where: tuple[int, int], bad: Bad, label: str) -> None:
        words = {"label": label, "read": bad.read} | bad.words
        cell = address(*where)
        self._table.values[name] = None
        self._table.faults.append(Fault(None, name, cell, bad.code, bad.read, sentence(bad.code, **words)))

    @staticmethod
    def read_signers(
        pack: Pack, parsers: ColumnParsers, grid: Grid, signers: object, table: VillageTable
    ) -> None:
        """`支部书记签字：张三`, or the name in the next cell; several may share one line."""
        wanted = [(signer.question, signer.label) for signer in signers]  # type: ignore[attr-defined]
        stops = "|".join(re.escape(label) for _, label in wanted)
        for question, label in wanted:
            short = label.removesuffix("签字").removesuffix("签名")
            pattern = re.compile(
                rf"{re.escape(short)}\s*(?:签字|签名)?(?:\(盖章\))?\s*[:：]?\s*(.*?)(?=(?:{stops})|$)",
                re.DOTALL,
            )
            for row in range(len(grid.rows) - 1, max(-1, len(grid.rows) - 60), -1):
                found = _signature(grid, row, pattern, short)
                if found is None:
                    continue
                where, raw = found
                parsed = parsers.memo(question)[raw]
                table.cells[question] = address(*where)
                if isinstance(parsed, Bad):
                    words = {"label": label, "read": parsed.read} | parsed.words
                    text = sentence(parsed.code, **words)
                    table.values[question] = None
                    table.faults.append(
                        Fault(None, question, address(*where), parsed.code, parsed.read, text)
                    )
                else:
                    table.values[question] = parsed
                break


def _signature(
    grid: Grid, row: int, pattern: re.Pattern[str], short: str
) -> tuple[tuple[int, int], Raw] | None:
    for column, value in enumerate(grid.rows[row]):
        if not isinstance(value, str) or key(short) not in key(value):
            continue
        match = pattern.search(fold(value).strip())
        if match is None or (match.start() > 0 and "\n" not in value and len(match[1]) > 40):
            continue
        written = match[1].strip(" _\n:：,，;；")
        if written:
            return (row, column), written
        for right in range(column + 1, grid.width):
            other = grid.rows[row][right]
            if other != "":
                labelled = isinstance(other, str) and re.search(r"签字|[:：]\s*$", other)
                return ((row, column), "") if labelled else ((row, right), other)
        return (row, column), ""
    return None


def split_entries(text: str, silences: frozenset[str]) -> list[str]:
    """Problems written into one cell, one a line or numbered: `1.… 2.…`."""
    parts = _ENTRY.split(fold(text)) if _ENTRY.match(fold(text)) else fold(text).split("\n")
    if len(parts) <= 1:
        found = [text]
    else:
        found = [part.strip(" ;；\n") for part in parts]
    return [entry for part in found if (entry := normalise.text(part, silences))]


def _find(grid: Grid, label: str, others: set[str]) -> list[Label]:
    """Cells that are the label, or begin with it; a longer label of the form that begins alike is none."""
    wanted = key(label)
    found: list[Label] = []
    for row, values in enumerate(grid.rows[:_SCANNED_ROWS]):
        for column, value in enumerate(values):
            if not isinstance(value, str) or not value.strip():
                continue
            written = key(value)
            if written == wanted:
                found.insert(0, Label(row, column, ""))
            elif written.startswith(wanted) and not any(
                other != wanted and len(other) > len(wanted) and written.startswith(other) for other in others
            ):
                rest = _behind(value, wanted)
                if rest is not None:
                    found.append(Label(row, column, rest))
    return found


def _behind(value: str, wanted: str) -> str | None:
    """The text behind a label in its own cell, punctuation in between dropped."""
    folded, left = fold(value), len(wanted)
    for index, char in enumerate(folded):
        if char.isalnum():
            left -= 1
        if left == 0:
            rest = folded[index + 1 :]
            closing = re.match(r"^[^\w(]*\)?", rest)
            rest = rest[closing.end() :] if closing and rest[:1] in ")）" else rest
            separated = rest[:1] in ":： \n\t(_" or not rest
            return rest.strip(" :：\n\t_") if separated else None
    return None


def _texts(grid: Grid) -> dict[str, tuple[int, int]]:
    return {
        key(value): (row, column)
        for row, values in enumerate(grid.rows[:_SCANNED_ROWS])
        for column, value in enumerate(values)
        if isinstance(value, str) and value.strip()
    }


def _filled(grid: Grid) -> list[list[Raw]]:
    """Rows with merged cells spelt out."""
    rows = [list(row) for row in grid.rows[:_SCANNED_ROWS]]
    for span in grid.merges:
        if span.top >= len(rows) or span.left >= grid.width:
            continue
        value = rows[span.top][span.left]
        for row in range(span.top, min(span.bottom, len(rows) - 1) + 1):
            for column in range(span.left, min(span.right, grid.width - 1) + 1):
                rows[row][column] = value
    return rows


def _header_row(grid: Grid, headers: tuple[str, ...]) -> tuple[int, tuple[int, ...]] | None:
    """The row that holds the last two headers at least, and the column of each header."""
    for index, row in enumerate(grid.rows[:_SCANNED_ROWS]):
        places = {key(value): column for column, value in enumerate(row) if isinstance(value, str)}
        columns = tuple(places.get(key(header), -1) for header in headers)
        if min(columns[1:]) >= 0:
            return index, columns
    return None


def _cell_fault(
    table: VillageTable, name: str, row: int, column: int, grid: Grid, label: str = "具体问题"
) -> None:
    code = "R06" if (row, column) in grid.uncached else "R07"
    table.values[name] = None
    table.faults.append(Fault(None, name, address(row, column), code, "公式", sentence(code, label=label)))
