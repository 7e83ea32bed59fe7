"""MHT, 'web page in a single file': the pages within one MIME envelope.

Excel and WPS put a frame in front that names the sheets, and a page for each; browsers a page and its pictures.
The parts are cut at their boundary lines here, since nesting and sizes are claims; headers are read by the library.
"""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from urllib.parse import unquote

from paicha.formats.reading.grid import Grid
from paicha.formats.reading.model import FileRefused
from paicha.formats.reading.web import NamedSheet, grids_of, parse_page
from paicha.formats.reading.web_page import WebPage
from paicha.formats.reading.web_table import Budget

_ENVELOPE = re.compile(rb"^(?:MIME-Version:|Content-Type:\s*(?:multipart/related|text/html))", re.I | re.M)
_LONGEST_HEAD = 1 << 16
_MAX_PARTS = 2_000
_MAX_DEPTH = 4


@dataclass(frozen=True, slots=True)
class _Part:
    """One page of the archive: its bytes, the encoding that its header tells, and its address' last word."""

    data: bytes
    charset: str
    name: str


def is_web_archive(data: bytes) -> bool:
    """Whether bytes begin with the headers of a MIME envelope around web pages."""
    head = data[:4096]
    return re.match(rb"\s*[A-Za-z-]{2,40}:", head) is not None and _ENVELOPE.search(head) is not None


def read_web_archive(data: bytes, file: str) -> Iterator[Grid]:
    """The sheets of a web archive. Raises `FileRefused`."""
    budget = Budget(file)
    parts = [part for part in _parts(data.lstrip(), file, 0) if part.data.strip()]
    pages: dict[str, WebPage] = {}
    named: list[NamedSheet] = []
    for number, part in enumerate(parts, 1):
        page, names = parse_page(part.data, file, budget, part.charset)
        pages[part.name if part.name and part.name not in pages else f"{part.name}#{number}"] = page
        named = named or names
    sources = {_last_word(sheet.source): sheet for sheet in named if sheet.source}
    if sources.keys() - pages.keys():  # a sheet that the frame names did not come along
        raise FileRefused("F04", file=file)
    if sources:
        chosen: list[tuple[WebPage, NamedSheet | None]] = [(pages[name], sources[name]) for name in sources]
    else:
        chosen = [(page, named[0] if len(named) == 1 else None) for page in pages.values()]
    yield from grids_of(chosen, file)


def _parts(data: bytes, file: str, depth: int) -> Iterator[_Part]:
    """The pages of an envelope, envelopes within it opened. Raises F04, F32."""
    headers, body = _split_headers(data, file)
    boundary = headers.get_boundary()
    if headers.get_content_maintype() == "multipart" and boundary:
        if depth >= _MAX_DEPTH:
            raise FileRefused("F32", file=file, limit=_MAX_PARTS)
        pieces = re.split(rb"(?:\A|\r?\n)--" + re.escape(boundary.encode("ascii", "replace")), body)
        if len(pieces) > _MAX_PARTS:
            raise FileRefused("F32", file=file, limit=_MAX_PARTS)
        if not pieces[-1].startswith(b"--"):  # the line that ends an envelope is missing
            raise FileRefused("F04", file=file)
        for piece in pieces[1:-1]:
            part = piece.partition(b"\n")[2]
            if not part.startswith((b"\n", b"\r\n")):  # a part without headers is a note of the program
                yield from _parts(part, file, depth + 1)
    elif headers.get_content_type() in ("text/html", "application/xhtml+xml"):
        location = headers.get("Content-Location", "")
        yield _Part(_decode(headers, body, file), headers.get_content_charset() or "", _last_word(location))


def _split_headers(data: bytes, file: str) -> tuple[Message, bytes]:
    """Headers and body, which a blank line parts. Raises F04."""
    end = re.compile(rb"\r?\n\r?\n").search(data, 0, _LONGEST_HEAD)
    if end is None:
        raise FileRefused("F04", file=file)
    return BytesHeaderParser().parsebytes(data[: end.start()]), data[end.end() :]


def _decode(headers: Message, body: bytes, file: str) -> bytes:
    encoding = str(headers.get("Content-Transfer-Encoding", "")).strip().lower()
    try:
        if encoding == "quoted-printable":
            return quopri.decodestring(body)
        if encoding == "base64":
            return binascii.a2b_base64(body)
    except binascii.Error:
        raise FileRefused("F04", file=file) from None
    return body


def _last_word(address: str) -> str:
    """`file:///C:/x/表.files/sheet001.htm` → `sheet001.htm`."""
    return unquote(address.strip().replace("\\", "/").rpartition("/")[2]).lower()
