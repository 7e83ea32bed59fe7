"""What a text that begins with a tag or a brace is, told by its first element."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["page", "spreadsheetml", "flat_ods", "xml", "json", "answer", ""]

_FIRST = re.compile(r"<!--.*?(?:-->|\Z)|<[?!][^>]*|<([A-Za-z][\w.:-]*)", re.DOTALL)
_TABLE = re.compile(r"<table\b[^>]*>\s*(?:<(?:!|caption|col|tr|t[hd]|thead|tbody))", re.IGNORECASE)
_OF_PAGES = re.compile(
    "html|head|body|meta|title|style|script|link|base|table|t[rdh]|thead|tbody|caption|div|span|p|center|font|form|a|b|br"
    "|h[1-6r]|i|u|em|strong|iframe|frameset|img|input|label|ul|ol|li|section|main|pre",
    re.IGNORECASE,
)
_SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"

_OPEN_SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"


def kind_of(head: str) -> Kind:
    """The kind of the text whose first characters are given; '' where it is no markup."""
    start = head.lstrip("\ufeff \r\n\t")
    if start.startswith(("{", "[{")):
        return "json" if "[{" in start else "answer"
    if not start.startswith("<"):
        return "page" if _TABLE.search(start[:4096]) else ""
    name = next((match[1] for match in _FIRST.finditer(start) if match[1]), "")
    if name.rpartition(":")[2] == "Workbook" and _SPREADSHEET in start:
        return "spreadsheetml"
    if name == "office:document" and _OPEN_SPREADSHEET in start:
        return "flat_ods"
    if _OF_PAGES.fullmatch(name) or _TABLE.search(start):
        return "page"
    return "xml" if name or start.startswith("<?xml") else ""
