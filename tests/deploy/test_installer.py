"""The installer on machines that it does not suit, its commands and units: without a bundle's wheels."""

from __future__ import annotations

import getpass
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
ABOUT = {
    "release": "0.1.0-test",
    "machine": platform.machine(),
    "pythons": [HERE],
    "glibc": "2.5",
    "tried": True,
}


def installer(folder: Path, **about: object) -> Path:
    """A bundle without wheels."""
    shutil.copytree(DEPLOY, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "wheels").mkdir()
    (folder / "bundle.json").write_text(json.dumps(ABOUT | about), encoding="utf-8")
    return folder / "install.sh"


def run(*words: object, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHON": sys.executable} | variables
    return subprocess.run(
        [*map(str, words)], env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def arguments(folder: Path) -> list[object]:
    """Whose data: ours, so that a test makes no user."""
    return ["--to", folder, "--user", getpass.getuser()]


@pytest.mark.parametrize(
    ("about", "variables", "said"),
    [
        ({}, {"PYTHON": "no-such-python"}, "本机没有 Python 3.11 到 3.14，请用系统的安装源装上"),
        ({}, {"PYTHON": "/bin/false"}, "本机没有 Python 3.11 到 3.14，请用系统的安装源装上"),
        ({"machine": "loongarch64"}, {}, "这个包是给 loongarch64 的，本机是"),
        ({"pythons": ["3.10"]}, {}, f"这个包要 Python 3.10，本机用的是 {HERE}"),
        ({"glibc": "2.99"}, {}, "要 glibc 2.99 以上"),
    ],
)
def test_a_machine_that_does_not_suit_is_told_in_one_sentence(
    about: dict[str, object], variables: dict[str, str], said: str, tmp_path: Path
) -> None:
    script = installer(tmp_path / "bundle", **about)
    done = run("sh", script, *arguments(tmp_path / "to"), **variables)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert said in done.stderr and done.stderr.endswith("。\n" if "PYTHON" not in variables else "\n")
    assert not (tmp_path / "to").exists()


def test_what_cannot_be_installed_leaves_no_release(tmp_path: Path) -> None:
    """No uv in the bundle, as after a copy that was cut short."""
    done = run("sh", installer(tmp_path / "bundle"), *arguments(tmp_path / "to"))
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
    assert list((tmp_path / "to/releases").iterdir()) == []
    assert not (tmp_path / "to/current").exists()


def test_the_units_are_whole(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze on this machine")
    (tmp_path / "disk").mkdir()
    (tmp_path / "to").mkdir()
    (tmp_path / "to/data").symlink_to(tmp_path / "disk")
    run("sh", installer(tmp_path / "bundle"), *arguments(tmp_path / "to"))
    units = sorted((tmp_path / "to/systemd").iterdir())
    assert len(units) == 4
    for file in [*units, *sorted((tmp_path / "to/bin").iterdir())]:
        assert "@" not in file.read_text(encoding="utf-8").replace('"$@"', ""), file
    written = "".join(unit.read_text(encoding="utf-8") for unit in units)
    assert written.count(f"ReadWritePaths={tmp_path / 'disk'}\n") == 3  # behind the link
    done = run("systemd-analyze", "verify", "--man=no", *units)
    ours = [line for line in done.stderr.splitlines() if "paicha" in line]
    assert ours == []
