"""Import of a county, side by side with what reads the same files and with what a Django site would use.

Three things over the same workbooks, in one run, medians of several:
- calamine's bare reading of every sheet (the floor);
- `paicha import`: read, checked, stored, screened, counted, audited, in a fresh home;
- django-import-export putting a tenth of the same rows, already read, into one table of texts in bulk mode
  (scaled by ten): as little as it can do.

    python benchmarks/import_county.py [--households 110000] [--runs 3]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from python_calamine import CalamineWorkbook

from paicha.demo import County, generate

AREAS = Path(__file__).parent.parent / "src/paicha/packs/shenmu_2022_spring/areas.csv"
SHARE = 10  # import-export takes one row in so many
PAICHA = Path(sys.executable).parent / "paicha"


def bare(files: list[Path]) -> float:
    """Seconds to read every cell of every sheet."""
    started = time.perf_counter()
    for file in files:
        book = CalamineWorkbook.from_path(str(file))
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python()
    return time.perf_counter() - started


def rss(pid: int) -> int:
    """Resident bytes of a process and its children, from /proc."""
    total = 0
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                total += int(line.split()[1]) * 1024
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                total += rss(int(child))
    except OSError:
        pass
    return total


def paicha(folder: Path, home: Path) -> tuple[float, float, int]:
    """(seconds of the import, seconds of the whole command, peak bytes of all its processes)."""
    shutil.rmtree(home, ignore_errors=True)
    environment = {**os.environ, "PAICHA_HOME": str(home)}
    subprocess.run([PAICHA, "init"], env=environment, check=True, stdout=subprocess.DEVNULL)
    started = time.perf_counter()
    process = subprocess.Popen(
        [PAICHA, "import", str(folder), "--json"], env=environment, stdout=subprocess.PIPE, text=True
    )
    peak = 0

    def watch() -> None:
        nonlocal peak
        while process.poll() is None:
            peak = max(peak, rss(process.pid))
            time.sleep(0.05)

    watcher = threading.Thread(target=watch)
    watcher.start()
    output, _ = process.communicate()
    watcher.join()
    whole = time.perf_counter() - started
    result = json.loads(output.splitlines()[-1])
    assert (
        result["rows"] == result["accepted"] + result["unchanged"] + result["refused"] + result["conflicts"]
    )
    return float(result["seconds"]), whole, peak


IMPORT_EXPORT = """
import sys, time, json
from django.conf import settings
settings.configure(INSTALLED_APPS=["django.contrib.contenttypes", "import_export"], SECRET_KEY="x",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[1]}}, USE_TZ=True)
import django; django.setup()
from django.db import connection, models
from import_export import resources
import tablib
columns = [f"c{n}" for n in range(16)]
Row = type("Row", (models.Model,), {"__module__": "x", **{c: models.CharField(max_length=300) for c in columns},
    "Meta": type("Meta", (), {"app_label": "x"})})
with connection.schema_editor() as editor: editor.create_model(Row)
class RowResource(resources.ModelResource):
    class Meta:
        model = Row; fields = columns; use_bulk = True; batch_size = 1000; skip_diff = True
        force_init_instance = True; import_id_fields = []; skip_html_diff = True
rows = json.load(sys.stdin)
data = tablib.Dataset(*rows, headers=columns)
started = time.perf_counter()
result = RowResource().import_data(data, dry_run=False, use_transactions=True)
print(time.perf_counter() - started, Row.objects.count())
"""


def import_export(rows: list[list[str]], folder: Path) -> float:
    """Seconds for import-export to take these rows."""
    database = folder / "rows.sqlite3"
    database.unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_EXPORT, str(database)],
        input=json.dumps(rows), capture_output=True, text=True, check=True,
    )  # fmt: skip
    seconds, count = done.stdout.split()
    assert int(count) == len(rows)
    return float(seconds)


def sample_rows(files: list[Path]) -> list[list[str]]:
    """One household row in SHARE, sixteen cells of it, as text."""
    rows: list[list[str]] = []
    for file in files:
        book = CalamineWorkbook.from_path(str(file))
        for name in book.sheet_names:
            if name.startswith("附件1"):
                for row in book.get_sheet_by_name(name).to_python()[4:]:
                    rows.append([str(value) for value in (row + [""] * 16)[:16]])
    return rows[::SHARE]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--households", type=int, default=110_000)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "workbooks"
        today = datetime.now(tz=UTC).date()
        generate(County(AREAS, args.households, 1, (today - timedelta(days=6), today)), folder)
        files = sorted(folder.rglob("*.xlsx"))
        rows = sample_rows(files)
        floor, ours, commands, theirs, peaks = [], [], [], [], []
        for _ in range(args.runs):
            floor.append(bare(files))
            seconds, whole, peak = paicha(folder, Path(place) / "home")
            ours.append(seconds)
            commands.append(whole)
            peaks.append(peak)
            theirs.append(import_export(rows, Path(place)) * SHARE)
    read, took, theirs_took = (statistics.median(x) for x in (floor, ours, theirs))
    print(f"{args.households} households, {len(files)} workbooks, medians of {args.runs} runs")
    print(f"calamine, bare reading            {read:8.2f} s")
    print(f"paicha import                     {took:8.2f} s   {took / read:5.2f} times bare reading")
    print(f"  as a whole command              {statistics.median(commands):8.2f} s")
    print(f"  peak memory, all processes      {statistics.median(peaks) / 2**20:8.0f} MiB")
    print(
        f"django-import-export (1/{SHARE}, scaled) {theirs_took:8.2f} s   {theirs_took / took:5.2f} times paicha"
    )


if __name__ == "__main__":
    main()
