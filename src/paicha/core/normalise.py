"""One spelling for what people write in many: texts, groups, phones, names.

Every door (Excel, desk, phone, API) passes its text through these functions once, on entry, so
that equal answers are equal, what says nothing is null, and no later part needs string functions.
All are pure and idempotent: a normalised value normalises to itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x3000: 0x20, 0xA0: 0x20, 0x2002: 0x20, 0x2003: 0x20, 0x2009: 0x20, 0x202F: 0x20,
    0xFEFF: None, 0x200B: None, 0x200C: None, 0x200D: None, 0x200E: None, 0x200F: None, 0x2060: None,
}  # fmt: skip
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
# Stored text keeps its Chinese punctuation; only letters, digits and blanks become half-width.
_STORED = {code: to for code, to in _WIDE.items() if to is None or to == 0x20 or chr(to) not in _PUNCTUATION}
PLAIN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")
_EMPTY = re.compile(r"[\s_\-—–－/\\.。、·]*")
_SPACES = re.compile(r"[ \t\r\f\v]+")
_BREAKS = re.compile(r" ?\n[ \n]*")

_DIGITS = {"〇": 0, "零": 0, "○": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6,
           "七": 7, "八": 8, "九": 9, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7,
           "捌": 8, "玖": 9}  # fmt: skip
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_NUMERAL = re.compile(
    "(?:[一二两三四五六七八九壹贰叁肆伍陆柒捌玖][千仟])?(?:[零〇]?[一二两三四五六七八九壹贰叁肆伍陆柒捌玖][百佰])?"
    "(?:[零〇]?[一二两三四五六七八九壹贰叁肆伍陆柒捌玖]?[十拾])?(?:[零〇]?[一二两三四五六七八九壹贰叁肆伍陆柒捌玖])?|[零〇○]"
)
_COLLOQUIAL = re.compile("[千仟百佰][一二两三四五六七八九]$")  # 一百二 is 120 to some, 102 to others
_YEAR = re.compile("[一二][〇零○一二三四五六七八九]{3}")

_DOTS = {ord(dot): "·" for dot in "•∙・‧．."}
_GROUP = re.compile(r"第?(?P<number>[0-9]+|[〇零一二两三四五六七八九十百]+)(?:号)?(?:村民)?(?:小)?组?")
# Read alike by Python, by a column engine's regular expressions and by a browser's (with the flag u).
PHONE = "^(1[3-9][0-9]{9}|0(10|2[0-9]|[3-9][0-9]{2})-[2-8][0-9]{6,7})$"
PERSON = "^[\u3400-\u9fff\U00020000-\U000323af·〇]{2,6}$"
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_WELL_FORMED = re.compile(PHONE)
_AREA = re.compile(r"(0(?:10|2[0-9]|[3-9][0-9]{2}))([2-8][0-9]{6,7})")
_PHONE_NOISE = re.compile(r"[\s\-—–()\[\].·]+")


def fold(text: str) -> str:
    """Full-width letters, digits, punctuation and blanks as half-width ones; zero-width characters go.

    For comparing and parsing only: Chinese commas and brackets are lost.
    """
    return text if text.isascii() else text.translate(_WIDE)


def chinese_number(text: str) -> int | None:
    """`三`, `十二`, `二十`, `一百零五`, `二〇二二` → int; None when it is no Chinese numeral.

    `三四` means three or four, not 34: only a year is read digit by digit.
    """
    if _YEAR.fullmatch(text):
        return int("".join(str(_DIGITS[char]) for char in text))
    if not text or not _NUMERAL.fullmatch(text) or _COLLOQUIAL.search(text):
        return None
    total, digit = 0, 0
    for char in text:
        if char in _UNITS:
            total += (digit or 1) * _UNITS[char]
            digit = 0
        else:
            digit = _DIGITS[char]
    return total + digit


def text(value: str, silences: Collection[str] = ()) -> str | None:
    """Free text as it is stored, or None where it says nothing (`silences` of the pack, blanks, dashes)."""
    if PLAIN.fullmatch(value):  # the common case: a name
        return None if value in silences else value
    clean = value if value.isascii() else value.translate(_STORED)
    clean = _BREAKS.sub("\n", _SPACES.sub(" ", clean)).strip()
    if clean in silences or fold(clean) in silences or _EMPTY.fullmatch(clean):
        return None
    return clean


def head_name(value: str, silences: Collection[str] = ()) -> str | None:
    """A person's name as stored. Inner blanks stay (a rule points at them); use `name_key` to compare."""
    clean = text(value, silences)
    return clean and clean.replace("\n", " ")


def place(value: str, silences: Collection[str] = ()) -> str | None:
    """The name of a town or village: no blanks (`界 牌`)."""
    clean = "".join(fold(value).split())
    return None if clean in silences or _EMPTY.fullmatch(clean) else clean


@lru_cache(maxsize=1 << 16)
def name_key(value: str) -> str:
    """What two spellings of one name share: no blanks, one middle dot, half-width."""
    key = "".join(fold(value).split())
    return key.translate(_DOTS)


def one_apart(left: str, right: str) -> bool:
    """Whether two names (their `name_key`) differ by one character: replaced, missing or added."""
    if abs(len(left) - len(right)) > 1 or left == right:
        return False
    if len(left) == len(right):
        return sum(a != b for a, b in zip(left, right, strict=True)) == 1
    shorter, longer = sorted((left, right), key=len)
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))


def people(value: str, silences: Collection[str] = ()) -> str | None:
    """Several names in one cell; line breaks and commas become `、`."""
    clean = text(value, silences)
    if clean is None or PLAIN.fullmatch(clean):
        return clean
    joined = re.sub(r"\s*(?:[,，;；/、\n]\s*)+", "、", clean).strip("、 ")
    return text(joined, silences)


def group(value: str, silences: Collection[str] = ()) -> str | None:
    """A village group: `2`, `2组`, `二组`, `第2组`, `第二村民小组` → `2`; any other text is a name."""
    clean = "".join(fold(value).split())
    if clean in silences or _EMPTY.fullmatch(clean):
        return None
    match = _GROUP.fullmatch(clean.strip("()[]"))
    if match is None:
        return clean
    written = match["number"]
    number = int(written) if written.isdigit() else chinese_number(written)
    return clean if number is None else str(number)


def phone(value: str, silences: Collection[str] = ()) -> str | None:
    """A phone number: a mobile as 11 digits, a landline as `0912-8331234`.

    What is neither is returned folded, for the rule to refuse with what was read.
    """
    if len(value) == 11 and _MOBILE.fullmatch(value):
        return value
    clean = fold(value).strip()
    if clean in silences or _EMPTY.fullmatch(clean):
        return None
    digits = _PHONE_NOISE.sub("", clean)
    if digits.startswith("+"):
        digits = digits[1:]
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    if _MOBILE.fullmatch(digits):
        return digits
    match = _AREA.fullmatch(digits)
    if match:
        return f"{match[1]}-{match[2]}"
    return digits if digits.isdigit() else " ".join(clean.split())


def is_phone(value: str) -> bool:
    """Whether a normalised phone is well formed: mobile, or landline with area code (V12)."""
    return bool(_WELL_FORMED.fullmatch(value))
