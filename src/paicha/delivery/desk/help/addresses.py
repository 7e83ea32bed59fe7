"""Where a task of the pack is done: its place of work as an address of the desk that the reader may open.

What holds: an address is given only where the page's own policy lets the reader in; nobody is led to a refusal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.http import Http404
from django.urls import resolve, reverse

from paicha.core.area_codes import VILLAGE_LEVELS
from paicha.core.pack.guide import Where
from paicha.delivery.desk.shell.menu import own_codes
from paicha.delivery.desk.shell.places import Place, Policy, place_of
from paicha.domain.accounts.policies import Scope
from paicha.domain.accounts.roles import Kind, Verb
from paicha.domain.rounds.models import RoundArea

_ANY = (*VILLAGE_LEVELS, "town", "county")
_ABOVE = ("town", "county")


@dataclass(frozen=True, slots=True)
class Door:
    """`name` of an address, what its link says, the levels of the areas that have it (none: it is one's own)."""

    name: str
    action: str
    levels: tuple[str, ...] = _ANY
    query: str = ""


DOORS: Mapping[Where, Door] = {
    "first_page": Door("home", "去首页", ()),
    "notices": Door("mine", "看提醒", ()),
    "phones": Door("own_phones", "看我的手机", ()),
    "led": Door("my_visits", "看带队的村", ()),
    "referrals": Door("referrals", "去答复", ()),
    "accounts": Door("accounts", "管账号"),
    "blanks": Door("blanks", "打印空表", VILLAGE_LEVELS),
    "entry": Door("entry", "去录入", VILLAGE_LEVELS),
    "due": Door("households", "看还差的户", query="?outcome=due"),
    "households": Door("households", "看农户"),
    "plan": Door("plan", "去安排", VILLAGE_LEVELS),
    "profile": Door("profile", "去填", VILLAGE_LEVELS),
    "leads": Door("leads", "看线索"),
    "cases": Door("cases", "看研判"),
    "meetings": Door("meetings", "看会议", VILLAGE_LEVELS),
    "weekly": Door("weekly", "去登记", VILLAGE_LEVELS),
    "problems": Door("problems", "看问题"),
    "petitions": Door("petitions", "看信访"),
    "changes": Door("changes", "看清单"),
    "handup": Door("handup", "看上报"),
    "copies": Door("copies", "看扫描件", VILLAGE_LEVELS),
    "upload": Door("upload", "去上传"),
    "download": Door("download", "去下载"),
    "forms": Door("forms", "看表格"),
    "villages": Door("villages", "看各村", _ABOVE),
    "attention": Door("attention", "去审核", _ABOVE),
    "checks": Door("checks", "看核实", _ABOVE),
    "zones": Door("zones", "去分片", ("town",)),
    "samples": Door("samples", "看抽查", ("county",)),
    "spot_check": Door("spot_check", "去填"),
    "bulletin": Door("bulletin", "看日报", _ABOVE),
    "schedule": Door("schedule", "看日程"),
    "log": Door("log", "看记录"),
}


def reader_places(who: Scope) -> list[Place]:
    """A reader's first village, town and county of the round, at most one each; the pages that help leads to."""
    codes = own_codes(who)
    areas = RoundArea.objects.filter(code__in=codes).order_by("-round__opens_on", "code")
    first: dict[str, str] = {}
    for code, level in areas.values_list("code", "level"):
        first.setdefault("village" if level in VILLAGE_LEVELS else level, code)
    found = []
    for code in first.values():
        try:
            found.append(place_of(who, code))
        except Http404:
            continue
    return found


def opened(where: str, who: Scope, places: Iterable[Place]) -> tuple[str, str]:
    """(address, what its link says) of a place of work that the reader may open; two '' where there is none."""
    door = next((door for key, door in DOORS.items() if key == where), None)
    if door is None:
        return "", ""
    if not door.levels:
        return (reverse(f"desk:{door.name}"), door.action) if _own(door.name, who) else ("", "")
    for place in places:
        if place.area.level in door.levels:
            address = page_of_place(door.name, place)
            if address:
                return address + door.query, door.action
    return "", ""


def page_of_place(name: str, place: Place) -> str:
    """The address of a place's page, '' where its policy keeps the reader out."""
    address = reverse(f"desk:{name}", args=[place.code])
    policy: Policy = resolve(address).func.policy  # type: ignore[attr-defined]  # every view of the desk has one
    acts = policy.act if isinstance(policy.act, tuple) else (policy.act,)
    if policy.whole and place.groups is not None:
        return ""
    if policy.verb is not None and not place.may(policy.verb):
        return ""
    return address if policy.act is None or any(act and place.may(act) for act in acts) else ""


def _own(name: str, who: Scope) -> bool:
    """Whether a page of one's own has anything for the reader."""
    if name == "my_visits":
        return who.allows(Verb.CROSS_CHECK)
    if name == "own_phones":
        return who.allows(Verb.SUBMIT_ANSWERS)
    if name == "referrals":
        return bool(who.refs(Kind.DEPARTMENT, Verb.ANSWER_REFERRALS))
    return bool(who.grants)
