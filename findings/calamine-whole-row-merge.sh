#!/usr/bin/env bash
# python-calamine 0.9.1: one merge of whole rows, as LibreOffice writes it, and the whole sheet is refused.
#
# A title merged over all columns is stored by LibreOffice as `<mergeCell ref="1:1"/>`, the way in which a formula names a
# whole row. Excel writes A1:XFD1. calamine raises for the short form when the sheet is opened, though the cells are in
# order and merges were not asked for; openpyxl and LibreOffice read the sheet.
#
# Seen: A1:XFD1 -> [['title'], [7.0]]
#       1:1 -> CalamineError Range is missing the expected column component.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet python-calamine==0.9.1 openpyxl==3.1.5
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import importlib.metadata
import zipfile

import openpyxl
from python_calamine import CalamineWorkbook

print("python-calamine", importlib.metadata.version("python-calamine"))
book = openpyxl.Workbook()
book.active["A1"] = "title"
book.active["A2"] = 7
book.active.merge_cells("A1:XFD1")
book.save("excel.xlsx")
with zipfile.ZipFile("excel.xlsx") as source, zipfile.ZipFile("libreoffice.xlsx", "w") as target:
    for name in source.namelist():
        target.writestr(name, source.read(name).replace(b'ref="A1:XFD1"', b'ref="1:1"'))
rows = CalamineWorkbook.from_path("excel.xlsx").get_sheet_by_index(0).to_python()
print("A1:XFD1 ->", [row[:1] for row in rows])
assert rows[1][0] == 7
try:
    CalamineWorkbook.from_path("libreoffice.xlsx").get_sheet_by_index(0).to_python()
except Exception as refused:
    print("1:1 ->", type(refused).__name__, str(refused)[:120])
else:
    raise SystemExit("1:1 is read now")
PYTHON
