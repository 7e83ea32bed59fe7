"""Forms of rows: the problem list (fixed types, free text) and the statistics (a village a row)."""

from __future__ import annotations

import re

from paicha.core import normalise
from paicha.core.pack import Pack, ProblemForm, StatisticsForm
from paicha.formats.reading.cell import Bad
from paicha.formats.reading.choices import key
from paicha.formats.reading.columns import ColumnParsers
from paicha.formats.reading.grid import Raw, address, visible_text
from paicha.formats.reading.labels import SheetLabels, add_fault, missing_value
from paicha.formats.reading.model import VillageTable
from paicha.formats.reading.oddities import oddity
from paicha.formats.reading.profile_form import read_signers

_NUMBERED = r"(?:[(\[]?[0-9]{1,2}[)\].、．:：]|[①-⑳]|[(][一二三四五六七八九十]+[)]|[一二三四五六七八九十]+、)"
_ENTRY = re.compile(rf"(?:^|[\n;；。])\s*{_NUMBERED}\s*")
_TOTAL = re.compile(r"(?:合计|总计|小计|共计|全[镇市县街]|本[镇市县])")


def read_problems(
    pack: Pack, parsers: ColumnParsers, sheet: SheetLabels, form: ProblemForm, table: VillageTable
) -> None:
    """Entries of each type; a cell holds one a line, or numbered ones."""
    types = {key(entry.label): entry.number for entry in form.types}
    header = _header_row(sheet, form.headers)
    if header is None:
        return
    top, columns = header
    number_column, type_column, text_column = columns
    filled = sheet.filled()
    own_text = {
        (row, text_column)
        for span in sheet.grid.merges
        if span.left <= text_column <= span.right
        for row in range(span.top + 1, span.bottom + 1)
    }
    signer_words = tuple(key(signer.label)[:4] for signer in form.signers)
    current: int | None = None
    for row in range(top + 1, len(filled)):
        label = key(visible_text(filled[row][type_column]))
        first = key(visible_text(filled[row][max(number_column, 0)]))
        if first.startswith(signer_words) or label.startswith(signer_words):
            break
        current = types.get(label) or (_nearest_type(label, types) if label else current)
        where = (row, text_column)
        if current is None:
            continue
        if where in sheet.missing:
            add_fault(table, "text", where, missing_value(sheet.grid, where), form.headers[2])
        elif bad := oddity(filled[row][text_column]):
            add_fault(table, "text", where, bad, form.headers[2])
        elif where not in own_text:
            text = normalise.text(visible_text(filled[row][text_column]), pack.silences)
            for entry in split_entries(text, frozenset(pack.silences)) if text else ():
                table.problems.append((current, entry, address(*where)))
    read_signers(pack, parsers, sheet, form.signers, table)


def _nearest_type(label: str, types: dict[str, int]) -> int | None:
    """A type written without its 方面, or a little differently."""
    found = {number for name, number in types.items() if len(label) >= 4 and (label in name or name in label)}
    return found.pop() if len(found) == 1 else None


def _header_row(sheet: SheetLabels, headers: tuple[str, ...]) -> tuple[int, tuple[int, ...]] | None:
    """The row that holds the last two headers at least, and the column of each."""
    rows: dict[int, dict[str, int]] = {}
    for row, column, _, written in sheet.texts:
        rows.setdefault(row, {}).setdefault(written, column)
    for row, places in rows.items():
        columns = tuple(places.get(key(header), -1) for header in headers)
        if min(columns[1:]) >= 0:
            return row, columns
    return None


def split_entries(text: str, silences: frozenset[str]) -> list[str]:
    """Problems written into one cell, one a line or numbered: `1.… 2.…`."""
    starts = list(_ENTRY.finditer(text))
    if starts and not text[: starts[0].start()].strip():
        ends = [match.start() for match in starts[1:]] + [len(text)]
        parts = [text[match.end() : end].strip(" ;；\n") for match, end in zip(starts, ends, strict=True)]
    else:
        parts = text.split("\n")
    return [entry for part in parts if (entry := normalise.text(part, silences))]


def read_statistics(
    pack: Pack, parsers: ColumnParsers, sheet: SheetLabels, form: StatisticsForm, table: VillageTable
) -> None:
    """A row a village; totals and signatures are left out."""
    header = _figures_header(sheet, form)
    if header is None:
        return
    first, columns = header
    signers = tuple(key(signer.label)[:4] for signer in form.signers)
    for row in range(first, len(sheet.grid.rows)):
        texts = [key(visible_text(value)) for value in sheet.grid.rows[row] if value != ""]
        if any(text.startswith(signers) for text in texts):
            break
        missing = any((row, column) in sheet.missing for column in columns.values())
        if (len(texts) < 3 and not missing) or any(_TOTAL.match(text) for text in texts[:3]):
            continue
        raw = {name: sheet.grid.rows[row][column] for name, column in columns.items()}
        _statistics_row(pack, parsers, sheet, form, table, row, columns, raw)
    read_signers(pack, parsers, sheet, form.signers, table)


def _statistics_row(
    pack: Pack, parsers: ColumnParsers, sheet: SheetLabels, form: StatisticsForm, table: VillageTable,
    row: int, columns: dict[str, int], raw: dict[str, Raw],
) -> None:  # fmt: skip
    values: dict[str, int | str | None] = {}
    cells: dict[str, str] = {}
    for figure in form.figures:
        if figure.name not in columns or figure.source == "number":
            continue
        where = (row, columns[figure.name])
        cells[figure.name] = address(*where)
        values[figure.name] = None
        label = f"{figure.group or ''}{figure.label}"
        if where in sheet.missing:
            add_fault(table, figure.name, where, missing_value(sheet.grid, where), label)
        elif figure.source in ("town", "village"):
            values[figure.name] = normalise.place(visible_text(raw[figure.name]), pack.silences)
        elif figure.source == "remark":
            values[figure.name] = normalise.text(visible_text(raw[figure.name]), pack.silences)
        else:
            parsed = parsers.count(raw[figure.name])
            if isinstance(parsed, Bad):
                add_fault(table, figure.name, where, parsed, label)
            else:
                values[figure.name] = parsed
    table.rows.append(values)
    table.row_cells.append(cells)


def _figures_header(sheet: SheetLabels, form: StatisticsForm) -> tuple[int, dict[str, int]] | None:
    """First data row and the column of each figure, through grouped headers."""
    filled = sheet.filled()
    wanted = {(key(f.group or ""), key(f.label)): f.name for f in form.figures}
    uppers = {key(f.group or f.label) for f in form.figures}
    for top, row in enumerate(filled):
        written = [key(visible_text(value)) for value in row]
        if len(uppers & set(written)) < 3:
            continue
        columns: dict[str, int] = {}
        last = top
        for column in range(1, len(written)):  # a grouped header reaches right over blanks, merged or not
            written[column] = written[column] or written[column - 1]
        for column, upper in enumerate(written):
            for depth in range(min(3, len(filled) - top)):
                lower = key(visible_text(filled[top + depth][column]))
                name = wanted.get((upper if depth else "", lower)) or wanted.get(("", lower))
                if name and name not in columns:
                    columns[name] = column
                    last = max(last, top + depth)
                    break
        if len(columns) >= max(3, len(form.figures) // 2):
            reach = [span.bottom for span in sheet.grid.merges if span.top == top < span.bottom]
            return max([last, *reach]) + 1, columns
    return None
