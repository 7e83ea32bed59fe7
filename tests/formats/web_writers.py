"""One workbook as the programs of counties write it: web pages of three dialects, web archives, SpreadsheetML 2003.

Each writer gets a workbook of openpyxl and knows nothing of the reader. What is peculiar to a program is written as
the program writes it: where the real value stands, how lines break, what stands around the table.
"""

from __future__ import annotations

import quopri
import re
import textwrap
from collections.abc import Callable
from datetime import date, datetime
from html import escape
from typing import Any

from openpyxl import Workbook
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.worksheet import Worksheet

OFFICE = (
    'xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel" '
    'xmlns="http://www.w3.org/TR/REC-html40"'
)


def spans(sheet: Worksheet) -> dict[tuple[int, int], tuple[int, int]]:
    """First cell → (rows, columns) of each merged range."""
    return {
        (entry.min_row, entry.min_col): (entry.size["rows"], entry.size["columns"])
        for entry in sheet.merged_cells.ranges
    }


def covered(sheet: Worksheet) -> set[tuple[int, int]]:
    """Cells that a merged range takes from others."""
    return {
        (row, column)
        for entry in sheet.merged_cells.ranges
        for row in range(entry.min_row, entry.max_row + 1)
        for column in range(entry.min_col, entry.max_col + 1)
    } - set(spans(sheet))


def shown(value: Any) -> str:
    """A value as a person sees it; dates as zh-CN shows them."""
    if isinstance(value, datetime | date):
        return f"{value.year}/{value.month}/{value.day}"
    return str(value)


def cells(sheet: Worksheet, write: Callable[[Any, str], str]) -> str:
    """The rows of a table; `write` gets a value and the attributes of its span."""
    hidden, reach, lines = covered(sheet), spans(sheet), []
    for row in sheet.iter_rows():
        line = []
        for cell in row:
            place = (cell.row, cell.column)
            if place in hidden:
                continue
            down, across = reach.get(place, (1, 1))
            span = (f' rowspan="{down}"' if down > 1 else "") + (f' colspan="{across}"' if across > 1 else "")
            line.append(write(cell.value, span))
        lines.append("<tr>" + "".join(line) + "</tr>")
    return "\n".join(lines)


def java_page(book: Workbook) -> str:
    """A Java system that glues strings: no <html>, &nbsp; for nothing, a table a sheet under its title."""

    def write(value: Any, span: str) -> str:
        text = "&nbsp;" if value is None else escape(shown(value)).replace("\n", "<br>")
        return f'<td{span} style="vnd.ms-excel.numberformat:@">{text}</td>'

    head = '<meta http-equiv="Content-Type" content="text/html; charset=UTF-8">\r\n<style>td{border:solid}</style>'
    return head + "".join(
        f'\r\n<div><table border="1">{cells(sheet, write)}</table></div>' for sheet in book.worksheets
    )


def excel_table(sheet: Worksheet) -> str:
    """The table of a page that Excel saved: x:num, x:str, wrapped source lines, a line of widths at the end."""

    def write(value: Any, span: str) -> str:
        if value is None:
            return f"  <td{span} class=xl24></td>\r\n"
        if isinstance(value, int | float):
            return f"  <td{span} class=xl25 align=right x:num>{value}</td>\r\n"
        if isinstance(value, datetime | date):
            return f'  <td{span} class=xl26 align=right x:num="{to_excel(value):g}">{shown(value)}</td>\r\n'
        text = escape(value).replace("\n", "<br>\r\n    ")
        return f"  <td{span} class=xl24 style='border-left:none' x:str>{text}</td>\r\n"

    columns = "".join(
        f" <col width=72{' style=display:none' if sheet.column_dimensions[letter].hidden else ''}>\r\n"
        for letter in (cell.column_letter for cell in sheet[1] if hasattr(cell, "column_letter"))
    )
    widths = "<td width=72 style='width:54pt'></td>" * sheet.max_column
    return (
        f"<table x:str border=0 cellpadding=0 cellspacing=0>\r\n{columns}{cells(sheet, write)}"
        f"<![if supportMisalignedColumns]>\r\n<tr height=0 style='display:none'>{widths}</tr>\r\n<![endif]>\r\n</table>"
    )


