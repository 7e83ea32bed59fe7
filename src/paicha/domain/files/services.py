"""Taking a file in, and reading it again. The one door for bytes that people upload to be kept.

What holds: what a file is, its first bytes say; a name is shown and never used as a path; the same bytes stand
on disk once; bytes are written before the row that names them, so that a row never points at nothing.
"""

from __future__ import annotations

import os
import tempfile
import unicodedata
from collections.abc import Callable, Collection, Iterable
from datetime import date
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from paicha.core.refusal import Refusal, text_field
from paicha.domain import clock
from paicha.domain.files.models import StoredFile

FOLDER = "files-by-digest"
MOST_BYTES = 20_000_000
_MIB = 1_000_000
_LONGEST_NAME = 120
_PDF_HEAD = 1024


class FileRefused(Refusal):
    """A file that can't be taken in."""


class FileDamaged(Refusal):
    """The bytes on disk are gone or no longer what was uploaded."""


def _is_pdf(content: bytes) -> bool:
    return b"%PDF-" in content[:_PDF_HEAD] and b"%%EOF" in content[-_PDF_HEAD:]


def _is_jpeg(content: bytes) -> bool:
    return content.startswith(b"\xff\xd8\xff") and content.rstrip(b"\0").endswith(b"\xff\xd9")


def _is_png(content: bytes) -> bool:
    return content.startswith(b"\x89PNG\r\n\x1a\n") and b"IEND" in content[-16:]


# type → (endings of a name, media type, test of the bytes)
TYPES: dict[str, tuple[tuple[str, ...], str, Callable[[bytes], bool]]] = {
    "pdf": ((".pdf",), "application/pdf", _is_pdf),
    "jpg": ((".jpg", ".jpeg"), "image/jpeg", _is_jpeg),
    "png": ((".png",), "image/png", _is_png),
}


def store_file(
    name: str,
    chunks: Iterable[bytes],
    owner: str,
    *,
    types: Collection[str] = tuple(TYPES),
    most: int = MOST_BYTES,
    keep_until: date | None = None,
) -> StoredFile:
    """Keep an uploaded file: `chunks` of bytes under the name that people gave it.

    Raises FileRefused for a name, a size or a kind of file that is not taken; then nothing is kept.
    """
    shown = _clean_name(name)
    content = _read(shown, chunks, most)
    kind = _kind(shown, content, types)
    digest = sha256(content).hexdigest()
    _write(path_of(digest), content)
    return StoredFile.objects.create(
        digest=digest, name=shown, size=len(content), type=kind, owner=owner, at=clock.now(),
        keep_until=keep_until,
    )  # fmt: skip


def path_of(digest: str) -> Path:
    """Where the bytes with a SHA-256 stand."""
    return Path(settings.MEDIA_ROOT) / FOLDER / digest[:2] / digest


def read_file(stored: StoredFile) -> bytes:
    """The bytes as they were uploaded. Raises FileDamaged where the disk no longer holds them."""
    try:
        content = path_of(stored.digest).read_bytes()
    except FileNotFoundError as error:
        raise FileDamaged("L01", name=stored.name) from error
    if sha256(content).hexdigest() != stored.digest:
        raise FileDamaged("L02", name=stored.name)
    return content


def media_type(stored: StoredFile) -> str:
    """What to tell a browser: by the bytes, never by what the uploader claimed."""
    return TYPES[stored.type][1]


def _clean_name(name: str) -> str:
    """The last part of the name, as people wrote it. Raises FileRefused for what no name holds."""
    last = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2]).strip()
    if not last or last.startswith("."):
        raise FileRefused("L03")
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co") for c in last):
        raise FileRefused("L04")
    return text_field("文件名", last, _LONGEST_NAME)


def _read(name: str, chunks: Iterable[bytes], most: int) -> bytes:
    parts, size = [], 0
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise FileRefused("L05", name=name, most=most // _MIB)
        parts.append(chunk)
    if not size:
        raise FileRefused("L06", name=name)
    return b"".join(parts)


def _kind(name: str, content: bytes, types: Collection[str]) -> str:
    wanted = "、".join(types)
    kind = next((kind for kind in types if TYPES[kind][2](content)), None)
    if kind is None:
        raise FileRefused("L07", name=name, wanted=wanted)
    if not name.lower().endswith(TYPES[kind][0]):
        raise FileRefused("L08", name=name, kind=kind)
    return kind


def _write(path: Path, content: bytes) -> None:
    """Under its digest, whole or not at all: two writers of the same bytes end as one file."""
    if path.exists() and sha256(path.read_bytes()).hexdigest() == path.name:
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
