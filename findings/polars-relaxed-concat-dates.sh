#!/usr/bin/env bash
# polars 2.1.0: a relaxed concat turns dates into plain integers when the other frame's column holds integers.
#
# `how="vertical_relaxed"` and `how="diagonal_relaxed"` are meant for columns that differ in width. A column of dates
# beside one of integers is not refused: it becomes Int64, and a date is its number of days since 1970. Whoever joins
# part files by a relaxed concat has integers where a date stood, without an error or a warning. A strict concat refuses.
#
# Seen: diagonal_relaxed Schema([('answer', Int64)]) [3, 20456]
#       vertical refuses: type Date is incompatible with expected type Int64
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet polars==2.1.0
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import date

import polars as pl

print("polars", pl.__version__)
numbers = pl.DataFrame({"answer": [3]})
dates = pl.DataFrame({"answer": [date(2026, 1, 3)]})
for how in ("vertical_relaxed", "diagonal_relaxed"):
    joined = pl.concat([numbers, dates], how=how)
    print(how, joined.schema, joined["answer"].to_list())
    assert joined.schema["answer"] == pl.Int64 and joined["answer"].to_list() == [3, 20456], "behaves otherwise now"
try:
    pl.concat([numbers, dates])
except pl.exceptions.SchemaError as refused:
    print("vertical refuses:", str(refused).splitlines()[0])
else:
    raise SystemExit("the strict concat takes it now")
PYTHON
