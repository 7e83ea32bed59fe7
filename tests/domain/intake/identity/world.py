"""A small register whose every household is known by construction, and uploads made from it row by row.

It shares no code with the product. What a row is made from (its true household, what became of key, name, phone and
group) is written down with it; `model.py` decides from that alone. Rows that in every word are another household's (no
key, no phone of their own, another's name and group) are not made: nobody could tell them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random

VILLAGES, HOMES = 3, 8
NAMES = (
    "张伟",
    "张强",
    "张伟强",
    "李伟",
    "李静",
    "王芳",
    "王秀英",
    "王秀兰",
    "贺保平",
    "白亮亮",
)  # some are near
GROUPS = ("1", "2", "3", "")
COLUMNS = (
    "序号", "户主姓名", "家庭人口", "联系电话", "居住地", "有无安全住房", "有无义务教育阶段因贫失学辍学学生",
    "有无安全饮水",
    "家庭成员参加城乡居民(职工)基本医疗保险", "人均年纯收入", "有无较大刚性支出", "是否享受民政政策",
    "是否需要纳入易返贫致贫户", "排查人员签字", "备注", "村民小组", "户编号", "底稿版本",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Home:
    """A household. `names`: its heads in turn, the last is the present one. `number` is the database's."""

    index: int
    village: int
    group: str
    names: tuple[str, ...]
    phone: str
    closed: bool = False

    @property
    def remark(self) -> str:
        """What its answers in force say, and nobody else's."""
        return f"户{self.index}"


@dataclass(slots=True)
class World:
    """The register. `keys`: what the workbooks carry for each household."""

    villages: Sequence[str]
    homes: list[Home]
    keys: dict[int, str] = field(default_factory=dict)

    def of(self, village: int) -> list[Home]:
        """A village's households, the closed one, too."""
        return [home for home in self.homes if home.village == village]

    def others_named(self, name: str, home: Home | None, village: int) -> list[Home]:
        """Whoever else of a village bears or bore a name."""
        return [one for one in self.of(village) if one is not home and not one.closed and name in one.names]


@dataclass(frozen=True, slots=True)
class Row:
    """A row and what it was made from. `home` None: the new family `family`."""

    home: Home | None
    family: str
    name: str
    group: str
    phone: str
    remark: str
    key: str = ""
    keyed: str = "lost"  # kept, lost, typo, foreign, copied
    misnamed: bool = False  # one character wrong
    sorted: bool = False  # of a sheet of which some columns were sorted

    @property
    def content(self) -> tuple[str, str, str, str]:
        """What it answers; the key is no answer."""
        return self.name, self.group, self.phone, self.remark


@dataclass(slots=True)
class Sheet:
    """A file of one sheet. `village` is what its heading says."""

    village: int
    rows: list[Row]
    mixed: bool = False  # most of it is another village's


def make_world(random: Random, villages: Sequence[str]) -> World:
    """Some villages' households: namesakes, near names, no phones, no groups, changed heads, one of each closed."""
    homes = []
    for village in range(VILLAGES):
        for place in range(HOMES):
            index = village * HOMES + place
            names = [random.choice(NAMES)]
            while random.random() < 0.25:
                names.append(random.choice([name for name in NAMES if name != names[-1]]))
            phone = f"139{index:08d}" if random.random() < 0.8 else ""
            homes.append(
                Home(index, village, random.choice(GROUPS), tuple(names), phone, closed=place == HOMES - 1)
            )
    return World(villages, homes)


