"""Disk full, database locked, home read-only, database gone: one sentence with the remedy, exit 2, at every command."""

from __future__ import annotations

import ctypes
import os
import re
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.worlds.homes import ROOT, Done, Home, initialised_home

from paicha.delivery.cli.main import COMMANDS
from paicha.domain.outage import outage

_CAPBSET_DROP, _DAC_OVERRIDE, _DAC_READ_SEARCH = 24, 1, 2
_SHORT = "import sys, paicha.config.database as d; d.SQLITE_BUSY_SECONDS = 1; "
_RUN = "from paicha.delivery.cli.main import main; sys.exit(main(sys.argv[1:]))"
_NOBODY = "H00000019"  # a number that no household has
_SENTENCE = re.compile("[一-龥].*[请应].*。")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("outage")


@pytest.fixture(scope="module")
def home(folder: Path) -> Home:
    """A home with a round, on the embedded database whatever the tests run on."""
    made = initialised_home(folder / "home", embedded=True)
    for code in ("610881101201", "610881101202"):
        made.run("export", "village", code, "--as", "xlsx", "--output", folder / "sheets")
    assert list((folder / "sheets").rglob("*.xlsx"))
    return made


def commands(folder: Path) -> dict[str, list[list[str]]]:
    """Each command that works on a home, in every form that it has."""
    sheets, out = str(folder / "sheets"), str(folder / "out")
    people = folder / "people.csv"
    people.write_text("村,姓名,手机号,角色\n610881101201,张三,13800000001,村干部\n", encoding="utf-8")
    return {
        "init": [["init"]],
        "demo": [["demo", "clock", "+1d"]],
        "import": [["import", sheets]],
        "upload": [["upload", "list"]],
        "duplicates": [["duplicates"]],
        "household": [["household", "history", _NOBODY]],
        "screen": [["screen"]],
        "export": [["export", "county", "--as", "parquet", "--output", out]],
        "sample": [["sample", "--households", "4", "--villages", "2", "--seed", "1"]],
        "round": [["round", "status"]],
        "pack": [],  # of a folder or of the program itself: no home
        "user": [
            ["user", "create", "eve", "--role", "city_officer", "--areas", "610881"],
            ["user", "import", str(people)],
            ["user", "list"],
            ["user", "reset", "eve"],
            ["user", "disable", "eve"],
        ],
        "token": [["token", "create", "eve"]],
        "serve": [["serve", "--port", "8917"]],
        "worker": [["worker"]],
        "doctor": [["doctor"]],
        "backup": [["backup", out + ".zip"]],
        "restore": [],  # into an empty folder, its own tests below
        "audit": [["audit", "verify"]],
    }


def every(folder: Path) -> Iterator[list[str]]:
    listed = commands(folder)
    assert set(listed) == set(COMMANDS), "a new command says here how it is run"
    for forms in listed.values():
        yield from forms


def run(
    home: Home, *arguments: str, before: Callable[[], None] | None = None, wait: bool = True, **more: str
) -> Done:
    code = ("" if wait else _SHORT) + ("import sys; " if wait else "") + _RUN
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=home.environment | more, cwd=home.folder.parent,
        capture_output=True, text=True, timeout=600, check=False, preexec_fn=before,
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


def one_sentence(done: Done) -> str:
    """What was said, and that it was that alone: no traceback, exit 2."""
    assert "Traceback" not in done.err, done.err[-800:]
    assert done.code == 2, (done.out, done.err)
    (said,) = done.err.strip().splitlines()
    assert _SENTENCE.search(said), said
    return said


def test_a_database_that_is_not_there(home: Home, folder: Path) -> None:
    for arguments in every(folder):
        if arguments == ["doctor"]:
            continue  # says so as one of its points, in its own tests
        said = one_sentence(run(home, *arguments, DATABASE_URL="postgresql://nobody@127.0.0.1:1/none"))
        assert "DATABASE_URL" in said, (arguments, said)
        assert "paicha init" not in said


@pytest.mark.parametrize(
    "address",
    ["mysql://a/b", "postgresql://", "postgresql://h:port/x", "nonsense", "postgresql://nowhere.invalid/x",
     "postgresql://127.0.0.1:1/x?what=ever", "postgresql://127.0.0.1:1/x?sslmode=perhaps"],
)  # fmt: skip
def test_an_address_that_is_none(home: Home, address: str) -> None:
    assert "DATABASE_URL" in one_sentence(run(home, "round", "status", DATABASE_URL=address))


