"""The encoding of a text file, and its text whole or piece by piece.

What a file declares is a hint at most: Java systems write `charset=gb2312` over UTF-8 and `iso-8859-1`
over GBK. Bytes that are UTF-8 throughout are UTF-8.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from paicha.core.private_use import PRIVATE_USE, STANDARD
from paicha.formats.reading.model import FileRefused

_PIECE = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_DECLARED = re.compile(rb"""\b(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_-]{2,20})""", re.IGNORECASE)
_CODECS = {
    "big5": "big5hkscs", "big5hkscs": "big5hkscs", "cp950": "big5hkscs", "shiftjis": "cp932", "euckr": "cp949",
    "iso88591": "cp1252", "latin1": "cp1252", "windows1252": "cp1252", "usascii": "cp1252", "ascii": "cp1252",
}  # fmt: skip
_FORMULA_TEXT = re.compile(r'="((?:[^"]|"")*)"', re.DOTALL)


def encoding_of(data: bytes, file: str, declared: str = "") -> str:
    """The codec that decodes the whole file. `declared` is what an envelope says. Raises F02, F08."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _first(data, [encoding], file)
    head = data[:4096]
    if b"\0" in head:
        return _first(data, _wide(head, file), file)
    match = _DECLARED.search(head)
    name = declared or (match[1].decode("ascii") if match else "")
    codec = _CODECS.get(re.sub(r"[-_]", "", name.lower()), "")
    order = ["utf-8", codec, "gb18030"] if codec != "cp1252" else ["utf-8", "gb18030", codec]
    return _first(data, [encoding for encoding in order if encoding], file)


def _wide(head: bytes, file: str) -> list[str]:
    """UTF-16 without its mark, in the order of bytes in which there are more separators; F02 for what is no text."""
    texts = {name: head[: len(head) // 2 * 2].decode(name, "replace") for name in ("utf-16-le", "utf-16-be")}
    found = {name: sum(map(text.count, ",;\t\n<>")) for name, text in texts.items()}
    best = max(found, key=lambda name: found[name])
    if not found[best] or "\0" in texts[best]:
        raise FileRefused("F02", file=file, kind="程序文件")
    return [best]


def _first(data: bytes, encodings: list[str], file: str) -> str:
    for encoding in encodings:
        try:
            for _ in _decode(data, encoding):
                pass
        except UnicodeError:
            continue
        return encoding
    raise FileRefused("F08", file=file)


def _decode(data: bytes, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    view = memoryview(data)
    for start in range(0, len(data), _PIECE):
        yield decoder.decode(bytes(view[start : start + _PIECE]))
    yield decoder.decode(b"", True)


def text_pieces(data: bytes, encoding: str) -> Iterator[str]:
    """The text in pieces of about a million characters; characters of private use in their standard form."""
    yield from map(_standard, _decode(data, encoding))


def _standard(text: str) -> str:
    return text.translate(STANDARD) if PRIVATE_USE.search(text) else text


def whole_text(data: bytes, file: str) -> str:
    """The whole text of a file. Raises F08 where no encoding fits, F02 where it is no text."""
    text = _standard(data.decode(encoding_of(data, file)))
    if "\0" in text:
        raise FileRefused("F02", file=file, kind="程序文件")
    return text


def text_head(data: bytes, file: str) -> str:
    """The first characters of a text, enough to tell its kind. Raises F02, F08 for the whole file."""
    return next(text_pieces(data, encoding_of(data, file)), "")[:65_536]


def unwrap(text: str) -> str:
    """The text within `="…"` and after a leading apostrophe: how web systems tell Excel that a cell is text."""
    if text.startswith('="') and (match := _FORMULA_TEXT.fullmatch(text)):
        return match[1].replace('""', '"')
    if text.startswith("'") and text.strip("' "):
        inner = text[1:]
        return inner[:-1] if inner.endswith("'") and inner.count("'") == 1 else inner
    return text
