"""One spelling for many: tables of what is written and what is stored."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paicha.core import normalise

SILENCES = ("", "无", "没有", "-", "/", "暂无")


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("二组", "2"), ("第2组", "2"), ("２", "2"), ("第二村民小组", "2"), ("十二组", "12"), ("2号组", "2"),
        ("沟岔组", "沟岔组"),
        ("沟 岔 组", "沟岔组"), ("无", None), (" ", None), ("三四组", "三四组"), ("(2)", "2"),
    ],
)  # fmt: skip
def test_group(written: str, stored: str | None) -> None:
    assert normalise.group(written, SILENCES) == stored


@pytest.mark.parametrize(
    ("written", "stored", "well_formed"),
    [
        ("13812345678", "13812345678", True), ("138-1234-5678", "13812345678", True),
        ("+8613812345678", "13812345678", True),
        ("0912-8331234", "0912-8331234", True), ("09128331234", "0912-8331234", True),
        ("(0912) 8331234", "0912-8331234", True),
        ("029 88331234", "029-88331234", True), ("8331234", "8331234", False), ("1381234567", "1381234567", False),
        ("12812345678", "12812345678", False),
    ],
)  # fmt: skip
def test_phone(written: str, stored: str, well_formed: bool) -> None:
    assert normalise.phone(written, SILENCES) == stored
    assert normalise.is_phone(stored) is well_formed


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("三", 3), ("十", 10), ("十二", 12), ("二十", 20), ("二十三", 23), ("一百零五", 105), ("二〇二二", 2022),
        ("两", 2),
        ("零", 0), ("三四", None), ("一百二", None), ("三四十", None), ("", None), ("三人", None),
    ],
)  # fmt: skip
def test_chinese_number(written: str, number: int | None) -> None:
    assert normalise.chinese_number(written) == number


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("  外出　打工，未联系上 ", "外出 打工，未联系上"), ("ＡＢＣ１２", "ABC12"), ("无", None), ("——", None),
        ("____", None),
        ("一\r\n\n二", "一\n二"), ("\u200b张三", "张三"), ("无劳力", "无劳力"),
    ],
)  # fmt: skip
def test_text(written: str, stored: str | None) -> None:
    assert normalise.text(written, SILENCES) == stored


def test_names() -> None:
    assert normalise.name_key("张　三") == normalise.name_key("张三") == "张三"
    assert (
        normalise.name_key("阿依·古丽") == normalise.name_key("阿依•古丽") == normalise.name_key("阿依.古丽")
    )
    assert normalise.people("张三，李四/王五\n贺六", SILENCES) == "张三、李四、王五、贺六"
    assert normalise.place("界 牌", SILENCES) == "界牌"


@pytest.mark.parametrize(
    "clean",
    [
        normalise.text,
        normalise.group,
        normalise.phone,
        normalise.head_name,
        normalise.people,
        normalise.place,
    ],
)
@given(written=st.text(alphabet="张三二2第组0912-83/、，, \n（）()１Ａ._无·+e\u3000", max_size=16))
def test_a_normalised_value_normalises_to_itself(clean: Callable[..., str | None], written: str) -> None:
    once = clean(written, SILENCES)
    assert once is None or clean(once, SILENCES) == once


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("\u2f69宁改", "白宁改"), ("\u2f3e主姓名", "户主姓名"), ("\u2f6f狗娃", "石狗娃"),  # U+2F00, Kangxi radicals
        ("\u2ee2有才", "马有才"), ("\u2ee9来", "黄来"), ("\u2ef0龙", "龙龙"), ("\u2ef3年", "龟年"),  # U+2E80
        ("\uf9e1铁牛", "李铁牛"), ("\uf90a大", "金大"), ("\U0002f800丽", "丽丽"),  # compatibility ideographs
        ("\ufa0e平", "\ufa0e平"),  # a character of its own that stands among them
    ],
)  # fmt: skip
def test_characters_that_look_alike_are_one(written: str, stored: str) -> None:
    assert normalise.text(written) == stored
    assert normalise.head_name(written) == stored
    assert normalise.name_key(written) == normalise.name_key(stored)
    assert normalise.fold(written) == stored
    assert normalise.place(written + "村") == stored + "村"


def test_no_look_alike_is_silent() -> None:
    """`⽆` for 无 says nothing, as 无 does."""
    assert normalise.text("\u2f46", SILENCES) is None
