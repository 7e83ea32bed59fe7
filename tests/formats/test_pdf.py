"""PDFs as they are printed: pages, paper, words, and every rare character."""

from __future__ import annotations

import csv
import io
import re
import shutil
import struct
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import noto_cjk_sans_otc
import pytest
from tests.formats.sample import (
    FIGURES,
    FOLDER,
    NAMES,
    TOWN,
    VILLAGE,
    household,
    household_sheet,
    pack,
    village_document,
)

from paicha.formats import fonts, pdf
from paicha.formats.documents import Block, Document, HouseholdSheet, ListSheet, Sheet, StatisticsSheet

poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext to read a PDF")


def made(*sheets: Sheet, **options: Any) -> bytes:
    return pdf.write(Document("试", list(sheets), "导出 2022年3月19日"), pack(), **options)


def pages_of(content: bytes) -> int:
    return max(int(count) for count in re.findall(rb"/Count (\d+)", content))


def sizes_of(content: bytes) -> set[tuple[int, int]]:
    """Paper sizes in mm."""
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", content)
    return {(round(float(w) / 72 * 25.4), round(float(h) / 72 * 25.4)) for w, h in boxes}


def text_of(content: bytes, *options: str) -> str:
    done = subprocess.run(
        ["pdftotext", *options, "-", "-"], input=content, capture_output=True, check=True, timeout=60
    )
    return done.stdout.decode()


def squeezed(content: bytes) -> str:
    return "".join(text_of(content).split())


@pytest.mark.parametrize(
    ("form", "groups", "pages"),
    [
        ("general", {"1": 15}, 1),
        ("general", {"1": 16}, 2),
        ("general", {"1": 20, "2": 7, "沟岔组": 16}, 5),
        ("lifted", {"1": 20}, 1),
        ("lifted", {"1": 15, "2": 8}, 2),
        ("monitored", {"1": 0}, 1),
    ],
)
def test_pages(form: str, groups: dict[str, int], pages: int) -> None:
    content = made(household_sheet(form, groups))
    assert pages_of(content) == pages
    assert sizes_of(content) == {(297, 210)}


def test_paper_of_every_form() -> None:
    content = pdf.write(village_document(), pack())
    assert sizes_of(content) == {(297, 210), (210, 297)}
    assert pages_of(content) == 15
    text = squeezed(content)
    assert all(f"第{n}页，共15页" in text for n in range(1, 16))


def test_a3_where_the_form_offers_it() -> None:
    assert sizes_of(made(household_sheet("lifted", {"1": 3}), size="A3")) == {(420, 297)}
    assert sizes_of(made(household_sheet("general", {"1": 3}), size="A3")) == {(297, 210)}


@poppler
def test_words_of_the_paper() -> None:
    shown = squeezed(made(household_sheet("general", {"2": 1})))
    for words in (
        "神木市防止返贫动态监测集中排查表(一般农户)", "镇(街)(大保当镇)村(野鸡河村)组(2)", "有无安全住房",
        "2.自有住房且安全", "说明:根据实际情况选填对应选项序号。", "1,大病住院", "1、4,孤儿", "导出2022年3月19日",
    ):  # fmt: skip
        assert words in shown, words
    assert "2.参加城乡居民医保3人" in shown


@poppler
def test_heading_and_foot_on_every_page() -> None:
    content = made(household_sheet("general", {"1": 20, "沟岔组": 1}))
    pages = text_of(content).split("\f")[:-1]
    assert [("组( 沟岔组 )" in page, "说明:" in page) for page in pages] == [
        (False, True),
        (False, True),
        (True, True),
    ]


@poppler
def test_blank_paper_to_be_filled_by_hand() -> None:
    form = pack().household_forms["lifted"]
    shown = text_of(made(HouseholdSheet(form, "", "", [])), "-layout")
    assert form.heading_blank.replace(" ", "") in "".join(shown.split())
    assert re.findall(r"^\s*(\d+)\s*$", shown, re.M) == [str(number) for number in range(1, 21)]


@poppler
def test_a_long_text_grows_its_row_and_is_never_cut() -> None:
    long = "".join(chr(0x4E00 + i) for i in range(160))
    rows = [household("lifted", i, "1", policies=long, remark=long[::-1]) for i in range(20)]
    content = made(HouseholdSheet(pack().household_forms["lifted"], TOWN, VILLAGE, [Block(None, rows)]))
    assert pages_of(content) > 1
    shown = squeezed(content)
    for char in long:
        assert shown.count(char) >= 40, char


def test_one_long_text_keeps_the_page() -> None:
    rows = [household("general", i, "1") for i in range(15)]
    rows[3]["remark"] = "因病住院多次，医保报销后自付部分仍然较大，" * 2
    content = made(HouseholdSheet(pack().household_forms["general"], TOWN, VILLAGE, [Block("1", rows)]))
    assert pages_of(content) == 1


