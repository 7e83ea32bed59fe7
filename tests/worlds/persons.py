"""A list with one row a person as the national system exports it, with what it holds known beforehand.

177 columns under a header on the third row, titles twice, identity numbers as text, number and with blanks, months as
202304.0: made from a seed, without any name of a real person.
"""

from __future__ import annotations

import csv
import io
import random
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter
from openpyxl import Workbook

from paicha.domain.areas.models import Area

_FIRST = [
    "省", "市", "县(市、区、旗)", "乡(镇)", "行政村", "村民小组", "户编号", "人口编号", "姓名", "证件类型", "证件号码",
    "与户主关系", "户类型", "监测对象类别", "识别监测时间", "消除监测时间", "风险是否已消除", "风险消除方式",
    "识别监测时间", "风险是否已消除", "致贫返贫风险1", "致贫返贫风险2", "文化程度", "在校生状况", "健康状况",
    "劳动技能", "务工区域",
    "户联系电话", "当前家庭人口数", "工资性收入", "生产经营性收入", "转移性收入", "合规自付支出", "人均纯收入(元)",
    "失学或辍学原因", "是否危房户", "是否解决安全饮用水", "是否有卫生厕所", "入户道路是否硬化", "残疾证号", "学籍号",
]  # fmt: skip
TITLES = [*_FIRST, *(f"帮扶{n}" for n in range(len(_FIRST), 177))]
AT = {title: n for n, title in reversed(list(enumerate(TITLES)))}  # the first of a title that stands twice
HEADER = 3  # its row, 1-based
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华梅鑫宁琴云莲峰"
_RELATIONS = ("配偶", "之子", "之女", "之父", "之母", "之儿媳", "之孙子")
WATCHED = ("脱贫不稳定户", "边缘易致贫户", "突发严重困难户")


@dataclass(frozen=True)
class Listed:
    """A household as the list has it. `members`: (name, relation, number)."""

    village: str
    number: str
    head: str
    head_number: str
    household_class: str
    cleared: bool
    members: tuple[tuple[str, str, str], ...]
    rows: tuple[int, ...]  # of the sheet


@dataclass
class PersonList:
    """The rows of the sheet, titles and header too, and what they hold; `identities`: what must be found nowhere."""

    lines: list[list[Any]]
    households: list[Listed]
    identities: list[str]
    name: str = "监测对象信息.xlsx"
    planted: list[str] = field(default_factory=list)

    @property
    def persons(self) -> int:
        return sum(len(one.rows) for one in self.households)

    def put(self, row: int, title: str, value: Any) -> str:
        """Type something into a cell, by its sheet row; its address."""
        self.lines[row - 1][AT[title]] = value
        return f"{column(title)}{row}"

    def xlsx(self) -> bytes:
        """As a program writes it, with a wrong dimension."""
        stream = io.BytesIO()
        with xlsxwriter.Workbook(stream, {"in_memory": True, "constant_memory": False}) as made:
            sheet = made.add_worksheet("监测对象信息")
            for r, line in enumerate(self.lines):
                for c, value in enumerate(line):
                    if value not in (None, ""):
                        sheet.write(r, c, value)
        return _without_dimension(stream.getvalue())

    def csv(self) -> bytes:
        """As text."""
        stream = io.StringIO()
        csv.writer(stream).writerows(self.lines)
        return stream.getvalue().encode("gb18030")

    def book(self) -> Workbook:
        """For the writers of web tables."""
        made = Workbook()
        sheet = made.active
        assert sheet is not None
        sheet.title = "监测对象信息"
        for line in self.lines:
            sheet.append([None if value == "" else value for value in line])
        return made


def column(title: str) -> str:
    """The letters of a title's first column."""
    n, name = AT[title] + 1, ""
    while n:
        n, rest = divmod(n - 1, 26)
        name = chr(65 + rest) + name
    return name


