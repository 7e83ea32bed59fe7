"""A small writer of xls, record by record, for what no library at hand writes: formulas as Java's HSSF and Python's
xlwt leave them, hidden rows, pictures of WPS, the older BIFF versions."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

SECTOR = 512
_END, _FAT, _FREE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF


@dataclass(frozen=True)
class Formula:
    """A formula's cell: its value (None: an empty text as xlwt and Excel store it), and the record's options."""

    value: float | str | None
    options: int = 0


Cell = str | float | Formula | None


def record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def text(value: str) -> bytes:
    """A string of BIFF8 with a length of 16 bits, in UTF-16."""
    return struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")


def _cell(row: int, column: int, value: Cell) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(value, str):
        return record(0x0204, place + text(value))
    if isinstance(value, Formula):
        end = b"\xff\xff"
        if isinstance(value.value, str):
            error = value.value == "#N/A"
            result = (bytes([2, 0, 42, 0, 0, 0]) if error else bytes(6)) + end
        elif value.value is None:
            result = bytes([3, 0, 0, 0, 0, 0]) + end
        else:
            result = struct.pack("<d", value.value)
        tokens = b"\x1e\x01\x00"  # the integer 1
        body = place + result + struct.pack("<HIH", value.options, 0, len(tokens)) + tokens
        said = isinstance(value.value, str) and value.value != "#N/A"
        return record(0x0006, body) + (record(0x0207, text(str(value.value))) if said else b"")
    return record(0x0203, place + struct.pack("<d", value))


def sheet(rows: Sequence[Sequence[Cell]], hidden: Iterable[int] = ()) -> bytes:
    """The records of a sheet; `hidden` are rows, 0-based."""
    width = max(map(len, rows), default=0)
    parts = [record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 6))]
    parts.append(record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0)))
    for number in range(len(rows)):
        options = 0x0100 | (0x0020 if number in set(hidden) else 0)
        parts.append(record(0x0208, struct.pack("<HHHHHHHH", number, 0, width, 255, 0, 0, options, 15)))
    for number, values in enumerate(rows):
        parts += [
            _cell(number, column, value) for column, value in enumerate(values) if value not in (None, "")
        ]
    return b"".join([*parts, record(0x000A)])


def workbook(sheets: Mapping[str, bytes], states: Mapping[str, int] | None = None) -> bytes:
    """An xls of sheets by name; `states`: 1 hidden, 2 hidden very well."""
    start = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 6))
    start += record(0x0042, struct.pack("<H", 1200))
    names = {name: struct.pack("<BB", len(name), 1) + name.encode("utf-16-le") for name in sheets}
    at = len(start) + sum(4 + 6 + len(named) for named in names.values()) + 4
    bounds, bodies = b"", b""
    for name, body in sheets.items():
        state = (states or {}).get(name, 0)
        bounds += record(0x0085, struct.pack("<IBB", at + len(bodies), state, 0) + names[name])
        bodies += body
    return container({"Workbook": start + bounds + record(0x000A) + bodies})


def container(streams: Mapping[str, bytes]) -> bytes:
    """An OLE file of streams, each padded to 4096 bytes, so that none is a small one."""
    sectors: list[bytes] = []
    fat: list[int] = []

    def place(content: bytes) -> int:
        first = len(sectors)
        cut = [content[at : at + SECTOR].ljust(SECTOR, b"\0") for at in range(0, len(content), SECTOR)]
        sectors.extend(cut)
        fat.extend([*range(first + 1, first + len(cut)), _END])
        return first

    entries = [_entry("Root Entry", 5, _END, 0, 1)]
    for name, content in streams.items():
        whole = content.ljust(4096, b"\0")
        entries.append(_entry(name, 2, place(whole), len(whole), _FREE))
    directory = place(b"".join(entries).ljust(SECTOR, b"\0"))
    count = -(-(len(fat) + 1) // 127)
    where = list(range(len(sectors), len(sectors) + count))
    fat += [_FAT] * count
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(count * SECTOR, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, count, directory, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<109I", *where, *[_FREE] * (109 - count))
    return header + b"".join(sectors) + table


def _entry(name: str, kind: int, start: int, size: int, child: int) -> bytes:
    written = name.encode("utf-16-le") + b"\0\0"
    body = written.ljust(64, b"\0") + struct.pack("<HBB", len(written), kind, 1)
    body += struct.pack("<III", _FREE, _FREE, child) + bytes(36)
    return body + struct.pack("<III", start, size, 0)
