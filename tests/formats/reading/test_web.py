"""Web pages called .xls: what begins them, what their cells say, what is refused."""

from __future__ import annotations

from datetime import date, datetime, time
from time import monotonic
from typing import Any

import pytest
from tests.formats import web_writers
from tests.formats.reading.test_web_writers import official
from tests.formats.sample import VILLAGE, pack

from paicha.formats.reading import FileRefused, HouseholdTable, VillageTable, read_file
from paicha.formats.reading.grid import Grid
from paicha.formats.reading.reader import raw_rows
from paicha.formats.reading.source import open_grids
from paicha.formats.reading.web_table import value_of


def page(*rows: str, before: str = "", after: str = "") -> bytes:
    return f"<html><body>{before}<table>{''.join(rows)}</table>{after}</body></html>".encode()


def grids(data: bytes, name: str = "表.xls") -> list[Grid]:
    return list(open_grids(data, name))


# What begins a page


@pytest.mark.parametrize(
    "start",
    [
        "<table>", "\r\n\r\n\t<TABLE border=1>", "<head></head><table>", "<div><table>", "<!-- 导出 --><table>",
        '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE html><html><body><table>', "<style>td{}</style><table>",
        "<html><head><title>导出</head><body><table>", "\ufeff<meta charset=gbk><table>", "<!DOCTYPE html>\n<table>",
        "查询结果 <table><thead>", "<script>var a='<table>';</script><table>", "<center><font size=4>表</font><table>",
    ],
)  # fmt: skip
def test_whatever_a_page_begins_with(start: str) -> None:
    rows = "<tr><td>户主姓名<td>家庭人口<td>联系电话</tr><tr><td>刘志强<td>3<td>13584517282</tr></table>"
    found = read_file((start + rows).encode(), "花名册.xls", pack())
    (table,) = found.tables
    assert isinstance(table, HouseholdTable)
    assert table.frame["head_name"].to_list() == ["刘志强"]
    assert table.frame["phone"].to_list() == ["13584517282"]


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("gb2312", "utf-8"), ("utf-8", "gb18030"), ("iso-8859-1", "gb18030"), ("gbk", "gb18030"), ("nonsense", "utf-8"),
     ("big5", "big5"), ("hex", "utf-8"), ("punycode", "gb18030")],
)  # fmt: skip
def test_what_a_page_declares_is_a_hint(declared: str, encoding: str) -> None:
    text = f'<meta charset="{declared}"><table><tr><td>戶主姓名</td><td>中文</td></tr></table>'
    (grid,) = grids(text.encode(encoding))
    assert grid.rows == [["戶主姓名", "中文"]]


# Cells


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("<td>3", "3"), ("<td>&nbsp;", ""), ("<td>&nbsp;3&nbsp;", "3"), ("<td> a \n  b </td>", "a b"),
        ("<td>a<br>b", "a\nb"),
        ("<td><p>a</p><p>b</p>", "a\nb"), ("<td>&lt;&#20116;&gt;&amp;", "<五>&"),
        ("<td><b>刘</b><font>凯</font>", "刘凯"),
        ('<td x:num="3.5">4', 3.5), ("<td x:num>4", "4"), ('<td x:num="13584517282">1.35845E+10', 13584517282.0),
        ('<td sdval="0.5" sdnum="1033;0;0%">50%', 0.5), ('<td data-t="n" data-v="7">7', 7.0), ('<td data-v="7">8', "8"),
        ('<td x:str="\'013">13', "013"), ("<td x:str>013", "013"),
        ('<td sdval="1" sdnum="2052;0;BOOLEAN">TRUE', "TRUE"),
        ('<td data-t="d" data-v="2022-03-31T00:00:00.000Z">3/31/22', datetime(2022, 3, 31)),
        ('<td data-t="d" data-v="?">3/31/22', "3/31/22"),
        ('<td x:num="44631">3月11日', datetime(2022, 3, 11)), ('<td x:num="0.125">3:00', time(3)),
        ('<td x:num="nan">5', "5"), ("<td>=\"013\"", "013"), ("<td>'013", "013"), ("<td>'", "'"), ("<td>it's", "it's"),
        ('<td><input value="刘凯">', "刘凯"), ("<td><input type=checkbox checked>本村", "√本村"),
        ("<td><input type=hidden value=1>2", "2"),
        ("<td><select><option>1 本村<option selected>2 村外</select>", "2 村外"), ("<td><script>x()</script>1", "1"),
        ("<td><span style='display:none'>0003</span>3", "3"), ("<td><!-- 5 -->4", "4"),
        ("<td><![if !vml]>4<![endif]>", "4"),
        ("<td>4<![if !supportAnnotations]><a>[王1]</a><![endif]>", "4"),
        ("<td><table><tr><td>甲</td><td>乙</table>", "甲 乙"),
        ("<td>&#x2F09;", "⼉"), ("<td>\ue863", "䶮"),
        ("<td style='mso-number-format:\"yyyy\\-mm\\-dd\"'>44631", datetime(2022, 3, 11)),
        ("<td style=\"mso-number-format:'\\@'\">44631", "44631"),
    ],
)  # fmt: skip
def test_cells(cell: str, value: Any) -> None:
    (grid,) = grids(page(f"<tr><th>头<th>b{cell}<td>末</tr><tr><td>1<td>2<td>3<td>4</tr>"))
    assert grid.rows[0] == ["头", "b", value, "末"]
    assert type(grid.rows[0][2]) is type(value)


