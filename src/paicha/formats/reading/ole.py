"""The streams of an OLE container (xls), read with every chain checked.

A damaged or hostile container can lead a stream's chain of sectors back to itself, on which a trusting
reader fills the memory. Here no chain is longer than the file has sectors, and none visits one twice.
"""

from __future__ import annotations

import struct

from paicha.formats.reading.model import FileRefused

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = 0xFFFFFFFA  # this and above are no sectors


class Container:
    """An OLE file; `streams` maps the names of its streams to (first sector, size)."""

    def __init__(self, data: bytes, file: str) -> None:
        self._data = data
        self._file = file
        if len(data) < 1536 or not data.startswith(MAGIC):
            raise self._broken()
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise self._broken()
        self._size: int = 1 << shift
        self._sectors = (len(data) - 1) // self._size
        claimed = struct.unpack_from("<II", data, 40) + struct.unpack_from("<I", data, 64)
        if max(claimed) > self._sectors:  # a reader that trusts these reserves what they claim
            raise self._broken()
        directory, self._cutoff, mini_fat = struct.unpack_from("<I4xI I", data, 48)
        self._fat = self._read_fat()
        entries = self._chain(directory)
        self.streams: dict[str, tuple[int, int]] = {}
        self._mini, self._mini_start = b"", 0
        for at in range(0, len(entries) - 127, 128):
            length, kind, start, size, more = struct.unpack_from("<64xHB49xIII", entries, at)
            if kind in (2, 5) and (size > len(data) or (shift == 12 and more)):
                raise self._broken()
            if kind == 5 and size:
                self._mini, self._mini_start = self._chain(start, size), start
            elif kind == 2 and 2 <= length <= 64:
                name = entries[at : at + length - 2].decode("utf-16-le", "replace")
                self.streams[name] = (start, size)
        raw = self._chain(mini_fat) if mini_fat < _END and self._mini else b""
        self._mini_fat = struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4])

    def read(self, name: str) -> bytes:
        """The bytes of a stream. Raises F04 where its chain is broken or shorter than its size."""
        start, size = self.streams[name]
        small = size < self._cutoff and self._mini
        content = self._mini_chain(start) if small else self._chain(start, size)
        if len(content) < size:
            raise self._broken()
        return content[:size]

    def place(self, name: str, at: int) -> int:
        """Where byte `at` of a stream that was read (`read`) stands in the file."""
        start, size = self.streams[name]
        if size < self._cutoff and self._mini:
            for _ in range(at // 64):
                start = self._mini_fat[start]
            start, at = self._mini_start, start * 64 + at % 64
        for _ in range(at // self._size):
            start = self._fat[start]
        return (start + 1) * self._size + at % self._size

    def _broken(self) -> FileRefused:
        return FileRefused("F04", file=self._file)

    def _sector(self, number: int) -> bytes:
        if number >= self._sectors:
            raise self._broken()
        begin = (number + 1) * self._size
        return self._data[begin : begin + self._size]

    def _read_fat(self) -> tuple[int, ...]:
        """The table of chains, through the list in the header and the sectors that continue it."""
        (count,) = struct.unpack_from("<I", self._data, 44)
        following, more = struct.unpack_from("<II", self._data, 68)
        places = list(struct.unpack_from("<109I", self._data, 76))
        per = self._size // 4
        for _ in range(min(more, self._sectors)):
            if following >= _END:
                break
            listed = struct.unpack(f"<{per}I", self._sector(following).ljust(self._size, b"\xff"))
            places += listed[:-1]
            following = listed[-1]
        wanted = [place for place in places if place < _END][: min(count, self._sectors)]
        raw = b"".join(self._sector(place).ljust(self._size, b"\xff") for place in wanted)
        return struct.unpack(f"<{len(raw) // 4}I", raw)

    def _chain(self, start: int, size: int | None = None) -> bytes:
        """The sectors from `start`, all of them or as many as `size` needs; a loop is F04."""
        limit = self._sectors if size is None else min(self._sectors, -(-size // self._size))
        parts: list[bytes] = []
        seen: set[int] = set()
        while start < _END and len(parts) < limit:
            if start in seen or start >= len(self._fat):
                raise self._broken()
            seen.add(start)
            parts.append(self._sector(start))
            start = self._fat[start]
        return b"".join(parts)

    def _mini_chain(self, start: int) -> bytes:
        parts: list[bytes] = []
        while start < _END:
            if start >= len(self._mini_fat) or len(parts) > len(self._mini_fat):
                raise self._broken()
            parts.append(self._mini[start * 64 : start * 64 + 64])
            start = self._mini_fat[start]
        return b"".join(parts)
