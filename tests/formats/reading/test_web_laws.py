"""Laws of web pages: any table comes back, any soup of tags is read or refused."""

from __future__ import annotations

import random
from html import escape
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.lengths import examples

from paicha.formats.reading import FileRefused
from paicha.formats.reading.grid import Grid
from paicha.formats.reading.odd_texts import clear_odd_texts
from paicha.formats.reading.source import open_grids
from paicha.formats.reading.web import grids_of
from paicha.formats.reading.web_page import WebPage
from paicha.formats.reading.web_table import Budget


@st.composite
def merged_tables(draw: st.DrawFn) -> tuple[list[list[str]], list[tuple[int, int, int, int]]]:
    """Texts with merged ranges that don't overlap, each inside the table; what is covered is blank."""
    height, width = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    seed = draw(st.integers(0, 2**32))
    chance = random.Random(seed)
    values = [
        [chance.choice(["", "1", "刘 凯", "a<b&c", "二\n三", "  "]) for _ in range(width)]
        for _ in range(height)
    ]
    taken: set[tuple[int, int]] = set()
    spans = []
    for _ in range(chance.randint(0, 5)):
        top, left = chance.randrange(height), chance.randrange(width)
        bottom, right = chance.randrange(top, height), chance.randrange(left, width)
        area = {(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)}
        if len(area) > 1 and not area & taken:
            taken |= area
            spans.append((top, left, bottom, right))
            for row, column in area - {(top, left)}:
                values[row][column] = ""
    return values, sorted(spans)


@settings(max_examples=examples(200), deadline=None)
@given(drawn=merged_tables(), lazy=st.booleans(), upper=st.booleans())
def test_any_table_comes_back_as_it_was_laid_out(drawn: Any, lazy: bool, upper: bool) -> None:
    """Values and merged ranges, whether end tags are written or left to the browser."""
    values, spans = drawn
    values[-1][-1] = values[-1][-1] or ("" if any(s[2] == len(values) - 1 for s in spans) else "末")
    reach = {(top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in spans}
    hidden = {
        (row, column)
        for t, left, b, right in spans
        for row in range(t, b + 1)
        for column in range(left, right + 1)
    } - set(reach)
    text = "<table>"
    for row, line in enumerate(values):
        text += "<tr>"
        for column, value in enumerate(line):
            if (row, column) not in hidden:
                down, across = reach.get((row, column), (1, 1))
                told = escape(value).replace("\n", "<br>")
                text += f"<td rowspan={down} colspan={across}>{told}" + ("" if lazy else "</td>\n")
        text += "" if lazy else "</tr>\r\n"
    text = (text + "</table>").replace("td", "TD" if upper else "td")
    found = (
        list(open_grids(text.encode(), "表.xls")) if any(v.strip() for line in values for v in line) else []
    )
    expected = [[value.strip() for value in line] for line in values]
    for grid in found:
        width = grid.width
        assert grid.rows == [line[:width] for line in expected]
        assert all(value == "" for line in expected for value in line[width:])
        kept = [s for s in spans if s[1] < width]
        assert [tuple(span) for span in grid.merges] == [(t, c, b, min(r, width - 1)) for t, c, b, r in kept]


PIECES = """
<table>|</table>|<tr>|</tr>|<td>|</td>|<th rowspan=3>|<td colspan=2 x:num=5>|<col span=2 hidden>|<thead>|</tbody>|1| |
户主姓名|&nbsp;|&#0;|&#xD800;|<br>|<p>|</p>|<a href=x>|</a>|<a name="table1">|<em>|<span style='display:none'>|</span>|
<div hidden>|</div>|<select>|<option selected>|</select>|<input type=password>|<script>|</script>|<title>|</title>|-->|
<!--|<![if !supportAnnotations]>|<![endif]>|<![|<!|<?|<|>|"|'|<td x:err='#N/A'>|<td x:fmla='=1'>|<frameset>|<body>|</td|
<td/>|<td rowspan=0>|<xml>|</xml>|<caption>|<x:ExcelWorksheet><x:Name>a</x:Name></x:ExcelWorksheet>"""
SOUP = PIECES.strip().split("|")


def told(grid: Grid) -> tuple[Any, ...]:
    """What a grid says, but for blanks within texts."""
    return (
        [["".join(str(value).split()) for value in row] for row in grid.rows],
        grid.merges,
        grid.hidden_rows,
    )


@settings(max_examples=examples(400), deadline=None)
@given(parts=st.lists(st.sampled_from(SOUP), max_size=40), closed=st.booleans())
def test_any_soup_of_tags_is_read_or_refused(parts: list[str], closed: bool) -> None:
    """And reads alike however the text arrives in parts."""
    text = "<html>" + "".join(parts) + ("</table>" * 12 if closed else "")
    try:
        found = list(open_grids(text.encode("utf-8", "replace"), "表.xls"))
    except FileRefused as refused:
        assert refused.code in ("F02", "F04", "F11", "F30", "F31", "F33", "F35")
        return
    if "Excel" not in text:
        parsed = WebPage(Budget("表.xls"))
        parsed.read(iter(text.removeprefix("\ufeff")))
        again = list(grids_of([(parsed, None)], "表.xls"))
        for grid in again:
            clear_odd_texts(grid)
        assert list(map(told, again)) == list(map(told, found))
    for grid in found:
        assert all(len(row) == grid.width for row in grid.rows)
        assert all(span.bottom < len(grid.rows) and span.right < grid.width for span in grid.merges)
