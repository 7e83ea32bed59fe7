"""Cell formats of a workbook, each made once."""

from __future__ import annotations

from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook


class Styles:
    """Cell formats of one workbook, made when first asked for."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def get(self, **properties: Any) -> Format:
        """A format in the form's font, centred and wrapped unless `properties` say otherwise."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            base = {
                "font_name": "宋体",
                "font_size": 10,
                "align": "center",
                "valign": "vcenter",
                "text_wrap": True,
            }
            self._made[key] = self._book.add_format(base | properties)
        return self._made[key]
