"""The menu of a page: a few entries of the place in the bar, the rest behind 更多; off a place, the way to one's own.

What holds: an entry is there only for whoever may open its page; the bar's first four stand at the foot of a narrow
screen, and the entry of the page that is open is always in sight.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.http import Http404
from django.urls import reverse

from paicha.core.area_codes import VILLAGE_LEVELS, whole_code
from paicha.delivery.desk.shell.places import Place, place_of
from paicha.domain.accounts.policies import Scope
from paicha.domain.accounts.roles import Kind, Verb
from paicha.domain.areas.models import Group
from paicha.domain.rounds.queries import current_round

WIDE, NARROW = 6, 4  # entries in the bar, and at the foot of a narrow screen
_VILLAGE, _ABOVE = VILLAGE_LEVELS, ("county", "town")
_EVERY = (*_VILLAGE, *_ABOVE)
# (key and name of the address, title, verb asked, levels that have it, whether a person of some groups has none)
_TABS: tuple[tuple[str, str, Verb, tuple[str, ...], bool], ...] = (
    ("villages", "各村", Verb.READ_STATISTICS, _ABOVE, True),
    ("attention", "核实", Verb.READ_STATISTICS, _ABOVE, True),
    ("households", "农户", Verb.READ_HOUSEHOLDS, _EVERY, False),
    ("entry", "录入", Verb.SUBMIT_ANSWERS, _VILLAGE, False),
    ("leads", "线索", Verb.READ_HOUSEHOLDS, _EVERY, False),
    ("cases", "研判", Verb.READ_HOUSEHOLDS, _EVERY, False),
    ("problems", "问题", Verb.READ_HOUSEHOLDS, _EVERY, False),
    ("plan", "安排", Verb.READ_HOUSEHOLDS, _VILLAGE, False),
    ("samples", "抽查", Verb.DRAW_SAMPLE, ("county",), True),
    ("pictures", "图表", Verb.READ_STATISTICS, _ABOVE, True),
    ("bulletin", "日报", Verb.READ_STATISTICS, _ABOVE, True),
    ("group_texts", "发群的话", Verb.READ_HOUSEHOLDS, _EVERY, True),
    ("forms", "表格", Verb.READ_STATISTICS, _EVERY, True),
    ("handup", "上报", Verb.READ_STATISTICS, _EVERY, True),
    ("accounts", "账号", Verb.MANAGE_ACCOUNTS, _ABOVE, True),
    ("rounds", "轮次", Verb.MANAGE_PACKS, ("county",), True),
    ("areas", "区划", Verb.MANAGE_AREAS, ("county",), True),
    ("packs", "方案包", Verb.MANAGE_PACKS, ("county",), True),
    ("backups", "备份", Verb.MANAGE_PACKS, ("county",), True),
    ("health", "运行", Verb.MANAGE_PACKS, ("county",), True),
    ("log", "记录", Verb.READ_AUDIT, _EVERY, True),
    ("upload", "上传", Verb.IMPORT_FILES, _EVERY, False),
    ("download", "下载", Verb.EXPORT, _EVERY, False),
)
# What stands in the bar, the most used first; whoever may not open one of them gets the next.
_FIRST: dict[str, tuple[str, ...]] = {
    "county": ("villages", "leads", "samples", "bulletin", "handup"),
    "town": ("attention", "households", "leads", "handup", "villages"),
    "village": ("households", "entry", "leads", "handup", "cases"),
}
_LEVEL = {"county": "全市", "town": "全镇", "village": "今天", "residents": "今天"}


@dataclass(frozen=True, slots=True)
class Tab:
    """An entry of the menu. `key`: by which a page says that it is the one."""

    key: str
    title: str
    address: str


@dataclass(frozen=True, slots=True)
class Menu:
    """`bar`: entries in sight, WIDE at the most; `rest`: behind 更多; `here`: the key of the page that is open."""

    bar: Sequence[Tab]
    rest: Sequence[Tab] = ()
    here: str = ""

    @property
    def narrow(self) -> Sequence[Tab]:
        """The bar's entries that a narrow screen has behind 更多."""
        return self.bar[NARROW:]

    @property
    def aside(self) -> str:
        """The title of the open page where it is behind 更多, else ''."""
        return next((tab.title for tab in self.rest if tab.key == self.here), "")

    @property
    def aside_narrow(self) -> str:
        """The same on a narrow screen."""
        return self.aside or next((tab.title for tab in self.narrow if tab.key == self.here), "")

    @property
    def look(self) -> str:
        """CSS class of 更多: marked where the open page is behind it, or is so on a narrow screen."""
        return "here" if self.aside else "here-narrow" if self.aside_narrow else ""


def tabs(place: Place) -> list[Tab]:
    """The pages of a place that the person may open."""
    found = [Tab("area", _LEVEL[place.area.level], reverse("desk:area", args=[place.code]))]
    for key, title, verb, levels, whole in _TABS:
        if place.area.level in levels and place.may(verb) and not (whole and place.groups is not None):
            found.append(Tab(key, title, reverse(f"desk:{key}", args=[place.code])))
    return found


def entries_of(verbs: Collection[Verb], level: str) -> list[tuple[str, str]]:
    """(key, title) of the entries that somebody with these verbs has in the menu of a whole area of a level."""
    listed = [(key, title) for key, title, verb, levels, _ in _TABS if level in levels and verb in verbs]
    return [("area", _LEVEL[level]), *listed]


def menu(place: Place, here: str) -> Menu:
    """The menu of a place; `here` is the key of the page that is open."""
    every = tabs(place)
    first = ("area", *_FIRST.get(place.area.level, _FIRST["village"]))
    ranked = sorted(every, key=lambda tab: first.index(tab.key) if tab.key in first else len(first))
    bar = ranked[:WIDE]
    return Menu(bar, [tab for tab in every if tab not in bar], here)


def own_menu(who: Scope, path: str, places: Sequence[Place] = ()) -> Menu:
    """The menu of a page (at `path`) that belongs to no place: of one's only place, else the way to one's places.

    `places`: those that the page has read already.
    """
    codes = own_codes(who)
    if len(codes) == 1:
        known = next((place for place in places if place.code == codes[0] and place.sees(place.code)), None)
        try:
            return menu(known or place_of(who, codes[0]), "")
        except Http404:  # not in the round
            return Menu([Tab("home", "首页", "/")])
    found = [Tab("home", "我的范围" if codes else "首页", "/")]
    if codes and who.allows(Verb.CROSS_CHECK):
        found.append(Tab("led", "带队核实", reverse("desk:my_visits")))
    return Menu(found, (), next((tab.key for tab in found if tab.address == path), ""))


def own_codes(who: Scope) -> list[str]:
    """The areas of a person's assignments as 12-digit codes, villages of groups among them."""
    prefixes = list(who.prefixes(Verb.READ_STATISTICS))
    if "" in prefixes:
        round_ = current_round()
        return [round_.areas.get(level="county").code] if round_ else []
    ids = [int(ref) for ref in who.refs(Kind.GROUP) if ref.isdecimal()]
    if ids:
        found = Group.objects.filter(pk__in=ids).values_list("village__code", flat=True)
        prefixes += [code for code in found if not any(code.startswith(p) for p in prefixes)]
    return sorted({whole_code(prefix) for prefix in prefixes})
