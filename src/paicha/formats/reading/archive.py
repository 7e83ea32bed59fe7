"""Zip containers, opened with suspicion: sizes are counted while unpacking, never believed.

xlsx and ods are zips of XML. A small file may unpack to gigabytes or claim to be small while it is
not; every part is unpacked in pieces and the count stops at the limit, before any parser sees it.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from paicha.formats.reading.grid import MAX_UNPACKED
from paicha.formats.reading.model import FileRefused

_PIECE = 1 << 20


class Archive:
    """The parts of one zip, with a budget of unpacked bytes shared by all of them."""

    def __init__(self, data: bytes, file: str, limit: int = MAX_UNPACKED) -> None:
        self.file = file
        self._limit = limit
        self._left = limit
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError, EOFError):
            raise FileRefused("F04", file=file) from None
        if any(info.flag_bits & 1 for info in self._zip.infolist()):
            raise FileRefused("F03", file=file)
        if sum(info.file_size for info in self._zip.infolist()) > limit:
            raise FileRefused("F05", file=file, limit=limit >> 20)
        self.names = set(self._zip.namelist())
        if len(self.names) != len(self._zip.infolist()):  # two parts of one name: readers disagree on which
            raise FileRefused("F04", file=file)

    def pieces(self, name: str) -> Iterator[bytes]:
        """The part in pieces of at most 1 MiB. Raises F05 past the budget, F04 where it is damaged."""
        try:
            with self._zip.open(name) as part:
                while piece := part.read(_PIECE):
                    self._left -= len(piece)
                    if self._left < 0:
                        raise FileRefused("F05", file=self.file, limit=self._limit >> 20)
                    yield piece
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, KeyError):
            raise FileRefused("F04", file=self.file) from None

    def read(self, name: str) -> bytes:
        return b"".join(self.pieces(name))