@poppler
@pytest.mark.parametrize(
    "text",
    [
        "#panic()",
        "*粗*",
        "$x^2$",
        "= 标题",
        "@引用",
        "<标签>",
        "\\u{41}",
        '"引号"',
        "[甲]",
        "//注",
        "`码`",
        "_斜_",
    ],
)
def test_no_text_becomes_markup(text: str) -> None:
    sheet = ListSheet("线索清单", "线索清单", ["户主", "说明"], [12, 40], [["訾埃生", text]], text)
    assert squeezed(made(sheet)).count("".join(text.split())) == 2


@poppler
def test_statistics_of_a_town_repeat_the_header_and_end_with_the_total() -> None:
    form = pack().statistics
    assert form is not None
    rows = [{"town_name": TOWN, "village_name": f"村{i}", **FIGURES} for i in range(60)]
    content = made(
        StatisticsSheet(form, f"{TOWN}人民政府", "2022年3月25日", rows, {"total_households": 11160})
    )
    pages = text_of(content).split("\f")[:-1]
    assert len(pages) >= 2
    assert all("行政村" in page for page in pages)
    assert "合计" in pages[-1] and "11160" in pages[-1]


# Rare characters


def characters() -> str:
    """Every character of the county's places, of the forms and of rare surnames and given names."""
    with (FOLDER / "areas.csv").open(encoding="utf-8") as file:
        places = "".join(row["name"] for row in csv.DictReader(file))
    texts = (FOLDER / "forms.yaml").read_text(encoding="utf-8") + (FOLDER / "questions.yaml").read_text(
        encoding="utf-8"
    )
    surnames = "訾郄佘呙亓尉缑昝逄仉璩郤乜贠卯庹笪璟堃垚喆犇鱻焱龑㛃䶮𬭬𬘭𬸪"
    written = places + texts + surnames + "".join(NAMES)
    return "".join(sorted({char for char in written if ord(char) > 0x2E80}))


def covered(font: bytes) -> set[int]:
    """Code points of the first face of a font collection, from its cmap tables of formats 4 and 12."""
    start = struct.unpack_from(">I", font, 12)[0] if font[:4] == b"ttcf" else 0
    tables = struct.unpack_from(">H", font, start + 4)[0]
    directory = {
        font[start + 12 + 16 * i : start + 16 + 16 * i]: struct.unpack_from(">I", font, start + 20 + 16 * i)[
            0
        ]
        for i in range(tables)
    }
    cmap, found = directory[b"cmap"], set()
    for i in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        table = cmap + struct.unpack_from(">I", font, cmap + 8 + 8 * i)[0]
        if struct.unpack_from(">H", font, table)[0] == 12:
            for group in range(struct.unpack_from(">I", font, table + 12)[0]):
                first, last, _ = struct.unpack_from(">III", font, table + 16 + 12 * group)
                found.update(range(first, last + 1))
    return found


def test_the_font_that_comes_with_the_package_has_every_character() -> None:
    font = next(Path(noto_cjk_sans_otc.__file__).parent.glob("*.ttc"))
    have = covered(font.read_bytes())
    assert [char for char in characters() if ord(char) not in have] == []


@poppler
@pytest.mark.parametrize("families", [None, (fonts.BROUGHT,)])
def test_every_rare_character_comes_out(
    families: tuple[str, ...] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if families:
        monkeypatch.setattr(fonts, "families", lambda: families)
    every = characters()
    lines = [[every[i : i + 40]] for i in range(0, len(every), 40)]
    content = made(ListSheet("字", "字", ["字"], [90], lines))
    shown = set(text_of(content))
    assert [char for char in every if char not in shown] == []
    listed = subprocess.run(
        ["pdffonts", "-"], input=content, capture_output=True, check=True, timeout=60
    ).stdout
    assert all(b" yes yes yes " in line for line in listed.splitlines()[2:])  # embedded, subset, readable


def test_dates_are_chinese() -> None:
    content = made(ListSheet("变更", "变更", ["日期"], [20], [[date(2022, 3, 5)]]))
    if shutil.which("pdftotext"):
        assert "2022年3月5日" in squeezed(content)


def test_a_document_without_sheets_is_refused_by_nobody() -> None:
    assert io.BytesIO(pdf.write(Document("空", []), pack())).read(4) == b"%PDF"


def test_which_characters_no_font_has() -> None:
    """Assigned after the fonts were made, or by nobody; blanks, marks and controls are no letters."""
    assert fonts.missing("刘\U000323af秋 村\n\u200b\u3000e\u0301") == ["\U000323af"]
    assert fonts.missing("\U0002ebf0\U000323af\U000323af") == ["\U0002ebf0", "\U000323af"]
    assert fonts.missing("") == []
    assert fonts.name_missing("刘\U000323af秋") == "刘〔U+323AF〕秋"


@poppler
def test_a_character_that_no_font_has_is_spelt() -> None:
    shown = squeezed(made(ListSheet("清单", "甲村", ["户主"], [12], [["刘\U000323af秋"]])))
    assert "刘〔U+323AF〕秋" in shown
