"""What somebody typed into the box of the header: households, people, places, problems and rules that answer.

What holds: households come from `domain.search.find` alone, which asks the scope; each page of them is an entry of the
reader's chain, without what was typed; a number that names one household leads straight to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.core.paginator import Page
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from paicha.core.area_codes import CODE_DIGITS
from paicha.core.normalise import name_key
from paicha.core.pack import Pack
from paicha.delivery.desk.search.words import why_text
from paicha.delivery.desk.shell.menu import Menu, menu, own_menu
from paicha.delivery.desk.shell.paging import page_of
from paicha.delivery.desk.shell.places import Place, Policy, newest, states
from paicha.delivery.desk.shell.wording import masked
from paicha.domain.accounts.policies import Scope, code_prefix, scope
from paicha.domain.accounts.roles import Verb
from paicha.domain.audit.services import read_logged
from paicha.domain.problems.models import Problem
from paicha.domain.problems.queries import problems_saying
from paicha.domain.rounds.models import Round, RoundArea
from paicha.domain.rounds.packs import pack_of
from paicha.domain.rounds.queries import current_round
from paicha.domain.search.hits import Hit, Whose
from paicha.domain.search.queries import MOST, Search, find
from paicha.domain.search.terms import LONGEST, Sought

SHOWN = 20  # of each group, before the way on


@dataclass(frozen=True, slots=True)
class Row:
    """A household of the page."""

    hit: Hit
    why: str
    place: str
    phone: str


@dataclass(frozen=True, slots=True)
class Section:
    """Households, or people, that were found; `title`: how the group is called."""

    key: str
    title: str
    hits: Sequence[Hit]

    @property
    def rest(self) -> int:
        """How many are not on the page that shows every group."""
        return max(len(self.hits) - SHOWN, 0)


@require_safe
@states(Policy("own"))
def search(request: HttpRequest) -> HttpResponseBase:
    """`q`: what is looked for; `in`: the code of an area; `only`: one group of what was found, page by page."""
    text, within = request.GET.get("q", "").strip()[:LONGEST], _within(request)
    who = scope(request.user)
    areas = _areas(who)
    round_ = areas[0].round if areas else current_round()
    if round_ is None or not text:
        return _render(request, who, areas, text)
    found = find(who, text, within)
    if found.only is not None:
        return redirect("desk:household", found.only.pk)
    pack, asked = pack_of(round_), request.GET.get("only", "")
    sections = [
        Section("households", "农户", [hit for hit in found.hits if hit.whose is not Whose.MEMBER]),
        Section("people", "家庭成员", [hit for hit in found.hits if hit.whose is Whose.MEMBER]),
    ]
    only = next((part for part in sections if part.key == asked), None)
    paging: Page[Hit] | None = page_of(request, only.hits) if only else None
    if asked == "problems":
        sections = []
    shown = [(only, list(paging))] if only and paging else [(part, part.hits[:SHOWN]) for part in sections]
    _log(who, [hit for _, hits in shown for hit in hits], within)
    others = Others() if only else _others(round_, pack, areas, found, within, asked == "problems")
    return _render(
        request, who, areas, text, found=found, only=only, paging=paging, within=within, most=MOST, others=others,
        sections=[(part, [_row(hit) for hit in hits]) for part, hits in shown], problems_too=not asked and found.hits,
    )  # fmt: skip


def _render(
    request: HttpRequest,
    who: Scope,
    areas: Sequence[RoundArea],
    text: str,
    found: Search | None = None,
    **context: object,
) -> HttpResponse:
    return render(
        request, "desk/search/search.html",
        {
            "text": text, "found": found, "menu": _menu(request, who, areas, found),
            "areas": [area for area in areas if area.level != "county"],
            "reads": who.allows(Verb.READ_HOUSEHOLDS), "unmasks": who.allows(Verb.UNMASK_PHONES), **context,
        },
    )  # fmt: skip


def _menu(request: HttpRequest, who: Scope, areas: Sequence[RoundArea], found: Search | None) -> Menu:
    """One's own menu, from what the page has read."""
    places = [Place(area.round, pack_of(area.round), who, area, ()) for area in areas]
    groups = found.where.groups if found else {}
    if groups and len(places) == 1:
        return menu(replace(places[0], groups=groups.get(areas[0].area_id)), "")
    return own_menu(who, request.path, places)


def _within(request: HttpRequest) -> str:
    code = request.GET.get("in", "")
    if code and not (len(code) == CODE_DIGITS and code.isascii() and code.isdecimal()):
        raise Http404
    return code


def _areas(who: Scope) -> list[RoundArea]:
    """Areas of the current round that the person has a page of, with their round; towns before villages."""
    rows = who.narrow(RoundArea.objects.all(), Verb.READ_AREAS, village="code", group="area__groups")
    found = {area.pk: area for area in newest(rows)}.values()
    return sorted(found, key=lambda area: (area.level != "town", area.code))


def _row(hit: Hit) -> Row:
    village = hit.household.village
    town = village.parent.name if village.parent else ""
    return Row(hit, why_text(hit), f"{town}{village.spoken}", masked(hit.household.phone))


def _log(who: Scope, hits: Sequence[Hit], within: str) -> None:
    if hits:
        by_phone = any(hit.whose is Whose.PHONE for hit in hits)
        read_logged(who.actor, "search:by_phone" if by_phone else "search", within, len(hits))


@dataclass(frozen=True, slots=True)
class Others:
    """What besides households answers, SHOWN of each at the most."""

    areas: Sequence[RoundArea] = ()
    problems: Sequence[Problem] = ()
    rules: Sequence[tuple[str, str]] = ()

    @property
    def any(self) -> bool:
        return bool(self.areas or self.problems or self.rules)


def _others(
    round_: Round, pack: Pack, areas: Sequence[RoundArea], found: Search, within: str, only_problems: bool
) -> Others:
    """Problems are looked for where no household answers, or where they are asked for."""
    sought, problems = found.sought, []
    if sought.is_name and len(sought.key) > 1 and found.where and (only_problems or not found.hits):
        seen = found.where.condition("village", "household__group")
        problems = problems_saying(round_, seen, pack, sought.text, SHOWN)
    if only_problems:
        return Others(problems=problems)
    prefix = code_prefix(within) if within else ""
    named = [
        area for area in areas
        if area.level != "county" and area.code.startswith(prefix) and _is_called(area, sought)
    ]  # fmt: skip
    return Others(named[:SHOWN], problems, _rules(pack, sought)[:SHOWN])


def _is_called(area: RoundArea, sought: Sought) -> bool:
    if sought.digits:
        return area.code == sought.digits
    if sought.is_short:
        return False
    if sought.letters:
        return sought.likeness(area.spoken) is not None
    return sought.key in name_key(area.name) or sought.key in name_key(area.spoken)


def _rules(pack: Pack, sought: Sought) -> list[tuple[str, str]]:
    """(id, title) of rules and checks whose id the text is, or whose title holds it."""
    titles = {**{key: said.title for key, said in pack.messages.items()},
              **{key: rule.title for key, rule in pack.rule.items()}}  # fmt: skip
    wanted = sought.key.upper()
    return sorted(
        (key, title) for key, title in titles.items()
        if key.upper() == wanted or (sought.is_name and len(sought.key) > 1 and sought.key in name_key(title))
    )  # fmt: skip