class Maker:
    """Makes one upload. `met`: the rows made so far of each household or new family."""

    def __init__(self, random: Random, world: World) -> None:
        self.random, self.world = random, world
        self.met: dict[object, list[Row]] = {}
        self.count = 0

    def upload(self) -> list[Sheet]:
        """One to three sheets of one or several villages."""
        sheets = [self._sheet() for _ in range(self.random.choice((1, 1, 1, 2, 2, 3)))]
        if self._chance(0.04) and not sheets[0].mixed:  # a copy left in the workbook, its keys cut off
            rows = [self._unkeyed(row) for row in sheets[0].rows if row.keyed == "kept" and not row.misnamed]
            own = [row for row in rows if row.home and row.home.village == sheets[0].village]
            sheets.append(Sheet(sheets[0].village, [row for row in own if row.phone]))
        return sheets

    def _chance(self, share: float) -> bool:
        return self.random.random() < share

    def _fresh(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def _phone(self) -> str:
        self.count += 1
        return f"158{self.count:08d}"

    def _sheet(self) -> Sheet:
        village = self.random.randrange(VILLAGES)
        homes = [home for home in self.world.of(village) if not home.closed]
        self.random.shuffle(homes)
        if self._chance(0.5):
            homes = homes[: self.random.randint(1, 5)]
        if self._chance(0.06):
            return self._misplaced(village, homes)
        rows = [row for home in homes for row in self._rows(home)]
        if self._chance(0.04) and (moved := self._sorted(village, rows)):
            return Sheet(village, moved)
        rows += [
            row for _ in range(self.random.choice((0, 0, 1, 2))) for row in self._newcomer(village, rows)
        ]
        if self._chance(0.1):
            rows.append(self._stranger(village))
        self.random.shuffle(rows)
        return Sheet(village, rows)

    def _misplaced(self, village: int, homes: Sequence[Home]) -> Sheet:
        """A village's rows with their keys under a neighbour's heading, a row or two without."""
        rows = [self._row(home, keyed="kept") for home in homes]
        rows = [self._unkeyed(row) if 3 * n > 2 * len(rows) else row for n, row in enumerate(rows)]
        return Sheet((village + 1) % VILLAGES, rows, mixed=len(rows) > 1)

    def _stranger(self, village: int) -> Row:
        """One row of another village, or of a closed household, pasted in with its key."""
        strange = [h for h in self.world.homes if h.village != village or h.closed]
        return self._row(self.random.choice(strange), keyed="kept")

    @staticmethod
    def _unkeyed(row: Row) -> Row:
        return replace(row, key="", keyed="lost")

    def _rows(self, home: Home) -> Iterator[Row]:
        """A household's row; where it has one, the same again, or other answers under the same words."""
        before = self.met.setdefault(home.index, [])
        if not before:
            before.append(self._row(home))
        else:
            again = before[0] if self._chance(0.7) else replace(before[0], remark=self._fresh("改"))
            own = again.keyed in ("kept", "copied") or not (again.phone and again.phone == home.phone)
            before.append(again if own or self._chance(0.5) else self._unkeyed(again))
        yield before[-1]
        if self._chance(0.04):
            yield before[-1]

    def _row(self, home: Home, keyed: str = "") -> Row:
        random, world = self.random, self.world
        keyed = keyed or random.choices(
            ("kept", "lost", "typo", "foreign", "copied"), (55, 32, 4, 4, 5)
        )[0]  # fmt: skip
        name = random.choice(home.names) if self._chance(0.2) else home.names[-1]
        phone = random.choice((home.phone, home.phone, home.phone, self._phone(), ""))
        group = home.group if self._chance(0.85) else random.choice(GROUPS)
        row = Row(home, "", name, group, phone, home.remark if self._chance(0.4) else self._fresh("改"))
        key = world.keys[home.index]
        if keyed == "copied":
            others = [h for h in world.homes if h is not home and name not in h.names]
            key = world.keys[random.choice(others).index]
        elif keyed == "typo":
            key = key[:-1] + str((int(key[-1]) + 3) % 10)
        elif keyed == "foreign":
            key = f"6108811012{home.index:04d}"
        told = keyed in ("kept", "copied") or (phone and phone == home.phone)
        if not told and any(one.group in (group, "") for one in world.others_named(name, home, home.village)):
            row = replace(row, group=home.group)
        if not told and self._chance(0.08):
            row = replace(row, name=name[:-1] + "龘", group=home.group, misnamed=True)
        return replace(row, keyed=keyed, key="" if keyed == "lost" else key)

    def _newcomer(self, village: int, rows: Sequence[Row]) -> Iterator[Row]:
        """A new family: of a name of its own, of a near one, or a namesake of a household whose row is there."""
        kind = self.random.choice(("own", "own", "near", "namesake"))
        name = f"慕容{chr(0x7530 + self.count)}{chr(0x7A30 + self.count)}"
        if kind == "near":
            name = self.random.choice(NAMES)[:-1] + chr(0x8530 + self.count)
        elif kind == "namesake":
            told = [r for r in rows if r.home and r.home.phone and r.phone and not r.misnamed]
            names = [r.name for r in told if not self.world.others_named(r.name, r.home, village)]
            name = self.random.choice(names) if names else name
        phone = "" if kind == "own" and self._chance(0.3) else self._phone()
        row = Row(None, self._fresh("家"), name, self.random.choice(GROUPS), phone, self._fresh("新"))
        yield row
        if self._chance(0.1):
            yield row

    def _sorted(self, village: int, rows: Sequence[Row]) -> list[Row]:
        """The phones moved on by one row; [] where too few rows or two of a name would make them another's."""
        names = [name for home in self.world.of(village) for name in home.names]
        if len(rows) < 4 or len(set(names)) < len(names):
            return []
        phones = [row.phone for row in rows]
        return [
            replace(row, phone=phone, sorted=True)
            for row, phone in zip(rows, phones[1:] + phones[:1], strict=True)
        ]


def write(sheet: Sheet, villages: Sequence[str], town: str) -> bytes:
    """The sheet as csv: heading, header, a line a row from line 4 on."""
    stream = io.StringIO()
    lines = csv.writer(stream)
    lines.writerow(["神木市防止返贫动态监测集中排查表(一般农户)"])
    lines.writerow([f"镇(街)({town}) 村({villages[sheet.village]})"])
    lines.writerow(COLUMNS)
    lines.writerows(_line(number, row) for number, row in enumerate(sheet.rows, 1))
    return ("\ufeff" + stream.getvalue()).encode()


def _line(number: int, row: Row) -> Iterable[object]:
    base = 1 if row.keyed == "kept" else ""
    return (
        number, row.name, 4, row.phone, 1, 2, 3, 2, "0,4,0", 3, 2, 5, 3, "李四", row.remark, row.group, row.key, base,
    )  # fmt: skip
