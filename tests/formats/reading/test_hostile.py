"""Hostile files end in one sentence, or are read as what they are, in bounded memory and time."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HOSTILE = Path(__file__).parents[1] / "hostile" / "make.py"
MEGABYTES = 300  # above the idle program

PROGRAM = """
import json, resource, sys, time
from importlib.resources import files
from pathlib import Path
from paicha.core.pack import FILES, load
from paicha.formats.reading import FileRefused, HouseholdTable, read_file

folder = files("paicha.packs") / "shenmu_2022_spring"
pack = load({name: (folder / name).read_bytes() for name in FILES})
read_file("户主姓名,家庭人口,联系电话\\n刘志强,3,".encode(), "warm.csv", pack)
idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
started = time.monotonic()
answer = {}
path = Path(sys.argv[1])
try:
    found = read_file(path.read_bytes(), path.name, pack)
    tables = [table for table in found.tables if isinstance(table, HouseholdTable)]
    answer["rows"] = sum(table.frame.height for table in tables)
    answer["text"] = repr([table.frame.to_dicts() for table in tables]) + repr(found.messages)
except FileRefused as refused:
    answer["sentence"] = answer["text"] = refused.sentence
answer["seconds"] = time.monotonic() - started
answer["megabytes"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - idle) / 1024
print(json.dumps(answer))
"""


def load_cases() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hostile_files", HOSTILE)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("case", load_cases().HOSTILE, ids=lambda case: case.name)
def test_hostile(case: Any, tmp_path: Path) -> None:
    path = case.make(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answer = json.loads(done.stdout)
    if case.expect == "refused":
        assert "sentence" in answer
    elif case.expect == "read" or "rows" in answer:
        assert answer["rows"] == case.households
    if "sentence" in answer:
        assert re.fullmatch(r"[^\n]{10,200}", answer["sentence"])
        assert path.name in answer["sentence"]
    assert not case.never or case.never not in answer["text"]
    assert answer["seconds"] < case.seconds
    assert answer["megabytes"] < MEGABYTES, answer
    print(case.name, answer.get("sentence"), round(answer["seconds"], 2), round(answer["megabytes"]))
