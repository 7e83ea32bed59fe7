"""Imports that nobody goes on with: a command that was killed leaves its upload open.

What holds: whoever imports keeps a file named after the upload locked (`jobs.beats`), which goes when the upload has
its end; a file that nobody keeps locked is an upload that was cut short. Those of a tray are none of these: they are
taken up again, or ended with their tray. Looking writes nothing (`cut_short`); the next import, an undo or the worker
ends them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError

from paicha.core.catalogue import message, sentence
from paicha.domain import clock
from paicha.domain.intake.result import ImportResult
from paicha.domain.jobs.beats import alive, claim
from paicha.domain.responses.models import Upload

_COUNTS = ("accepted", "created", "warned")


def _folder() -> Path:
    return Path(settings.PAICHA_HOME) / "imports"


@contextmanager
def at_work(upload: UUID) -> Iterator[None]:
    """Within, this process is at the upload. Whatever stops it ends the upload, too; a kill is found afterwards."""
    path = _folder() / str(upload)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    beat = claim(path)
    assert beat is not None, "an upload's id is drawn by the one who imports"
    with beat:
        try:
            yield
        except BaseException:
            with suppress(DatabaseError, OSError):  # then the file stays, and the next look finds it
                close_upload(upload)
                path.unlink(missing_ok=True)
            raise
        path.unlink(missing_ok=True)


def cut_short() -> frozenset[UUID]:
    """Uploads whose process has gone before their end."""
    folder = _folder()
    if not folder.is_dir():
        return frozenset()
    names = [path.name for path in folder.iterdir() if not path.name.startswith(".") and not alive(path)]
    return frozenset(UUID(name) for name in names)


def end_cut_short() -> int:
    """Close the uploads that nobody is at, with their sentence; how many."""
    found = cut_short()
    for upload in found:
        close_upload(upload)
        (_folder() / str(upload)).unlink(missing_ok=True)
    return len(found)


def close_upload(upload: UUID) -> int:
    """End an upload that nobody goes on with, so that it can be taken back; how many households it has stored."""
    record = Upload.objects.filter(pk=upload).first()
    if record is None:
        return 0
    stored = record.result or {}
    if record.finished_at is None:
        counts = {name: stored.get(name, 0) for name in _COUNTS}
        result = ImportResult(str(upload), files=len(record.files), **counts)
        result.messages.append(message("J08", stored=counts["accepted"]))
        record.finished_at, record.result = clock.now(), result.as_dict()
        record.save(update_fields=["finished_at", "result"])
    return int(stored.get("accepted", 0))


def interruption(upload: Upload, cut: frozenset[UUID]) -> str:
    """The sentence of an upload that was cut short, '' for any other; `cut`: from `cut_short`."""
    stored = upload.result or {}
    if upload.finished_at is None:
        said = sentence("J08", stored=stored.get("accepted", 0))
        return said if upload.pk in cut else ""
    return next((one["message"] for one in stored.get("messages", ()) if one["code"] == "J08"), "")