def test_a_home_that_can_only_be_read(home: Home, folder: Path) -> None:
    with _ReadOnly(home.folder):
        for arguments in every(folder):
            if arguments == ["doctor"]:
                continue
            done = run(home, *arguments, before=_without_rights)
            if done.code == 0:  # what only reads may do its work
                assert arguments[0] in ("round", "screen", "export", "upload"), arguments
                continue
            said = one_sentence(done)
            assert str(home.folder) in said and "paicha init" not in said, (arguments, said)


def test_a_new_home_where_nothing_can_be_written(folder: Path) -> None:
    place = folder / "closed"
    place.mkdir()
    new = Home(place / "home")
    with _ReadOnly(place):
        for arguments in (["init"], ["round", "status"], ["demo"], ["import", str(folder)]):
            said = one_sentence(run(new, *arguments, before=_without_rights))
            assert "paicha init" not in said, said


def test_a_database_that_another_program_holds(home: Home, folder: Path) -> None:
    with closing(sqlite3.connect(home.folder / "paicha.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for arguments in (["import", str(folder / "sheets")], ["audit", "verify"], ["user", "create", "eve", "--role",
                          "city_officer", "--areas", "610881"], ["demo", "clock", "+1d"]):  # fmt: skip
            done = run(home, *arguments, wait=False)
            if done.code != 2 and arguments[0] in ("audit", "demo"):
                continue  # reads alone
            assert "占用" in one_sentence(done), arguments


def test_a_disk_that_is_full(home: Home, folder: Path) -> None:
    """A limit on the size of every file stands for a full disk: the same errors reach the program."""
    before = _rows(home)
    size = (home.folder / "paicha.sqlite3").stat().st_size

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    for arguments in (["import", str(folder / "sheets")], ["user", "create", "eve", "--role", "city_officer", "--areas",
                      "610881"], ["backup", str(folder / "full.zip")],
                      ["export", "county", "--as", "parquet", "--output", str(folder / "full")]):  # fmt: skip
        done = run(home, *arguments, before=small)
        said = one_sentence(done)
        assert "磁盘" in said or "空间" in said, (arguments, said)
    assert not (folder / "full.zip").exists()
    assert _rows(home) == before
    assert (home.folder / "paicha.sqlite3").stat().st_size >= size
    assert home.run("audit", "verify").code == 0
    assert home.run("import", folder / "sheets").code in (0, 1)


def test_what_stays_of_an_import_that_stops_is_said(home: Home, folder: Path) -> None:
    with closing(sqlite3.connect(home.folder / "paicha.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        said = one_sentence(run(home, "import", str(folder / "sheets"), wait=False))
        assert "已经收下的村都已保存" in said
        said = one_sentence(run(home, "import", str(folder / "sheets"), "--dry-run", wait=False))
        assert "已保存" not in said


def test_a_database_file_that_is_broken(folder: Path, home: Home) -> None:
    broken = Home(folder / "broken")
    broken.folder.mkdir()
    for name in ("secret.key", "audit.key"):
        (broken.folder / name).write_bytes((home.folder / name).read_bytes())
    (broken.folder / "paicha.sqlite3").write_bytes(b"this is no database, whatever its name says" * 300)
    for arguments in (["init"], ["round", "status"], ["import", str(folder)], ["audit", "verify"]):
        assert "restore" in one_sentence(run(broken, *arguments))


@pytest.mark.parametrize(
    "error",
    [ValueError("disk"), FileNotFoundError(2, "no"), KeyError("database is locked"), None,
     sqlite3.OperationalError("no such table: x"), sqlite3.IntegrityError("UNIQUE constraint failed")],
)  # fmt: skip
def test_a_fault_of_our_own_is_no_outage(error: BaseException | None) -> None:
    assert outage(error) is None


def _rows(home: Home) -> int:
    with closing(sqlite3.connect(home.folder / "paicha.sqlite3")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return int(connection.execute("SELECT count(*) FROM responses_revision").fetchone()[0])


def _without_rights() -> None:
    """Give up what lets root write anywhere, so that permissions hold in the command."""
    libc = ctypes.CDLL(None, use_errno=True)
    for right in (_DAC_OVERRIDE, _DAC_READ_SEARCH):
        libc.prctl(_CAPBSET_DROP, right, 0, 0, 0)  # fails where there is nothing to give up


class _ReadOnly:
    """A folder whose files can't be written while the block runs."""

    def __init__(self, folder: Path) -> None:
        self.paths = [folder, *folder.rglob("*")]
        self.modes = [path.stat().st_mode for path in self.paths]

    def __enter__(self) -> None:
        for path in reversed(self.paths):
            path.chmod(0o555 if path.is_dir() else 0o444)

    def __exit__(self, *_: object) -> None:
        for path, mode in zip(self.paths, self.modes, strict=True):
            path.chmod(mode)


assert ROOT.is_dir() and os.name == "posix"
