"""A department's questions as a workbook, and the answers read back from it.

What holds: a row is found by its key, never by its place or the name beside it, so that it may be sorted; what is
blank is no answer; a cell that can't be read is said with its address, and never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from paicha.core.catalogue import sentence
from paicha.core.keys import check_digit
from paicha.core.normalise import fold
from paicha.core.pack import Pack
from paicha.domain.referrals.models import Referral
from paicha.domain.referrals.services import ReferralError
from paicha.formats import xlsx
from paicha.formats.documents import Document, ListSheet, Value
from paicha.formats.reading.grid import Grid, address, visible_text
from paicha.formats.reading.source import open_grids

TITLE = "疑似问题核实"
KEY, ANSWER, REASON = "编号", "是否属实（是、否、说不清）", "理由"
_HEADERS = (KEY, "部门", "镇街", "村", "组", "户主", "要核实的问题", "答复期限", ANSWER, REASON)
_WIDTHS = (11, 16, 14, 16, 8, 10, 40, 12, 14, 40)
_HEAD_ROWS = 12
_SAID = {
    "是": "yes", "属实": "yes", "1": "yes", "否": "no", "不是": "no", "不属实": "no", "2": "no",
    "说不清": "unknown", "不清楚": "unknown", "无法核实": "unknown", "3": "unknown",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answered:
    """A row with an answer, or with what can't be read (`fault`, a sentence with the cell)."""

    key: str
    answer: str
    reason: str
    cell: str
    fault: str = ""


def to_answer(referrals: Sequence[Referral], pack: Pack, footer: str) -> bytes:
    """The workbook: what was asked, with two columns to fill in."""
    rows: list[list[Value]] = []
    for r in referrals:
        title = pack.department[r.department].title if r.department in pack.department else r.department
        town = r.village.parent.spoken if r.village.parent else ""
        rows.append(
            [
                r.key, title, town, r.village.spoken, _group(r.household.group), r.household.head_name, r.question,
                r.due_on, None, None,
            ]
        )  # fmt: skip
    sheet = ListSheet(
        title=TITLE, name=TITLE, headers=_HEADERS, widths=_WIDTHS, rows=rows,
        foot="只填最后两列，编号不要改。填好后在“疑似问题核实”页面上传。",
    )  # fmt: skip
    return xlsx.write(Document(TITLE, [sheet], footer), pack)


def read_answers(data: bytes, name: str) -> list[Answered]:
    """Rows that hold an answer, sheet by sheet. Raises FileRefused, ReferralError where no column is found."""
    found: list[Answered] = []
    recognised = False
    for grid in open_grids(data, name):
        columns = _columns(grid)
        if columns is not None:
            recognised = True
            found += _rows(grid, *columns)
    if not recognised:
        raise ReferralError("Q20", name=name, key=KEY, reason=REASON)
    return found


def _columns(grid: Grid) -> tuple[int, int, int, int] | None:
    """(header row, key, answer, reason), found by their titles."""
    for index, row in enumerate(grid.rows[:_HEAD_ROWS]):
        texts = ["".join(fold(visible_text(value)).split()) for value in row]
        key = next((c for c, text in enumerate(texts) if text == KEY), None)
        answer = next((c for c, text in enumerate(texts) if text.startswith("是否属实")), None)
        reason = next((c for c, text in enumerate(texts) if text == REASON), None)
        if key is not None and answer is not None and reason is not None:
            return index, key, answer, reason
    return None


def _rows(grid: Grid, head: int, key: int, answer: int, reason: int) -> Iterator[Answered]:
    for index, row in enumerate(grid.rows[head + 1 :], start=head + 1):
        said, why = "".join(fold(visible_text(row[answer])).split()), visible_text(row[reason]).strip()
        if not said and not why:
            continue
        written = "".join(fold(visible_text(row[key])).split()).upper()
        place = f"{grid.sheet} {address(index, answer)}"
        if not _is_key(written):
            if not written and not said:
                continue  # the foot, a signature
            text = sentence("Q21", place=f"{grid.sheet} {address(index, key)}", key=written)
            yield Answered(written, "", why, place, text)
        elif said not in _SAID:
            read = f"“{said}”" if said else "空的"
            yield Answered(written, "", why, place, sentence("Q22", place=place, read=read))
        elif not why:
            where = f"{grid.sheet} {address(index, reason)}"
            yield Answered(written, _SAID[said], why, place, sentence("Q23", place=where))
        else:
            yield Answered(written, _SAID[said], why, place)


def _is_key(text: str) -> bool:
    digits = text[1:-1]
    return (
        text[:1] == "Z" and text[1:].isascii() and text[1:].isdecimal() and len(digits) >= 6
        and check_digit(digits) == int(text[-1])
    )  # fmt: skip


def _group(text: str) -> str:
    return f"{text}组" if text.isdecimal() else text
