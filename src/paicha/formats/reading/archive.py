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
        self._data = data
        self._limit = limit
        self._left = limit
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                infos = archive.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
            raise FileRefused("F04", file=file) from None
        self._infos = {info.filename: info for info in infos}
        self.names = frozenset(self._infos)
        if any(info.flag_bits & 1 for info in infos):
            raise FileRefused("F03", file=file)
        if sum(info.file_size for info in infos) > limit:
            raise FileRefused("F05", file=file, limit=limit >> 20)
        if len(self.names) != len(infos):  # two parts of one name: readers disagree on which
            raise FileRefused("F04", file=file)

    def pieces(self, name: str) -> Iterator[bytes]:
        """The part in pieces of about 1 MiB. Raises F05 past the budget, F04 where it is damaged.

        Unpacked here rather than by zipfile, which believes the sizes that the directory claims.
        """
        packed, method = self._packed_part(name)
        if method == zipfile.ZIP_STORED:
            self._spend(len(packed))
            yield packed
            return
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        rest: bytes = packed
        try:
            while True:
                piece = inflate.decompress(rest, _PIECE)
                self._spend(len(piece))
                if piece:
                    yield piece
                if inflate.eof:
                    return
                rest = inflate.unconsumed_tail
                if not rest and not piece:
                    raise FileRefused("F04", file=self.file)  # the stream breaks off
        except zlib.error:
            raise FileRefused("F04", file=self.file) from None

    def _packed_part(self, name: str) -> tuple[bytes, int]:
        """The packed bytes of a part and its method, found through its local header."""
        info = self._infos.get(name)
        start = info.header_offset if info else -1
        header = self._data[start : start + 30] if info and start >= 0 else b""
        if info is None or len(header) < 30 or header[:4] != b"PK\x03\x04":
            raise FileRefused("F04", file=self.file)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FileRefused("F04", file=self.file)
        begin = start + 30 + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        packed = self._data[begin : begin + info.compress_size]
        if len(packed) < info.compress_size:
            raise FileRefused("F04", file=self.file)
        return packed, info.compress_type

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise FileRefused("F05", file=self.file, limit=self._limit >> 20)

    def may_be_large(self, name: str) -> bool:
        """Whether the part could unpack to over 32 MiB, whatever size it claims: deflate gains 1032 at most."""
        return self._infos[name].compress_size * 1032 > 32 << 20

    def read(self, name: str, most: int = MAX_UNPACKED) -> bytes:
        """The part whole. Raises F04 where it has more than `most` bytes."""
        pieces, size = [], 0
        for piece in self.pieces(name):
            size += len(piece)
            if size > most:
                raise FileRefused("F04", file=self.file)
            pieces.append(piece)
        return b"".join(pieces)
