"""Texts to paste into a chat group: what is still to do, what came back, the next meeting, the days of a notice.

What holds: a text goes to people's own phones and can't be called back, so that it names a household's head and group
at the most, and only to the group that works there: no phone number, no answer, no reason, and of a meeting or notice
the number of households alone. The words stand here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from paicha.core.area_codes import town_of
from paicha.core.pack import Pack
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.summary.tallies import tally
from paicha.domain.rounds.queries import StageState

_NAMED = 30  # places or heads that a text names before it says how many more
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class GroupText:
    """A text to send: `key` for its field on a page, `title`, `group`: whose chat it is for."""

    key: str
    title: str
    group: str
    text: str


@dataclass(frozen=True, slots=True)
class Lack:
    """What villages have not done: a title, its unit ('' where a village either has it or not), counted in a row."""

    key: str
    title: str
    unit: str
    count: Callable[[Pack, VillageSummary], int]


LACKS: Sequence[Lack] = (
    Lack("due", "还有户没查", "户", lambda pack, row: tally(pack, [row]).due),
    Lack(
        "profile", "村情调查表还没交", "", lambda pack, row: int(pack.profile is not None and not row.profile)
    ),
    Lack("soft", "要核对的还没写理由", "处", lambda pack, row: tally(pack, [row]).soft),
    Lack("leads", "线索还没处理", "条", lambda pack, row: tally(pack, [row]).open_leads),
)


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _series(names: Sequence[str], what: str) -> str:
    more = f"等 {len(names)} {what}" if len(names) > _NAMED else ""
    return "、".join(names[:_NAMED]) + more


def reminders(
    pack: Pack, place: str, stage: StageState, rows: Iterable[VillageSummary], names: Mapping[str, str]
) -> list[GroupText]:
    """A text a lack, to the villages of a town or a county that have it and are not handed up.

    `names`: of villages, or of towns where the texts are for a county (then villages are counted by town).
    """
    going = [row for row in rows if not row.handed_up]
    found = []
    for lack in LACKS:
        counted = [(row, lack.count(pack, row)) for row in going]
        behind = [(row, n) for row, n in counted if n]
        if not behind:
            continue
        words = f"【{place}】{lack.title}：{len(behind)} 个村。\n{_places(behind, names, lack.unit)}。\n"
        text = f"{words}请在 {_day(stage.deadline)}（{stage.title}截止）前办完，办好了不用回复。"
        found.append(GroupText(lack.key, f"催 {len(behind)} 个村：{lack.title}", "镇村干部群", text))
    return found


def _places(behind: Sequence[tuple[VillageSummary, int]], names: Mapping[str, str], unit: str) -> str:
    if all(row.code in names for row, _ in behind):
        ranked = sorted(behind, key=lambda one: -one[1])
        return _series([f"{names[row.code]}{f' {n} {unit}' if unit else ''}" for row, n in ranked], "个村")
    towns: dict[str, int] = {}
    for row, _ in behind:
        name = names.get(town_of(row.code), "")
        towns[name] = towns.get(name, 0) + 1
    ranked_towns = sorted(towns.items(), key=lambda one: -one[1])
    return _series([f"{name} {n} 个村" for name, n in ranked_towns], "个镇街")


def village_reminder(pack: Pack, place: str, stage: StageState, row: VillageSummary) -> GroupText | None:
    """What a village still has to do, for its own group; None where nothing is left or it is handed up."""
    left = [(lack, lack.count(pack, row)) for lack in LACKS]
    lines = [f"{lack.title}{f'：{n} {lack.unit}' if lack.unit else ''}" for lack, n in left if n]
    if not lines or row.handed_up:
        return None
    numbered = "；\n".join(f"{i}. {line}" for i, line in enumerate(lines, 1))
    text = f"【{place}】今天还要办的：\n{numbered}。\n{stage.title} {_day(stage.deadline)}截止。"
    return GroupText("village", "今天还要办的", "村里干活的群", text)


def returned_rows(place: str, heads: Sequence[tuple[str, str]], forms: Sequence[str]) -> GroupText | None:
    """What came back and is not corrected yet: (head, group in words) and labels of forms; without any reason."""
    if not heads and not forms:
        return None
    lines = []
    if heads:
        listed = _series([f"{head}（{group}）" if group else head for head, group in heads], "户")
        lines.append(f"{len(heads)} 户：{listed}")
    if forms:
        lines.append(f"{len(forms)} 张表：{'、'.join(forms)}")
    text = (
        f"【{place}】镇里退回来要改的，"
        + "；".join(lines)
        + "。\n为什么退回，登录后在“上报”→“退回”里看，改好再报。"
    )
    return GroupText("returned", "退回要改的", "村里干活的群", text)


def meeting_text(place: str, kind: str, on: date, where: str, households: int, today: date) -> GroupText:
    """A meeting that is planned: when, where, how many households; nobody is named."""
    when = "今天" if on == today else f"{_day(on)}（星期{_WEEKDAYS[on.weekday()]}）"
    at = f"，在{where}" if where else ""
    text = f"【{place}】{when}开{kind}{at}，上会 {households} 户。请参会的人带上笔，按时到。"
    return GroupText(f"meeting-{on:%m%d}", f"{_day(on)}的{kind}", "参会的人", text)


def notice_text(
    place: str, title: str, households: int, since: date, until: date, object_to: str
) -> GroupText:
    """The days of a notice on the wall: from when until when, where to object; the names are on the wall alone."""
    days = (until - since).days + 1
    text = (
        f"【{place}】{title}公示：{households} 户的名单贴在村务公开栏，{_day(since)}至{_day(until)}，共 {days} 天。"
        f"有不同意见的，公示期内向{object_to}反映。"
    )
    return GroupText(f"notice-{since:%m%d}", f"{title}公示的日期", "村民群", text)
