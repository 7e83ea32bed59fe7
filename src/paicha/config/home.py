"""The home: the one folder (PAICHA_HOME) that holds the embedded database, secrets, uploads and outputs.

What holds: a secret is made once, on first use, readable by its owner alone, and two processes that start
together agree on it. Whoever copies a home, or restores a backup, must bring its secrets along: without
`audit.key` the signed checkpoints of the audit chains no longer verify.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

_SECRET_BYTES = 48


def home_dir(environ: Mapping[str, str]) -> Path:
    """PAICHA_HOME, or `var` below the current folder; absolute, not necessarily existing yet."""
    return Path(environ.get("PAICHA_HOME") or "var").expanduser().absolute()


def secret(home: Path, name: str) -> str:
    """The secret in `<home>/<name>`, made on first use with mode 0600.

    Written beside and linked into place: whoever comes second reads what the first one wrote, never half of
    it. Raises OSError where the home cannot be written.
    """
    file = home / name
    try:
        text = file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        text = ""
    if text:
        return text
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = home / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as handle:
            handle.write(secrets.token_urlsafe(_SECRET_BYTES) + "\n")
            handle.flush()
            os.fsync(handle.fileno())
        try:
            os.link(draft, file)
        except FileExistsError:
            if not file.read_text(encoding="ascii").strip():
                draft.replace(file)  # an empty file is what a full disk left behind
    finally:
        draft.unlink(missing_ok=True)
    return file.read_text(encoding="ascii").strip()
