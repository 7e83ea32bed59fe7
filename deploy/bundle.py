"""`make bundle`: one archive with everything that a machine without a network needs but Linux and Python.

    python deploy/bundle.py [--output dist] [--machine x86_64] [--python 3.11 3.12 3.13 3.14]

Wheels come from the index that pip is configured with, each checked against its hash in requirements/; our own is
built from this tree. They run with glibc 2.28 or newer. A library without a wheel for a machine stops the step.
aarch64 is a list of wheels that exist; nobody has run it (`tried` in bundle.json, said by the installer).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
TRIED = ("x86_64",)
GLIBC = 28  # of 2.28: Debian 10, RHEL 8, Kylin V10, UOS 20 and newer
_OLDER = ("manylinux2014", "manylinux2010", "manylinux1")
_CARRIED = ("install.sh", "install.py", "place.py", "paicha.env", "nginx.conf", "bin", "systemd")
_GUIDE = "docs/install.zh-CN.md"


def download(wheels: Path, machine: str, pythons: Sequence[str]) -> None:
    """Every library's wheel, and the installer's uv, into `wheels`. Raises CalledProcessError with pip's words."""
    tags = [*(f"manylinux_2_{minor}" for minor in range(GLIBC, 4, -1)), *_OLDER]
    platforms = [word for tag in tags for word in ("--platform", f"{tag}_{machine}")]
    for python in pythons:
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"),
                *("--only-binary=:all:", "--implementation", "cp", "--python-version", python, *platforms),
                *("-r", ROOT / "requirements/base.txt", "-r", ROOT / "requirements/uv.txt", "-d", wheels),
            ],
            check=True,
            stderr=subprocess.PIPE,
            text=True,
        )


def build(tree: Path, wheels: Path) -> Path:
    """The wheel of `tree`, built from a copy: what an earlier build left beside it must not go in."""
    with tempfile.TemporaryDirectory() as aside:
        copy = Path(aside) / "tree"
        ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(tree / "src", copy / "src", ignore=ignored)
        (copy / "requirements").mkdir()
        for name in ("pyproject.toml", "README.md", "requirements/base.in"):
            shutil.copy(tree / name, copy / name)
        command = [
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "--no-index",
            str(copy),
        ]
        subprocess.run([sys.executable, *command, "-w", wheels], cwd=aside, check=True)
    (wheel,) = wheels.glob("paicha-*.whl")
    return wheel


def release_of(tree: Path) -> str:
    """The version with its commit, `0.1.0-1a2b3c4d`, `-dirty` with changes that no commit has."""
    text = (tree / "src/paicha/__init__.py").read_text(encoding="utf-8")
    version = re.findall(r'^__version__ = "(.+)"$', text, re.MULTILINE)[0]
    command = ["git", "describe", "--always", "--dirty", "--abbrev=8", "--exclude=*"]
    commit = subprocess.run(command, cwd=tree, check=True, capture_output=True, text=True).stdout.strip()
    return f"{version}-{commit}"


def fill(folder: Path, tree: Path, release: str, machine: str, pythons: Sequence[str]) -> None:
    """Beside the libraries: our own wheel, the list that the installer checks all by, the installer, the guide."""
    wheel = build(tree, folder / "wheels")
    version, digest = wheel.name.split("-")[1], hashlib.sha256(wheel.read_bytes()).hexdigest()
    locked = (ROOT / "requirements/base.txt").read_text(encoding="utf-8")
    listed = f"{locked}paicha=={version} \\\n    --hash=sha256:{digest}\n"
    (folder / "requirements.txt").write_text(listed, encoding="utf-8")
    about = {"release": release, "machine": machine, "pythons": list(pythons), "glibc": f"2.{GLIBC}"}
    (folder / "bundle.json").write_text(json.dumps(about | {"tried": machine in TRIED}), encoding="utf-8")
    for name in _CARRIED:
        source = ROOT / "deploy" / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    shutil.copy(ROOT / _GUIDE, folder / "安装说明.md")


def main() -> int:
    """Write the archive and its checksum; prints both. 1 with one sentence where a wheel can't be had."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--output", type=Path, default=ROOT / "dist")
    parser.add_argument("--machine", default="x86_64", choices=("x86_64", "aarch64"))
    parser.add_argument("--python", nargs="+", default=PYTHONS, choices=PYTHONS)
    asked = parser.parse_args()
    release = release_of(ROOT)
    name = f"paicha-{release}-{asked.machine}"
    asked.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=asked.output) as aside:
        folder = Path(aside) / name
        (folder / "wheels").mkdir(parents=True)
        try:
            download(folder / "wheels", asked.machine, asked.python)
        except subprocess.CalledProcessError as error:
            said = [line for line in error.stderr.splitlines() if line.startswith("ERROR")]
            print(f"no bundle: {said[-1] if said else error}", file=sys.stderr)
            return 1
        fill(folder, ROOT, release, asked.machine, asked.python)
        archive = Path(aside) / f"{name}.tar"  # wheels are compressed already
        with tarfile.open(archive, "w") as tar:
            tar.add(folder, name)
        with archive.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        target = archive.replace(asked.output / archive.name)
    target.with_name(f"{target.name}.sha256").write_text(f"{digest}  {target.name}\n", encoding="utf-8")
    print(f"{target}  {target.stat().st_size / 1e6:.0f} MB\nsha256 {digest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