def person_list(villages: Sequence[tuple[Area, str]], households: int, *, seed: int = 7) -> PersonList:
    """Households over villages (each with its town's name), three persons each on the average."""
    chance = random.Random(seed)
    above = [[title, *[""] * (len(TITLES) - 1)] for title in ("监测对象信息", "导出时间：2022年3月1日")]
    made = PersonList([*above, list(TITLES)], [], [])
    for n in range(households):
        village, town = villages[n % len(villages)]
        _household(made, chance, n, village, town, size=(2, 3, 4)[n % 3])
    return made


def _household(made: PersonList, chance: random.Random, n: int, village: Area, town: str, size: int) -> None:
    kind = n % 5
    watched = WATCHED[n % 3] if kind == 0 else "无" if kind == 3 else ""
    cleared = watched != "无" and bool(watched) and n % 2 == 0
    number, surname = f"6108{n:07d}", _SURNAMES[n % len(_SURNAMES)]
    people, rows = [], []
    for k in range(size):
        name = surname + _GIVEN[(n // 30) % 31] + _GIVEN[(n // 930 + 11 * k + n) % 31]
        relation = "户主" if k == 0 else _RELATIONS[(n + k) % len(_RELATIONS)]
        line: list[Any] = [""] * len(TITLES)
        identity = identity_number(n * 5 + k)
        made.identities.append(identity)
        told = {
            "省": "陕西省", "县(市、区、旗)": "神木市", "乡(镇)": town, "行政村": village.name, "户编号": number,
            "人口编号": f"{number}{k + 1:02d}", "姓名": name, "证件类型": "居民身份证",
            "证件号码": _written(identity, n + k), "与户主关系": relation,
            "户类型": "脱贫户" if kind in (0, 1) else "一般农户", "监测对象类别": watched,
            "识别监测时间": 202304.0 if watched else "", "风险是否已消除": "是" if cleared else "否" if watched else "",
            "在校生状况": "非在校生" if k < 2 else "小学", "健康状况": chance.choice(("健康", "长期慢性病", "残疾")),
            "劳动技能": "普通劳动力", "务工区域": chance.choice(("县外省内", "省外", "")),
            "户联系电话": f"138{n:08d}.0" if n % 4 else float(f"138{n:08d}"), "当前家庭人口数": float(size),
            "工资性收入": chance.randrange(0, 60_000), "人均纯收入(元)": 12_345.67, "文化程度": "初中",
            "残疾证号": identity + "43" if k == 1 and n % 7 == 0 else "", "学籍号": "G" + identity if k == 2 else "",
        }  # fmt: skip
        for title, value in told.items():
            line[AT[title]] = value
        line[AT["风险是否已消除"] + 3] = told["风险是否已消除"]  # the title's second column
        made.lines.append(line)
        rows.append(len(made.lines))
        people.append((name, relation, told["人口编号"]))
    household_class = "monitored" if watched in WATCHED else "lifted" if kind in (0, 1) else "general"
    made.households.append(
        Listed(village.code, number, str(people[0][0]), str(people[0][2]), household_class, cleared,
               tuple((str(a), str(b), str(c)) for a, b, c in people[1:]), tuple(rows))
    )  # fmt: skip


def identity_number(n: int) -> str:
    """A well-formed number of nobody: an area that was given up, a day of the 1970s, a running number."""
    day = f"19{70 + n % 10}{n // 10 % 12 + 1:02d}{n // 120 % 28 + 1:02d}"
    digits = f"610821{day}{n // 3360 % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]


def _written(identity: str, n: int) -> Any:
    """As clerks and programs write it: text, a number that lost its end, blanks and tabs inside, a placeholder."""
    if n % 5 == 1 and identity[-1] != "X":
        return float(identity)
    if n % 5 == 2:
        return f" {identity[:6]} {identity[6:14]}\t{identity[14:]}"
    return "999999" if n % 50 == 3 else identity


def _without_dimension(data: bytes) -> bytes:
    """The workbook with every sheet's dimension said to be one cell."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/"):
                content = re.sub(rb'<dimension ref="[^"]*"/>', b'<dimension ref="A1"/>', content)
            new.writestr(name, content)
    return stream.getvalue()
