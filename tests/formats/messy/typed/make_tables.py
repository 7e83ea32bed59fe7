"""Type the messy tables into LibreOffice, cell by cell, and let LibreOffice save them.

Why: the importer is tested with files that an office program wrote, not with files that a library of ours
wrote. The texts beside this script say what is typed where; the expected readings (`../*.expected.yaml`) are
typed by hand and nothing here knows them.

Run with a Python that has LibreOffice's `uno` module: `/usr/bin/python3 make_tables.py [01 04 … | TEXT.txt …]`.

The text of a table, one order a line (`--` starts a comment):
    file NAME               the spreadsheet to write; its ending names the format
    csv CHARSET [bom] [crlf]   how a csv is written
    password WORD           save it under a password
    sheet NAME              a new sheet; what follows stands in it
    B7: a | b || d          values from B7 to the right; an empty one leaves its cell alone
    merge A1:O1 N7:N16      merged ranges
    box A5:O24              borders, wrapped text
    title A2 · hidecol D · hiderow 9 · width B 12 · note E7 TEXT · rich B9 0 1 (those characters red)
    strip C14               after saving as xlsx: take the cached value out of this formula cell
A value is text, except `#4` a number, `#4@FORMAT` a number shown in a format, `@2022-03-15@FORMAT` a date,
`=A1+1` a formula. `\\n` is a line break, `\\s` a space that stays, a leading `'` keeps the rest as text.
"""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
FILTERS = {
    ".xls": "MS Excel 97",
    ".xlsx": "Calc MS Excel 2007 XML",
    ".ods": "calc8",
    ".csv": "Text - txt - csv (StarCalc)",
}
CHARSETS = {"gb18030": 85, "utf-8": 76}  # LibreOffice's numbers of text encodings
EPOCH = date(1899, 12, 30)


def office() -> tuple[subprocess.Popen[bytes], Any]:
    """Start a LibreOffice of our own and return it with its desktop."""
    uno = importlib.import_module("uno")
    profile = tempfile.mkdtemp(prefix="messy-office-")
    pipe = f"messy{time.time_ns()}"
    process = subprocess.Popen(
        [
            "soffice",
            "--headless",
            "--norestore",
            f"-env:UserInstallation=file://{profile}",
            f"--accept=pipe,name={pipe};urp;",
        ]
    )
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(120):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            break
        except Exception:  # UNO raises its own kinds until the pipe is there
            time.sleep(0.5)
    else:
        process.kill()
        raise SystemExit("LibreOffice did not answer")
    return process, context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)


def properties(**values: object) -> tuple[Any, ...]:
    """Turn keyword arguments into UNO property values."""
    uno = importlib.import_module("uno")
    made = []
    for name, value in values.items():
        item = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
        item.Name, item.Value = name, value
        made.append(item)
    return tuple(made)


