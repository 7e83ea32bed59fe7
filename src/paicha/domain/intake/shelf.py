"""What files hold of villages, laid aside on disk until the village's turn: a county's workbooks outgrow memory.

Why a file of pickles: these are our own objects, written and read by one process, as reading processes hand them over.
What holds: the file has no name, so that nobody else reads it and nothing of it outlives the process.
"""

from __future__ import annotations

import pickle
import tempfile
from collections import defaultdict
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from paicha.domain.intake.job import VillagePart


class Shelf:
    """Parts of an upload by village, each village taken once."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(dir=settings.PAICHA_HOME)  # noqa: SIM115  (closed by `close`)
        self._parts: dict[str, list[tuple[VillagePart, int]]] = defaultdict(list)

    def lay(self, part: VillagePart) -> None:
        """Keep a part. What its file may share with other villages (rosters, form 4) stays in memory."""
        at = self._file.tell()
        pickle.dump((part.households, part.forms), self._file, pickle.HIGHEST_PROTOCOL)
        part.households, part.forms = [], []
        self._parts[part.area.code].append((part, at))

    @property
    def villages(self) -> list[str]:
        """Codes of villages that have parts, in the order in which they came."""
        return list(self._parts)

    def take(self, code: str) -> list[VillagePart]:
        """A village's parts in their order, which are kept no longer."""
        parts = []
        for part, at in self._parts.pop(code):
            self._file.seek(at)
            part.households, part.forms = pickle.load(self._file)  # noqa: S301  (our own, of a moment ago)
            parts.append(part)
        return parts

    def close(self) -> None:
        """Give the room on the disk back."""
        self._file.close()