def test_text_that_excel_hid_for_want_of_room_is_read() -> None:
    head = '<meta name=Generator content="Microsoft Excel 12">'
    (grid,) = grids(
        (
            head + "<table><tr><td>13584517<span style='display:none'>282</span><td>大病\r\n  住院</table>"
        ).encode()
    )
    assert grid.rows == [["13584517282", "大病住院"]]


def test_errors_and_formulas_without_a_value_are_marked() -> None:
    (grid,) = grids(page('<tr><td x:err="#N/A">#N/A<td x:fmla="=A1+1"><td data-t="e" data-v="42">#N/A<td>1'))
    assert (grid.broken, grid.uncached, grid.rows) == ({(0, 0), (0, 2)}, {(0, 1)}, [["", "", "", "1"]])


@pytest.mark.parametrize(
    ("number", "shown", "value"),
    [(5.0, "5", 5.0), (-5.0, "-5", -5.0), (13584517282.0, "135-8451-7282", 13584517282.0),
     (44631.5, "11-Mar", datetime(2022, 3, 11, 12)),
     (1.0, "TRUE", "TRUE"), (45.0, "4-5", 45.0)],
)  # fmt: skip
def test_numbers_behind_what_is_shown(number: float, shown: str, value: Any) -> None:
    assert value_of(number, shown) == value


# Spans, hidden things, tables within tables


def test_spans_are_merged_ranges() -> None:
    (grid,) = grids(
        page(
            '<tr><td colspan=3>题</tr><tr><td rowspan="2">a<td>b<td>c</tr><tr><td>d<td>e</tr>',
            "<tr><td rowspan=0>f<td>g<td>h</tr>",
        )
    )
    assert grid.rows == [["题", "", ""], ["a", "b", "c"], ["", "d", "e"], ["f", "g", "h"]]
    assert [tuple(span) for span in grid.merges] == [(0, 0, 0, 2), (1, 0, 2, 0), (3, 0, 3, 0)]


def test_signature_merged_over_rows() -> None:
    cells = ["4", "13991200001", "1", "2", "2", "2", "0/4/0", "3", "2", "5", "3"]
    rows = [
        "<tr>"
        + "".join(f"<td>{value}" for value in (number, name, *cells))
        + (sign if number == 1 else "")
        + "<td></tr>"
        for number, name in enumerate(("王石峁", "李石峁"), 1)
        for sign in ["<td rowspan=2>刘建军"]
    ]
    head = (
        "序号|户主姓名|家庭人口|联系电话|居住地|有无安全住房|有无义务教育阶段因贫失学辍学学生|有无安全饮水|"
        "家庭成员参加城乡居民(职工)基本医疗保险|人均年纯收入|有无较大刚性支出|是否享受民政政策|是否需要纳入易返贫致贫户|排查人员签字|备注"
    )
    header = "<tr>" + "".join(f"<th>{label}" for label in head.split("|")) + "</tr>"
    (table,) = read_file(page(header, *rows), "表.xls", pack()).tables
    assert isinstance(table, HouseholdTable)
    assert table.faults == []
    assert table.frame["surveyors"].to_list() == ["刘建军", "刘建军"]


