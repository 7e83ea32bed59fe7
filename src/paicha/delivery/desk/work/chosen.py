"""What the pages of this part share: the way between them, a village by its name, a household by what is typed.

What holds: a household is found within the village alone and, for a person of some groups, within those; a name
that two households share asks for the group, and a list never shows more than it must.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.http import Http404, HttpRequest
from django.urls import reverse

from paicha.core.normalise import fold, group, head_name
from paicha.delivery.desk.places import Place, in_groups
from paicha.delivery.desk.views.lists import SIZE, Paging, paging
from paicha.delivery.desk.wording import group_text
from paicha.domain.accounts.roles import Verb
from paicha.domain.households.models import Household
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.queries import covering, summaries
from paicha.domain.rounds.models import RoundArea

T = TypeVar("T")
_WITH_GROUP = re.compile(r"(?P<head>.+?)\((?P<group>.+)\)")


class Unclear(ValueError):
    """What was typed can't be told; the message is one Chinese sentence."""


@dataclass(frozen=True, slots=True)
class Way:
    """A page of this part: its key, title and address."""

    key: str
    title: str
    address: str


def ways(place: Place) -> list[Way]:
    """The pages of this part that the person may open here."""
    listed, asks = place.pack.problem_list is not None, bool(place.pack.departments)
    found = [
        ("problems", "问题清单", Verb.READ_HOUSEHOLDS, listed),
        ("petitions", "信访舆情", Verb.READ_HOUSEHOLDS, True),
        ("changes", "信息变更", Verb.READ_HOUSEHOLDS, True),
        ("sent_referrals", "部门核实", Verb.READ_HOUSEHOLDS, asks),
        ("comparisons", "名单比对", Verb.REFER, asks and not place.is_village),
    ]
    return [
        Way(key, title, reverse(f"desk:{key}", args=[place.code]))
        for key, title, verb, there in found
        if there and place.may(verb)
    ]


def household_named(place: Place, text: str) -> Household | None:
    """The household of this village that a head's name stands for ('王建国', '王建国（2组）'); None for none typed.

    Raises Unclear where there is none or there are several.
    """
    typed = fold(text).strip()
    if not typed:
        return None
    parts = _WITH_GROUP.fullmatch(typed)
    head = head_name(parts["head"] if parts else typed, place.pack.silences)
    rows = Household.objects.filter(village_id=place.area.area_id, closed_at=None, head_name=head)
    found = [h for h in rows.order_by("number") if in_groups(place, h.group)]
    if parts:
        found = [h for h in found if h.group == group(parts["group"])]
    if not found:
        raise Unclear(f"村里没有叫“{text.strip()}”的户主，请核对姓名；是全村的问题就不填户主。")
    if len(found) > 1:
        where = "、".join(group_text(h.group) for h in found)
        raise Unclear(f"村里有 {len(found)} 户“{head}”（{where}），请在姓名后面写上组，如“{head}（2组）”。")
    return found[0]


def household_asked(place: Place, text: str) -> Household | None:
    """The household whose id an address or a form names. Raises Http404 for one that isn't to be seen here."""
    if not text:
        return None
    try:
        found = Household.objects.filter(pk=text, village_id=place.area.area_id).first()
    except ValueError as error:  # no id at all
        raise Http404 from error
    if found is None or not in_groups(place, found.group):
        raise Http404
    return found


def day_typed(text: str, label: str) -> date | None:
    """A day as a date field sends it ('2022-04-01', also '2022.4.1'); None for none. Raises Unclear."""
    clean = fold(text).strip()
    if not clean:
        return None
    parts = re.fullmatch(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?", clean)
    try:
        if parts:
            return date(int(parts[1]), int(parts[2]), int(parts[3]))
    except ValueError:
        pass
    raise Unclear(f"{label}读到“{text}”，请写成 2022-04-01 这样的日期。")


def rows_over_villages(
    request: HttpRequest,
    rows: Sequence[VillageSummary],
    count: Callable[[VillageSummary], int],
    read: Callable[[list[int]], Sequence[T]],
) -> tuple[Sequence[T], Paging]:
    """A page of a list over many villages: only the villages that it shows are read."""
    counts = [count(s) for s in rows]
    turned = paging(request, sum(counts))
    covered, skip = covering(counts, (turned.number - 1) * SIZE, SIZE)
    ids = [rows[i].village_id for i in covered]
    return (read(ids)[skip : skip + SIZE] if ids else []), turned


def summaries_of(place: Place) -> list[VillageSummary]:
    """The summary rows that a list of this place adds up; none for a person of some groups."""
    return summaries(place.scope, place.round, place.prefix) if place.groups is None else []


def village_choices(place: Place) -> list[tuple[str, str]]:
    """(code, name with its town) of the villages below a town or the county, for a field that asks for one."""
    areas = list(RoundArea.objects.filter(round=place.round, code__startswith=place.prefix).order_by("code"))
    towns = {area.code: area.spoken for area in areas if area.level == "town"}
    county = place.area.level == "county"
    return [
        (area.code, (towns.get(area.parent_code, "") if county else "") + area.spoken)
        for area in areas
        if area.level in ("village", "residents")
    ]
