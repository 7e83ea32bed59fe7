"""What the pages of this part share: the way between them, a village by its name, a household by what is typed.

What holds: a household is found within the village alone and, for a person of some groups, within those; a name
that two households share asks for the group, and a list never shows more than it must.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from django.http import Http404
from django.urls import reverse

from paicha.core.normalise import fold
from paicha.core.refusal import Refusal
from paicha.delivery.desk.shell.places import Place, in_groups
from paicha.delivery.desk.shell.wording import group_text
from paicha.domain.accounts.roles import Verb
from paicha.domain.households.models import Household
from paicha.domain.households.queries import heads_named


class Unclear(Refusal):
    """What was typed can't be told."""


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
    """The household of this village that a head's name stands for ('王建国', '王建国（2组）', '王建国 2组'), however
    it is spelled; None for none typed.

    Raises Unclear where there is none or there are several.
    """
    typed = fold(text).strip()
    if not typed:
        return None
    found = [h for h in heads_named(place.area.area_id, typed) if in_groups(place, h.group)]
    if not found:
        raise Unclear("G07", read=text.strip())
    if len(found) > 1:
        where = "、".join(group_text(h.group) for h in found)
        raise Unclear("G08", n=len(found), head=found[0].head_name, where=where)
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
    raise Unclear("G03", label=label, read=text)


def day_needed(text: str, label: str) -> date:
    """A day as `day_typed` reads it, which must be there. Raises Unclear."""
    day = day_typed(text, label)
    if day is None:
        raise Unclear("G10", label=label)
    return day
