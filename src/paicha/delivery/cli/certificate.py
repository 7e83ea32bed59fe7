"""A certificate for `serve --tls` where the county has none: self-signed, for this machine's names.

Browsers warn of it once; a county that has its own puts tls.crt and tls.key into the home.
"""

from __future__ import annotations

import ipaddress
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from paicha.delivery.cli.console import CommandRefused

_DAYS = "800"


def certificate(home: Path, names: Sequence[str]) -> tuple[Path, Path]:
    """(certificate, key) of the home, made on first use. Raises CommandRefused where that can't be done."""
    made, key = home / "tls.crt", home / "tls.key"
    if made.is_file() and key.is_file():
        return made, key
    if made.is_file() or key.is_file():
        raise CommandRefused(f"{home} 里的 tls.crt 和 tls.key 要成对，请补上另一个，或两个都删去。")
    program = shutil.which("openssl")
    if program is None:
        raise CommandRefused(f"没有 openssl，做不了证书。请把证书和密钥放成 {made} 和 {key}，或不用 --tls。")
    draft = home / f".tls.{os.getpid()}"
    command = [
        program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha256", "-days", _DAYS, "-subj", "/CN=paicha",
        "-addext", f"subjectAltName={','.join(_alternative(name) for name in names)}",
        "-keyout", f"{draft}.key", "-out", f"{draft}.crt",
    ]  # fmt: skip
    before = os.umask(0o077)
    try:
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    finally:
        os.umask(before)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise CommandRefused(
            f"证书没有做成（{said[-1][:80] if said else 'openssl'}），请自己放一对 tls.crt 和 tls.key。"
        )
    Path(f"{draft}.key").replace(key)
    Path(f"{draft}.crt").replace(made)
    return made, key


def _alternative(name: str) -> str:
    try:
        return f"IP:{ipaddress.ip_address(name.strip('[]'))}"
    except ValueError:
        return f"DNS:{name}"