def test_hidden_columns_and_tables_are_told() -> None:
    unseen = "style='display:none'"
    table = f"<tr><td>户主姓名<td {unseen}>家庭人口<td>联系电话</tr><tr><td>刘志强<td {unseen}>3<td></tr>"
    data = page(
        table, after=f"<div style='display:none'><table>{table.replace('刘志强', '王志强')}</table></div>"
    )
    one, two = grids(data)
    assert (one.hidden, one.hidden_columns, two.hidden) == (False, {1}, True)
    codes = [entry.code for entry in read_file(data, "表.xls", pack()).messages]
    assert codes.count("B06") == 2
    assert codes.count("B07") == 1


def test_a_page_laid_out_by_tables() -> None:
    """The frame's own texts are lines above the table within, in their order."""
    inner = (
        "<table><tr><td>户主姓名<td>家庭人口<td>联系电话</tr><tr><td>刘志强<td>3<td>13584517282</tr></table>"
    )
    above = "<tr><td>花名册</tr><tr><td>大保当镇野鸡河村2组</tr>"
    frame = f"{above}<tr><td><div>{inner}</div></td></tr><tr><td>制表人</tr>"
    (grid,) = grids(page(frame))
    assert grid.rows[:2] == [["花名册", "", ""], ["大保当镇野鸡河村2组", "", ""]]
    (table,) = read_file(page(frame), "表.xls", pack()).tables
    assert isinstance(table, HouseholdTable)
    assert (table.headings.village, table.frame["_group"].to_list()) == (VILLAGE, ["2"])


def test_header_and_rows_in_two_tables() -> None:
    """Grids of the web keep their header in a table of its own; title and place stand before it."""
    head = "<table><tr><th>户主姓名<th>家庭人口<th>联系电话</tr></table>"
    body = "<div><table><tr><td>刘志强<td>3<td>13584517282</tr></table></div>"
    data = f"<h2>大保当镇野鸡河村花名册</h2><ul><li><a href=x>锦界镇枣稍沟村</a></ul>{head}{body}".encode()
    (grid,) = grids(data)
    assert [row[0] for row in grid.rows] == ["大保当镇野鸡河村花名册", "户主姓名", "刘志强"]


def test_pages_of_one_print_are_one_sheet() -> None:
    """Also where the last column of a page says nothing, and the header is not printed again."""

    def row(*values: str) -> str:
        return "<tr>" + "".join(f"<td>{value}</td>" for value in values) + "</tr>"

    labels = (
        "户主姓名",
        "家庭人口",
        "联系电话",
        "居住地",
        "有无安全住房",
        "有无安全饮水",
        "人均年纯收入",
        "备注",
    )
    answers = ("4", "13991200001", "1", "2", "2", "3")
    first = [row(*labels)] + [row(f"刘志{name}", *answers, "高血压") for name in "甲乙丙"]
    second = [row(f"王志{name}", *answers, "") for name in "甲乙丙丁"]
    (grid,) = grids(page(*first, after=f"<p>第1页</p><table>{''.join(second)}</table><p>第2页</p>"))
    assert [values[0] for values in grid.rows] == [
        "户主姓名", "刘志甲", "刘志乙", "刘志丙", "第1页", "王志甲", "王志乙", "王志丙", "王志丁",
    ]  # fmt: skip


def test_a_list_within_a_household_is_text_of_its_cell() -> None:
    family = "<table><tr><th>姓名<th>关系</tr><tr><td>刘凯<td>子</tr></table>"
    rows = "<tr><td>户主姓名<td>家庭人口<td>成员</tr>" + f"<tr><td>刘志强<td>3<td>{family}</tr>" * 2
    (grid,) = grids(page(rows))
    assert grid.rows[2] == ["刘志强", "3", "姓名 关系\n刘凯 子"]


def test_a_frame_of_menus_around_a_small_roster() -> None:
    rows = "<tr><td>刘志强<td>3<td></tr><tr><td>王志强<td>3<td></tr>"
    roster = f"<table><tr><td>户主姓名<td>家庭人口<td>联系电话</tr>{rows}</table>"
    (grid,) = grids(page(f"<tr><td>首页<td>查询<td>导出<td>退出</tr><tr><td colspan=4>{roster}</tr>"))
    assert [values[0] for values in grid.rows] == [
        "首页",
        "查询",
        "导出",
        "退出",
        "户主姓名",
        "刘志强",
        "王志强",
    ]


