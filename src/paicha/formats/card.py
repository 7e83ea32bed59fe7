"""A grid worker's pocket card: one side of one A4 sheet, folded twice to the size of a hand.

Why one side: a village office's printer prints one. The upper half stands on its head, so that after folding
(upper half behind, then left half behind) the cover is in front and the two inner panels read from left to right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from paicha.formats import fonts, pdf


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with its lines; `ticked` where each line is something to do or to ask."""

    title: str
    lines: Sequence[str]
    ticked: bool = True


@dataclass(frozen=True, slots=True)
class PocketCard:
    """`title`, `county` and `days` of the round on the cover; `left`, `right` inside; `back` behind.

    `code`: the QR code of the phone's pages as SVG; `address`: the same in letters.
    """

    title: str
    county: str
    days: str
    left: Sequence[Part]
    right: Sequence[Part]
    back: Sequence[Part]
    code: str
    address: str


def card(paper: PocketCard) -> bytes:
    """The card as PDF, one A4 page, in the largest letters that each panel takes."""
    plan = {
        "fonts": fonts.families(),
        "title": paper.title,
        "county": paper.county,
        "days": paper.days,
        "panels": {
            key: [{"title": part.title, "lines": list(part.lines), "ticked": part.ticked} for part in parts]
            for key, parts in (("left", paper.left), ("right", paper.right), ("back", paper.back))
        },
        "code": paper.code,
        "address": paper.address,
    }
    return pdf.typeset("card.typ", plan)