def excel_page(sheet: Worksheet, names: str = "") -> str:
    """A page of Excel around one table."""
    return (
        f'<html {OFFICE}>\r\n\r\n<head>\r\n<meta http-equiv=Content-Type content="text/html; charset=gb2312">\r\n'
        '<meta name=ProgId content=Excel.Sheet>\r\n<meta name=Generator content="Microsoft Excel 11">\r\n'
        '<style>\r\n<!--table\r\n\t{mso-displayed-decimal-separator:"\\.";}\r\n.xl24\r\n\t{mso-number-format:"\\@";}\r\n'
        f"-->\r\n</style>\r\n{names}</head>\r\n\r\n<body link=blue vlink=purple>\r\n\r\n{excel_table(sheet)}\r\n"
        "</body>\r\n\r\n</html>\r\n"
    )


def worksheets(entries: list[tuple[str, str, str]]) -> str:
    """What Excel's head tells of the sheets: name, part, whether it is hidden."""
    inner = "".join(
        f"<x:ExcelWorksheet>\r\n    <x:Name>{escape(name)}</x:Name>\r\n"
        + (f'    <x:WorksheetSource HRef="{part}"/>\r\n' if part else "")
        + (f"    <x:Visible>{seen}</x:Visible>\r\n" if seen else "")
        + "   </x:ExcelWorksheet>\r\n"
        for name, part, seen in entries
    )
    return (
        "<!--[if gte mso 9]><xml>\r\n <x:ExcelWorkbook>\r\n  <x:ExcelWorksheets>\r\n   "
        f"{inner}  </x:ExcelWorksheets>\r\n </x:ExcelWorkbook>\r\n</xml><![endif]-->\r\n"
    )


def excel_one_page(book: Workbook) -> str:
    """Excel's own 'web page' of one sheet."""
    sheet = book.worksheets[0]
    return excel_page(sheet, worksheets([(sheet.title, "", "")]))


def sheetjs_page(book: Workbook) -> str:
    """SheetJS' sheet_to_html: the value in data-v, its type in data-t, no line between rows."""

    def write(value: Any, span: str) -> str:
        if value is None:
            return f"<td{span}></td>"
        if isinstance(value, datetime | date):
            told = f'data-t="n" data-v="{to_excel(value):g}" data-z="m/d/yy"'
            return f"<td{span} {told}>{value.month}/{value.day}/{value.year % 100}</td>"
        kind = "n" if isinstance(value, int | float) else "s"
        text = escape(shown(value)).replace("\n", "<br/>")
        return f'<td{span} data-t="{kind}" data-v="{escape(shown(value))}">{text}</td>'

    return (
        '<html><head><meta charset="utf-8"/><title>SheetJS Table Export</title></head><body><table>'
        + cells(book.worksheets[0], write).replace("\n", "")
        + "</table></body></html>"
    )


def excel_archive(book: Workbook, hidden: str = "") -> bytes:
    """Excel's 'web page, single file': a frame that names the sheets, a page for each, tabs, a list of files."""
    base = "file:///C:/89E2/"
    entries = [
        (sheet.title, f"bao.files/sheet{number:03}.htm", "SheetHidden" if sheet.title == hidden else "")
        for number, sheet in enumerate(book.worksheets, 1)
    ]
    frame = (
        f'<html {OFFICE}>\r\n<head>\r\n<meta name="Excel Workbook Frameset">\r\n'
        '<meta http-equiv=Content-Type content="text/html; charset=gb2312">\r\n'
        f'{worksheets(entries)}<frameset rows="*,39" border=0>\r\n'
        '<frame src="bao.files/sheet001.htm" name="frSheet">\r\n'
        '<frame src="bao.files/tabstrip.htm" name="frTabs">\r\n'
        "<noframes><body><p>此网页使用了框架</p></body></noframes>"
        "\r\n</frameset>\r\n</head></html>\r\n"
    )
    tabs = "<html><body><table><tr>" + "".join(
        f'<td><a href="sheet{number:03}.htm">{sheet.title}</a></td>'
        for number, sheet in enumerate(book.worksheets, 1)
    )
    pages = [("bao.htm", frame), ("bao.files/tabstrip.htm", tabs + "</tr></table></body></html>")] + [
        (part, excel_page(sheet)) for sheet, (_, part, _) in zip(book.worksheets, entries, strict=True)
    ]
    boundary = "----=_NextPart_01D83A2E.5B1F8C60"
    body = "".join(
        f"--{boundary}\r\nContent-Location: {base}{name}\r\nContent-Transfer-Encoding: quoted-printable\r\n"
        f'Content-Type: text/html; charset="gb2312"\r\n\r\n{quoted(text)}\r\n\r\n'
        for name, text in pages
    )
    files = (
        f"--{boundary}\r\nContent-Location: {base}bao.files/filelist.xml\r\n"
        'Content-Transfer-Encoding: base64\r\nContent-Type: text/xml; charset="utf-8"\r\n\r\nPHhtbC8+\r\n\r\n'
    )
    head = (
        "MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n"
        f'Content-Type: multipart/related; boundary="{boundary}"\r\n\r\n'
    )
    note = textwrap.fill("This document is a Single File Web Page, also known as a Web Archive file.", 60)
    return f"{head}{note}\r\n\r\n{body}{files}--{boundary}--\r\n".encode("ascii")