def test_hidden_rows_that_say_something_are_noted() -> None:
    (grid,) = grids(
        page(
            "<tr><td>1</tr><tr style='display:none'><td>2</tr><tr hidden><td>&nbsp;</tr><tbody hidden><tr><td>3"
            "</tr></tbody>"
        )
    )
    assert grid.hidden_rows == {1, 3}


def test_a_page_that_ends_is_whole_though_its_table_was_left_open() -> None:
    data = b"<html><body><table><tr><td>1<td>2<tr><td>3<td><table><tr><td>4</body></html>"
    assert [grid.rows for grid in grids(data)] == [[["1", "2"], ["3", "4"]]]


def test_tables_of_a_page_are_sheets_of_their_own() -> None:
    rows = "<tr><td>户主姓名<td>家庭人口</tr>" + "<tr><td>刘志强<td>3</tr>" * 4
    data = page(rows, after=f"<h3>第二张</h3><table>{rows.replace('刘', '王')}</table>")
    one, two = grids(data)
    assert (one.sheet, two.sheet) == ("表1", "表2")
    assert two.rows[0] == ["第二张", ""]
    assert raw_rows(data, "表.xls", "表2", [3]) == {3: {"A": "王志强", "B": "3"}}


# What is refused


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<html><body><form>用户名<input name=u></form></body></html>", "F30"),
        ("<script>top.location='/login.jsp'</script>", "F30"), ("<html></html>", "F30"), ("<table></table>", "F30"),
        ("<table><tr><td>用户名<td><input><tr><td>密码<td><input type=password></table>", "F31"),
        ("<html><table><tr><td>户主姓名<td>家庭人口</tr><tr><td>刘志强", "F33"),
        ("<table><tr><td>户主姓名<td>家庭人口</tr><tr><td>刘志强<td><span", "F33"),
        ('{"code":401,"msg":"登录已失效"}', "F34"), ('[{"户主姓名":"刘凯"}]', "F02"),
        ("<html><frameset><frame src=a></frameset></html>", "F35"),
        ("<table>" * 50, "F32"), ("<table></table>" * 1001, "F32"), ("<?xml version='1.0'?><root/>", "F02"),
        ("<table><tr>" + "<td>1" * 1002, "F11"), ("<table>" + "<tr>" * 400_001, "F11"),
        ("<table>" + "<tr><td colspan=1000>" * 6002, "F11"), ("<table><tr><td colspan=999><td>1<td>1<td>", "F11"),
    ],
)  # fmt: skip
def test_refused_with_its_cause(text: str, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read_file(text.encode(), "表.xls", pack())
    assert refused.value.code == code
    assert "表.xls" in refused.value.sentence


def test_spans_that_claim_everything_cost_nothing() -> None:
    claim = "<tr><td colspan=3 rowspan=99999999999>题<td>1</tr>"
    (grid,) = grids(
        page(
            claim, "<tr><td>2<td colspan=100000 rowspan=65534>3</tr>", "<tr><td rowspan=0>4</tr>", "<tr></tr>"
        )
    )
    assert grid.rows == [["题", "", "", "1", ""], ["", "", "", "2", "3"], ["", "", "", "4", ""], [""] * 5]
    assert [tuple(span) for span in grid.merges] == [(0, 0, 3, 2), (1, 4, 3, 4), (2, 3, 3, 3)]


@pytest.mark.parametrize(
    "piece", ["<", "<a ", "<!--", '<a b="', "<![CDATA[", "&", "</", "<?", "<table x='", "<td>", "<br>"]
)
def test_pages_without_end_are_done_in_time(piece: str) -> None:
    started = monotonic()
    with pytest.raises(FileRefused):
        read_file(("<table><tr><td>" + piece * (1_000_000 // len(piece))).encode(), "表.xls", pack())
    assert monotonic() - started < 10


def test_a_date_shown_as_text_answers_nothing() -> None:
    """3月11日 without its number is text, as in csv; with it, it is the date."""
    _, book = official("附件1-1")
    sheet = book["附件1-1"]
    sheet["E6"], sheet["E7"] = "1月3日", date(2022, 1, 3)
    (table,) = read_file(web_writers.excel_one_page(book).encode(), "表.xls", pack()).tables
    assert isinstance(table, HouseholdTable)
    assert not isinstance(table, VillageTable)
    assert [(fault.code, fault.cell) for fault in table.faults] == [("R10", "E6"), ("R10", "E7")]
