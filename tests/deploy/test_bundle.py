"""The whole archive, installed where there is no network, upgraded and rolled back with the county's data.

Takes a minute or two, so it runs where PAICHA_TESTS=long. Every command runs in a network namespace that has nothing,
not even a loopback until one is asked for.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.lengths import LONG
from tests.worlds.homes import SECOND

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy"))

import bundle  # noqa: E402  (deploy/ is a folder of scripts, not a package)

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
MACHINE = "x86_64"
HEAD = "柳河镇柳河村\n老人姓名,出生日期,同住人数,每月养老金,愿不愿意到食堂吃,走访人\n"
MIGRATION = """from django.db import migrations

class Migration(migrations.Migration):
    dependencies = [("once", "{last}")]
    operations = [migrations.RunSQL("{sql}")]
"""
# In the namespace: lift the loopback, serve, ask for the sign-in page and a style sheet, stop.
VISIT = """
import fcntl, signal, socket, struct, subprocess, sys, time, urllib.request
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_:
    fcntl.ioctl(any_, 0x8914, struct.pack("16sh14x", b"lo", 0x41))
server = subprocess.Popen([sys.argv[1], "serve", "--port", "8123"], stdout=subprocess.DEVNULL)
try:
    for address in ("login/", "static/desk/desk.css", "healthz"):
        for _ in range(240):
            try:
                print(urllib.request.urlopen(f"http://127.0.0.1:8123/{address}", timeout=20).status)
                break
            except OSError:
                time.sleep(0.5)
finally:
    server.send_signal(signal.SIGTERM)
    server.wait(60)
"""

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not LONG, reason="only where PAICHA_TESTS=long")]


def alone(*words: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command in a network namespace of its own."""
    environment = os.environ | {"PYTHON": sys.executable} | variables
    command = ["unshare", "-n", *map(str, words)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)


