"""Names of northern Shaanxi: surnames by village, given names, rare characters, phones and groups.

No two names of one group are within one character of each other, so that a refused row that comes
back corrected never looks like a slip for somebody else.
"""

from __future__ import annotations

from itertools import accumulate
from random import Random

SURNAMES = (
    *"王李张刘高白乔贺折郝訾杨赵马郭任武贾康薛孟苏温呼闫秦焦曹段田韩陈吕雷徐常丁邱葛石龚孙崔边",
    *"党惠薄霍綦亢郄杜谢倪解",
    "欧阳",
)
_SURNAME_WEIGHTS = tuple(max(1, 40 - 2 * i) for i in range(len(SURNAMES)))
_SURNAME_STEPS = tuple(accumulate(_SURNAME_WEIGHTS))

GIVEN = (
    "伟军平明勇强建国林生华兵文武志杰峰宝贵富财旺来喜福禄寿安康宁玉兰英秀梅凤莲芳霞翠花香桂珍巧云彩琴"
    "飞龙虎彪雄豪亮光辉耀世荣昌盛兴永长青松柏树森海江河湖波涛清源泉雨雪春夏秋冬东西南北中正直忠孝仁义礼"
    "智信德善良美丽红艳燕娟婷静雅慧敏洁爱怀念恩惠和顺利成功业勤俭厚道诚实新民金银铜铁钢石岩山川岗亚欧星"
    "月晨曦旭晓鹏程万里双全子孙满堂如意吉祥学习进步向阳赵栓狗锁柱根牢拴毛换改引招弟候埃占候贤能才俊秉乾"
    "坤泰恒升晋益谦豫随观贲复无妄大壮家睦解节孚济小刚健振宏达远广博深润泽沛浩瀚思维哲理想凯歌奇迹登攀"
)
RARE = "喆犇淼垚翀堃祎頔墕坬昇珺玥燚鑫焱赟晟妤暠彧旸堉骉"
DOTTED = ("苏和·巴图", "乌云·娜", "其木格·白", "哈斯·朝鲁", "萨仁·花", "格日·图", "那顺·乌力", "图雅·娜")

_DIGITS = "零一二三四五六七八九十"
_PREFIXES = ("139", "138", "135", "136", "150", "152", "158", "159", "187", "189", "177", "153", "166", "199")
_PRIME = 99_999_989
NAMED_GROUPS = (
    "沟岔组", "阳湾组", "后梁组", "前峁组", "庙塔组", "河畔组", "坪上组", "墕口组", "寨则组", "圪崂组",
    "枣林组", "柳渠组", "井沟组", "石窑组", "新庄组", "老庄组", "东坡组", "西坬组", "水泉组", "崖畔组",
)  # fmt: skip


def chinese_number(number: int) -> str:
    """1–99 as Chinese writes it: 2 → 二, 12 → 十二, 20 → 二十."""
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


def group_names(rng: Random, households: int) -> list[str]:
    """Groups of a village, about 45 households each: numbered (一组 …), in one village of eight named."""
    count = max(1, min(40, round(households / 45 * rng.uniform(0.8, 1.2))))
    if 2 <= count <= len(NAMED_GROUPS) and rng.random() < 0.125:
        return rng.sample(NAMED_GROUPS, count)
    return [chinese_number(number) + "组" for number in range(1, count + 1)]


def phone_number(index: int, landline: bool) -> str:
    """A phone that no other index of the county has: mobile, or landline of Yulin with its area code."""
    if landline:
        return f"0912-{8_000_000 + index % 1_000_000}"
    tail = (index * 48_271 + 20_220_310) % _PRIME
    return f"{_PREFIXES[index % len(_PREFIXES)]}{tail:08d}"


def _near(name: str) -> list[str]:
    """What a name shares with every name one character apart: itself and each with one left out."""
    return [name, *(name[:i] + name[i + 1 :] for i in range(len(name)))]


class Names:
    """Names for one village, unique by group; those given without a group are unique in the village."""

    def __init__(self, rng: Random, village: str) -> None:
        self._rng = rng
        self._near: dict[str | None, set[str]] = {}
        self._taken: set[str] = set()
        self._alone: set[str] = set()
        own = [surname for surname in SURNAMES if village.startswith(surname)]
        self._clans = (own + rng.choices(SURNAMES, cum_weights=_SURNAME_STEPS, k=3))[:3]

    def _draw(self, patient: bool) -> str:
        rng = self._rng
        roll = rng.random()
        if roll < 0.002:
            return rng.choice(DOTTED)
        surname: str
        if roll < 0.45 and not patient:
            surname = self._clans[int(roll * 977) % 3]
        elif patient:
            surname = rng.choice(SURNAMES)
        else:
            surname = rng.choices(SURNAMES, cum_weights=_SURNAME_STEPS)[0]
        first = RARE[int(rng.random() * len(RARE))] if roll > 0.97 else GIVEN[int(rng.random() * len(GIVEN))]
        if rng.random() < 0.08:
            return surname + first
        return surname + first + GIVEN[int(rng.random() * len(GIVEN))]

    def person(self) -> str:
        """A name for a surveyor or a signer; it may repeat."""
        return self._draw(patient=False)

    def head(self, group: str | None) -> str:
        """A head of household's name in `group` (None: the sheet carries no group).

        Raises RuntimeError where the group is too large for names that differ enough.
        """
        seen = self._near.setdefault(group, set())
        for attempt in range(4_000):
            name = self._draw(patient=attempt > 20)
            if name in self._alone or (group is None and name in self._taken):
                continue
            near = _near(name)
            if seen.isdisjoint(near):
                seen.update(near)
                self._taken.add(name)
                if group is None:
                    self._alone.add(name)
                return name
        raise RuntimeError("同组户数过多，无法再取出互不相近的姓名，请减少 --households。")