class Table:
    """One document being typed."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.sheet: Any = None
        self.count = 0

    def new_sheet(self, name: str) -> None:
        sheets = self.document.Sheets
        if self.count == 0:
            sheets.getByIndex(0).Name = name
        else:
            sheets.insertNewByName(name, self.count)
        self.sheet = sheets.getByIndex(self.count)
        self.count += 1

    def show(self, cell: Any, pattern: str) -> None:
        uno = importlib.import_module("uno")
        locale = uno.createUnoStruct("com.sun.star.lang.Locale")
        locale.Language, locale.Country = "en", "US"
        formats = self.document.NumberFormats
        key = formats.queryKey(pattern, locale, False)
        cell.NumberFormat = formats.addNew(pattern, locale) if key == -1 else key

    def put(self, start: str, values: list[str]) -> None:
        origin = self.sheet.getCellRangeByName(start).CellAddress
        for step, value in enumerate(values):
            if value == "":
                continue
            cell = self.sheet.getCellByPosition(origin.Column + step, origin.Row)
            self.put_one(cell, value)

    def put_one(self, cell: Any, value: str) -> None:
        if value[0] == "=":
            cell.Formula = value
        elif value[0] == "#":
            number, _, pattern = value[1:].partition("@")
            cell.Value = float(number)
            if pattern:
                self.show(cell, pattern)
        elif value[0] == "@":
            day, _, pattern = value[1:].partition("@")
            moment, _, clock = day.partition("T")
            serial = float((date.fromisoformat(moment) - EPOCH).days)
            if clock:
                hours, minutes = clock.split(":")
                serial += (int(hours) * 60 + int(minutes)) / 1440
            cell.Value = serial
            self.show(cell, pattern or "YYYY-MM-DD")
        else:
            text = value[1:] if value[0] == "'" else value
            cell.String = text.replace("\\n", "\n").replace("\\s", " ")

    def box(self, where: str) -> None:
        uno = importlib.import_module("uno")
        line = uno.createUnoStruct("com.sun.star.table.BorderLine2")
        line.OuterLineWidth = 18
        area = self.sheet.getCellRangeByName(where)
        for side in ("TopBorder", "BottomBorder", "LeftBorder", "RightBorder"):
            setattr(area, side, line)
        table_border = area.TableBorder2
        for side in ("HorizontalLine", "VerticalLine"):
            setattr(table_border, side, line)
        area.TableBorder2 = table_border
        area.IsTextWrapped = True
        area.CharHeight = area.CharHeightAsian = 9
        area.VertJustify = 2

    def order(self, word: str, rest: str) -> None:
        """Carry out one order that is not a row of values."""
        sheet = self.sheet
        if word == "sheet":
            self.new_sheet(rest)
        elif word == "merge":
            for where in rest.split():
                sheet.getCellRangeByName(where).merge(True)
        elif word == "box":
            self.box(rest)
        elif word == "title":
            cell = sheet.getCellRangeByName(rest)
            uno = importlib.import_module("uno")
            cell.CharHeightAsian, cell.CharWeightAsian = 16, 150.0
            cell.HoriJustify = uno.Enum("com.sun.star.table.CellHoriJustify", "CENTER")
        elif word == "hidecol":
            sheet.getCellRangeByName(f"{rest}1").Columns.IsVisible = False
        elif word == "hiderow":
            sheet.getCellRangeByName(f"A{rest}").Rows.IsVisible = False
        elif word == "width":
            column, millimetres = rest.split()
            sheet.getCellRangeByName(f"{column}1").Columns.Width = int(millimetres) * 100
        elif word == "note":
            where, text = rest.split(maxsplit=1)
            sheet.Annotations.insertNew(sheet.getCellRangeByName(where).CellAddress, text)
        elif word == "rich":
            where, start, end = rest.split()
            cursor = sheet.getCellRangeByName(where).createTextCursor()
            cursor.gotoStart(False)
            cursor.goRight(int(start), False)
            cursor.goRight(int(end) - int(start), True)
            cursor.CharColor = 0xFF0000
        else:
            raise SystemExit(f"unknown order: {word} {rest}")


def landscape(document: Any) -> None:
    """A4 landscape, one page wide, as a clerk would print it."""
    style = document.StyleFamilies.getByName("PageStyles").getByName("Default")
    style.IsLandscape, style.Width, style.Height = True, 29700, 21000
    style.ScaleToPagesX, style.ScaleToPagesY = 1, 0


def save(document: Any, target: Path, csv: str, password: str) -> None:
    """Store in the format that the ending names; a csv gets its charset, mark and line ends."""
    options: dict[str, object] = {"FilterName": FILTERS[target.suffix]}
    words = csv.split()
    if target.suffix == ".csv":
        # comma, quote, charset, first line, no column formats, language, quote all: no, as shown: yes
        options["FilterOptions"] = f"44,34,{CHARSETS[words[0]]},1,,0,false,true,false"
    if password and target.suffix == ".xlsx":  # "Password" alone is dropped in silence for this format
        uno = importlib.import_module("uno")
        options["EncryptionData"] = uno.Any(
            "[]com.sun.star.beans.NamedValue",
            tuple(
                uno.createUnoStruct("com.sun.star.beans.NamedValue", *pair)
                for pair in (("CryptoType", "Standard"), ("OOXPassword", password))
            ),
        )
    elif password:
        options["Password"] = password
    document.storeToURL(target.as_uri(), properties(**options))
    if target.suffix == ".csv":
        data = target.read_bytes()
        data = data.replace(b"\n", b"\r\n") if "crlf" in words else data
        target.write_bytes((b"\xef\xbb\xbf" if "bom" in words else b"") + data)


def strip_cached_value(target: Path, cell: str) -> None:
    """Take `<v>` out of a formula cell of the first sheet, as programs that never calculate write it."""
    with zipfile.ZipFile(target) as old:
        parts = [(info, old.read(info)) for info in old.infolist()]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info, data in parts:
            if info.filename == "xl/worksheets/sheet1.xml":
                pattern = rb'(<c r="' + cell.encode() + rb'"[^>]*>\s*<f[^>]*>[^<]*</f>)<v>[^<]*</v>'
                stripped, changed = re.subn(pattern, rb"\1", data)
                if changed != 1:
                    raise SystemExit(f"no formula in {cell}")
                new.writestr(info.filename, stripped)
            else:
                new.writestr(info.filename, data)


def type_table(desktop: Any, source: Path) -> Path:
    """Type one text into a new document and save it; return the file."""
    document = desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, properties(Hidden=True))
    table = Table(document)
    target, csv, password, stripped = HERE, "", "", []
    for line in source.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("--"):
            continue
        values = re.match(r"([A-Z]+[0-9]+):(.*)", line)
        if values:
            table.put(values[1], [value.strip(" ") for value in values[2].split("|")])
            continue
        word, _, rest = line.partition(" ")
        if word == "file":
            target = (HERE.parent / rest.strip()).resolve()
        elif word == "csv":
            csv = rest
        elif word == "password":
            password = rest
        elif word == "strip":
            stripped.append(rest.strip())
        else:
            table.order(word, rest.strip())
    landscape(document)
    save(document, target, csv, password)
    document.close(True)
    for cell in stripped:
        strip_cached_value(target, cell)
    return target


def main(wanted: list[str]) -> None:
    process, desktop = office()
    try:
        texts = [Path(word) for word in wanted if word.endswith(".txt")]
        for source in texts or sorted(HERE.glob("*.txt")):
            if texts or not wanted or source.name[:2] in wanted:
                print(type_table(desktop, source).name)
    finally:
        try:
            desktop.terminate()
        except Exception:  # the connection breaks while it ends
            process.kill()
        process.wait(timeout=30)


if __name__ == "__main__":
    main(sys.argv[1:])
