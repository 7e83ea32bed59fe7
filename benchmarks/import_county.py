"""Import of a county, side by side with what reads the same files and with what a Django site would use.

Three things over the same workbooks, in one run, medians of several:
- calamine's bare reading of every sheet (the floor);
- `paicha import`: read, checked, stored, screened, counted, audited, in a fresh home;
- django-import-export reading the first sheet of every tenth workbook and keeping sixteen cells a row as
  texts in one table, nothing checked (scaled by ten): in bulk mode, as little as it can do.

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
SHARE = 10  # import-export takes one workbook in so many
PAICHA = Path(sys.executable).parent / "paicha"
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program keeps what Python has compiled of it


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
import sys, time
from pathlib import Path
from django.conf import settings
settings.configure(INSTALLED_APPS=["django.contrib.contenttypes", "import_export"], SECRET_KEY="x",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[1]}}, USE_TZ=True)
import django; django.setup()
from django.db import connection, models
from import_export import resources
from import_export.formats.base_formats import XLSX
import tablib
columns = [f"c{n}" for n in range(16)]
Row = type("Row", (models.Model,), {"__module__": "x", **{c: models.CharField(max_length=300) for c in columns},
    "Meta": type("Meta", (), {"app_label": "x"})})
with connection.schema_editor() as editor: editor.create_model(Row)
meta = {"model": Row, "fields": columns, "import_id_fields": [], "use_bulk": True, "batch_size": 1000,
    "skip_diff": True, "force_init_instance": True}
Resource = type("Resource", (resources.ModelResource,), {"Meta": type("Meta", (), meta)})
started = time.perf_counter()
for file in sys.argv[2:]:
    rows = XLSX().create_dataset(Path(file).read_bytes())
    data = tablib.Dataset(*[[str(v) for v in (list(row) + [""] * 16)[:16]] for row in rows], headers=columns)
    Resource().import_data(data, dry_run=False, raise_errors=True)
print(time.perf_counter() - started, Row.objects.count())
"""


def import_export(files: list[Path], folder: Path) -> float:
    """Seconds for import-export to read the first sheet of some workbooks and keep its rows as texts."""
    database = folder / "rows.sqlite3"
    database.unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_EXPORT, str(database), *map(str, files)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(done.stdout.split()[0])


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
        some = files[::SHARE]
        floor, ours, commands, theirs, peaks = [], [], [], [], []
        for _ in range(args.runs):
            floor.append(bare(files))
            seconds, whole, peak = paicha(folder, Path(place) / "home")
            ours.append(seconds)
            commands.append(whole)
            peaks.append(peak)
            theirs.append(import_export(some, Path(place)) * SHARE)
    read, took = statistics.median(floor), statistics.median(ours)
    print(f"{args.households} households, {len(files)} workbooks, medians of {args.runs} runs")
    print(f"calamine, bare reading            {read:8.2f} s")
    print(f"paicha import                     {took:8.2f} s   {took / read:5.2f} times bare reading")
    print(f"  as a whole command              {statistics.median(commands):8.2f} s")
    print(f"  peak memory, all processes      {statistics.median(peaks) / 2**20:8.0f} MiB")
    other = statistics.median(theirs)
    print(f"django-import-export, its least   {other:8.2f} s   {other / took:5.2f} times paicha")


if __name__ == "__main__":
    main()