def quoted(text: str) -> str:
    """Quoted-printable of the text in GB18030, as an archive holds it."""
    return (
        quopri.encodestring(text.encode("gb18030"))
        .decode("ascii")
        .replace("\n", "\r\n")
        .replace("\r\r", "\r")
    )


def excel_2003(book: Workbook, hidden: str = "") -> str:
    """Excel 2003's 'XML Spreadsheet': places only where cells are left out, dates as DateTime, styles by number."""
    sheets = []
    for sheet in book.worksheets:
        taken, reach, rows = covered(sheet), spans(sheet), []
        for row in sheet.iter_rows():
            line, following = "", 1
            for cell in row:
                place = (cell.row, cell.column)
                if place in taken or (cell.value is None and place not in reach):
                    continue
                down, across = reach.get(place, (1, 1))
                told = f' ss:Index="{cell.column}"' if cell.column != following else ""
                told += f' ss:MergeAcross="{across - 1}"' if across > 1 else ""
                told += f' ss:MergeDown="{down - 1}"' if down > 1 else ""
                following = cell.column + across
                line += f'<Cell{told} ss:StyleID="s21">{_data(cell.value)}</Cell>\n    '
            if line:
                rows.append(f'<Row ss:Index="{row[0].row}" ss:AutoFitHeight="0">\n    {line}</Row>')
        visible = "<Visible>SheetHidden</Visible>" if sheet.title == hidden else ""
        sheets.append(
            f'<Worksheet ss:Name="{escape(sheet.title)}">\n  <Table ss:ExpandedColumnCount="{sheet.max_column}" '
            f'ss:ExpandedRowCount="{sheet.max_row}" x:FullColumns="1" x:FullRows="1">\n   <Column ss:Width="38"/>\n   '
            + "\n   ".join(rows)
            + f'\n  </Table>\n  <WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel">{visible}'
            "</WorksheetOptions>\n </Worksheet>"
        )
    return (
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"\n'
        ' xmlns:o="urn:schemas-microsoft-com:office:office"\n'
        ' xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"\n'
        ' xmlns:html="http://www.w3.org/TR/REC-html40">\n <Styles>'
        '<Style ss:ID="s21"><NumberFormat ss:Format="@"/></Style>'
        "</Styles>\n " + "\n ".join(sheets) + "\n</Workbook>\n"
    )


def _data(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return f'<Data ss:Type="DateTime">{value:%Y-%m-%dT00:00:00.000}</Data>'
    kind = "Number" if isinstance(value, int | float) else "String"
    return f'<Data ss:Type="{kind}">{escape(str(value), quote=False).replace(chr(10), "&#10;")}</Data>'


def java_xml(book: Workbook) -> str:
    """SpreadsheetML glued by a template of a Java system: a prefix everywhere, all text, another encoding's name."""
    text = excel_2003(book).replace('<?xml version="1.0"?>', '\r\n<?xml version="1.0" encoding="GBK"?>')
    for name in (
        "Workbook",
        "Styles",
        "Style",
        "NumberFormat",
        "Worksheet",
        "Table",
        "Column",
        "Row",
        "Cell",
        "Data",
    ):
        text = re.sub(rf"<(/?){name}\b(?!Options)", rf"<\1ss:{name}", text)
    text = text.replace('xmlns="urn:schemas-microsoft-com:office:spreadsheet" ', "", 1)
    return text.replace('ss:Type="Number"', 'ss:Type="String"')