class Server:
    """A machine without a network, as far as a folder can be one."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.to = folder, folder / "paicha"
        self.database = self.to / "data/home/paicha.sqlite3"
        self.libraries = folder / "libraries"

    def bundle(self, release: str, sql: str = "") -> None:
        """An unpacked archive of this tree, or of one whose database has one more step."""
        target, tree = self.folder / release, self.folder / f"tree-{release}"
        shutil.copytree(self.libraries, target / "wheels", copy_function=os.link)
        for name in ("src", "requirements"):
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "README.md"):
            shutil.copy(ROOT / name, tree / name)
        if sql:
            steps = tree / "src/paicha/domain/once/migrations"
            last = max(file.stem for file in steps.glob("0*.py"))
            (steps / "9999_later.py").write_text(MIGRATION.format(last=last, sql=sql), encoding="utf-8")
        bundle.fill(target, tree, release, MACHINE, [HERE])

    def like(self, release: str, of: str) -> None:
        """A release as if installed from a bundle, on another one's libraries, which spares a minute of copying."""
        target, made, other = self.folder / release, self.to / "releases" / release, self.to / "releases" / of
        shutil.copytree(self.folder / of, target, ignore=shutil.ignore_patterns("wheels"))
        about = json.loads((target / "bundle.json").read_text(encoding="utf-8")) | {"release": release}
        (target / "bundle.json").write_text(json.dumps(about), encoding="utf-8")
        shutil.copytree(other / "bin", made / "bin", symlinks=True)
        (made / "lib").symlink_to(other / "lib")
        for name in ("pyvenv.cfg", "bundle.json"):
            shutil.copy(other / name, made / name)
        program = made / "bin/paicha"
        text = program.read_text(encoding="utf-8")
        program.write_text(text.replace(f"releases/{of}/", f"releases/{release}/"), encoding="utf-8")

    def install(self, release: str) -> subprocess.CompletedProcess[str]:
        return alone("sh", self.folder / release / "install.sh", "--to", self.to, "--user", "root")

    def roll_back(self) -> subprocess.CompletedProcess[str]:
        return alone(self.to / "bin/paicha-rollback")

    def paicha(self, *words: object) -> str:
        done = alone(self.to / "bin/paicha", *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def add(self, head: str) -> None:
        """A household by the command."""
        file = self.folder / f"{head}.csv"
        file.write_text(f"{HEAD}{head},1948-05-06,3,120,1,王五\n", encoding="utf-8")
        self.paicha("import", file)

    def heads(self) -> set[str]:
        with closing(sqlite3.connect(self.database)) as database:
            return {head for (head,) in database.execute("SELECT head_name FROM households_household")}

    def has_later(self) -> bool:
        with closing(sqlite3.connect(self.database)) as database:
            return bool(database.execute("SELECT 1 FROM sqlite_master WHERE name = 'later'").fetchall())

    def release(self) -> str:
        return (self.to / "current").readlink().name


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    if os.geteuid() != 0 or subprocess.run(["unshare", "-n", "true"], check=False).returncode:
        pytest.skip("no network namespace without root")
    with tempfile.TemporaryDirectory(prefix="paicha-bundle-") as folder:
        made = Server(Path(folder))
        made.libraries.mkdir()
        try:
            bundle.download(made.libraries, MACHINE, [HERE])
        except subprocess.CalledProcessError as error:
            pytest.skip(f"no package index: {error.stderr.strip().splitlines()[-1]}")
        yield made


def test_a_bundle_is_installed_upgraded_and_rolled_back_without_a_network(server: Server) -> None:
    devices = alone("cat", "/proc/net/dev").stdout.splitlines()[2:]
    assert [line.split(":")[0].strip() for line in devices] == ["lo"]
    server.bundle("one")
    installed = server.install("one")
    assert (installed.returncode, "已装好 one" in installed.stdout) == (0, True), installed.stderr
    server.paicha("init", "--pack", SECOND, "--opens", "2024-09-01")
    server.add("张墕")
    visited = alone(sys.executable, "-c", VISIT, server.to / "bin/paicha")
    assert visited.stdout.split() == ["200", "200", "200"], visited.stderr
    assert {"ok": True}.items() <= json.loads(server.paicha("doctor", "--json").splitlines()[-1]).items()

    # An upgrade that leaves the database as it is: what is entered since stays.
    server.like("two", "one")
    upgraded = server.install("two")
    assert (upgraded.returncode, server.release()) == (0, "two"), upgraded.stderr
    server.add("李四")
    back = server.roll_back()
    assert (back.returncode, server.release(), "数据原样未动" in back.stdout) == (0, "one", True), back.stderr
    assert server.heads() == {"张墕", "李四"}
    assert "不是升级来的" in server.roll_back().stderr

    # One that changes it: the backup comes back, and what was entered since is set aside.
    server.bundle("three", "CREATE TABLE later (x integer)")
    assert server.install("three").returncode == 0
    assert server.has_later()
    server.add("王丽")
    back = server.roll_back()
    assert (back.returncode, server.release(), server.has_later()) == (0, "one", False), back.stderr
    assert server.heads() == {"张墕", "李四"}
    (aside,) = (server.to / "data").glob("home-three-*")
    server.database = aside / "paicha.sqlite3"
    assert "王丽" in server.heads()
    server.database = server.to / "data/home/paicha.sqlite3"

    # One that fails half way: nothing has happened.
    server.like("four", "three")
    (later,) = (server.to / "releases/three/lib").rglob("once/migrations/9999_later.py")
    later.write_text(later.read_text(encoding="utf-8").replace("TABLE", "TABEL"), encoding="utf-8")
    failed = server.install("four")
    assert (failed.returncode, server.release()) == (2, "one"), failed.stdout
    assert (failed.stderr.count("\n"), "仍用 one，数据和升级前一样" in failed.stderr) == (1, True), (
        failed.stderr
    )
    assert server.heads() == {"张墕", "李四"}
    server.paicha("audit", "verify")


def test_backups_of_the_night_are_kept_for_a_fortnight(server: Server) -> None:
    folder = server.to / "data/backups"
    for day in range(1, 16):
        (folder / f"nightly-202401{day:02}-023000.zip").touch()
    assert alone(server.to / "bin/paicha-backup").returncode == 0
    names = sorted(file.name for file in folder.glob("nightly-*"))
    assert (len(names), names[0]) == (14, "nightly-20240103-023000.zip")
    assert len(list(folder.glob("before-*"))) == 3
