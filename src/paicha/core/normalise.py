"""One spelling for what people write in many: texts, groups, phones, names.

Every door (Excel, desk, phone, API) passes its text through these functions once, on entry, so
that equal answers are equal, what says nothing is null, and no later part needs string functions.
All are pure and idempotent: a normalised value normalises to itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

from paicha.core import bounds
from paicha.core.private_use import STANDARD

# Radicals that look like a whole character, as a name copied from a PDF may hold them: those without a compatibility
# mapping (Unicode, EquivalentUnifiedIdeograph), and the last three, whose mapping is a form that nobody writes here.
_RADICALS = dict(
    zip(
        "⺁⺇⺊⺒⺓⺛⺠⺩⺪⺬⻁⻄⻅⻆⻉⻋⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⼾⾭⿈",
        "厂几卜巳幺旡民王疋示虎西见角贝车長长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀户青黄",
        strict=True,
    )
)
# Radicals and compatibility ideographs: the same letter to the eye, another one to a comparison.
_IDEOGRAPHS: dict[int, int | None] = {
    code: ord(_RADICALS.get(chr(code)) or unicodedata.normalize("NFKC", chr(code)))
    for block in ((0x2E80, 0x2FE0), (0xF900, 0xFB00), (0x2F800, 0x2FA20))
    for code in range(*block)
    if chr(code) in _RADICALS or not unicodedata.is_normalized("NFKC", chr(code))
}
# What older systems keep in the private area becomes the character that the standard gives it, folded likewise.
_IDEOGRAPHS |= {
    code: 0x20 if char == "\u3000" else _IDEOGRAPHS.get(ord(char), ord(char))
    for code, char in STANDARD.items()
}
_WIDE: dict[int, int | None] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x3000: 0x20, 0xA0: 0x20, 0x2002: 0x20, 0x2003: 0x20, 0x2009: 0x20, 0x202F: 0x20,
    0xFEFF: None, 0x200B: None, 0x200C: None, 0x200D: None, 0x200E: None, 0x200F: None, 0x2060: None,
} | _IDEOGRAPHS  # fmt: skip
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
# Stored text keeps its Chinese punctuation; letters, digits, blanks and look-alike ideographs are folded.
_STORED = {code: to for code, to in _WIDE.items() if to is None or to == 0x20 or chr(to) not in _PUNCTUATION}
PLAIN = re.compile(r"[\u3400-\u9fff\U00020000-\U0002f7ff\U00030000-\U0003ffff]+")
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

# What stored names may still differ by though they are one: `name_key` in a form that a database can apply
NAME_VARIANTS = {" ": "", **dict.fromkeys("•∙・‧．.", "·")}
_VARIANTS = str.maketrans(NAME_VARIANTS)
_GROUP = re.compile(r"第?(?P<number>[0-9]+|[〇零一二两三四五六七八九十百]+)(?:号)?(?:村民)?(?:小)?组?")
PHONE = "^(1[3-9][0-9]{9}|0(10|2[0-9]|[3-9][0-9]{2})-[2-8][0-9]{6,7})$"
PERSON = "^[\u3400-\u9fff\U00020000-\U000323af·〇]{2,6}$"


class Pattern(NamedTuple):
    """The form of a whole text, as a regular expression from ^ to $, and what people call it."""

    pattern: str
    label: str


# Read alike by Python, by a column engine's regular expressions and by a browser's (with the flag u).
PATTERNS = {
    "phone": Pattern(PHONE, "11位手机号或带区号的座机"),
    "person": Pattern(PERSON, "中国人名"),
}
MOBILE = re.compile(r"1[3-9][0-9]{9}")
_WELL_FORMED = re.compile(PHONE)
_AREA = re.compile(r"(0(?:10|2[0-9]|[3-9][0-9]{2}))([2-8][0-9]{6,7})")
_PHONE_NOISE = re.compile(r"[\s\-—–()\[\].·]+")


def fold(text: str) -> str:
    """Full-width letters, digits, punctuation and blanks as half-width ones; zero-width characters go;
    radicals and compatibility ideographs become the plain characters that they look like.

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
    value = bounds.clean(value)
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
    """What two spellings of one name share: no blanks, one middle dot, half-width, plain ideographs."""
    key = "".join(fold(value).split())
    return key.translate(_VARIANTS)


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
    """A village group: `2`, `2.0`, `2组`, `二组`, `第2组`, `第二村民小组` → `2`; any other text is a name."""
    clean = "".join(fold(value).split())
    if clean in silences or _EMPTY.fullmatch(clean):
        return None
    match = _GROUP.fullmatch(re.sub(r"^([0-9]+)\.0*$", r"\1", clean.strip("()[]")))
    if match is None:
        return clean
    written = match["number"]
    number = bounds.whole(written) if written.isdecimal() else chinese_number(written)
    return clean if number is None else str(number)


def phone(value: str, silences: Collection[str] = ()) -> str | None:
    """A phone number: a mobile as 11 digits, a landline as `0912-8331234`.

    What is neither is returned folded, for the rule to refuse with what was read.
    """
    if len(value) == 11 and MOBILE.fullmatch(value):
        return value
    clean = fold(value).strip()
    if clean in silences or _EMPTY.fullmatch(clean):
        return None
    digits = _PHONE_NOISE.sub("", clean)
    if digits.startswith("+"):
        digits = digits[1:]
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    if MOBILE.fullmatch(digits):
        return digits
    match = _AREA.fullmatch(digits)
    if match:
        return f"{match[1]}-{match[2]}"
    return digits if digits.isdigit() else " ".join(clean.split())


def is_phone(value: str) -> bool:
    """Whether a normalised phone is well formed: mobile, or landline with area code (V12)."""
    return bool(_WELL_FORMED.fullmatch(value))
