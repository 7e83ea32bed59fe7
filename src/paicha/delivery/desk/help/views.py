"""The pages of help. They are open to everybody, before signing in too; who is signed in finds links that lead on.

What holds: no page of help reads a household; what it says costs no query on any other page.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from paicha.core.pack import Pack
from paicha.delivery.desk.help.addresses import page_of_place, reader_places
from paicha.delivery.desk.help.calendar import parts_of
from paicha.delivery.desk.help.words import PAGES, ROLES_IN_WORDS, TERMS
from paicha.delivery.desk.shell.menu import entries_of, own_menu
from paicha.delivery.desk.shell.middleware import waits_for_factor
from paicha.delivery.desk.shell.places import Place, Policy, states
from paicha.domain.accounts.models import User
from paicha.domain.accounts.policies import roles_of, scope
from paicha.domain.accounts.roles import ROLES
from paicha.domain.rounds.packs import pack_of
from paicha.domain.rounds.queries import current_round


@states(Policy("anyone"))
@require_safe
@login_not_required
def index(request: HttpRequest) -> HttpResponseBase:
    """To the page of the reader's own role; who can't get in yet is led to help with signing in."""
    user = request.user
    if not isinstance(user, User) or user.must_change_password or waits_for_factor(request):
        return redirect("desk:help_sign_in")
    own = roles_of(user)
    return redirect("desk:help_role", own[0]) if own else redirect("desk:help_sign_in")


@states(Policy("anyone"))
@require_safe
@login_not_required
def role_page(request: HttpRequest, role: str) -> HttpResponse:
    """What a role does on which day, and where each thing stands."""
    words = next((words for key, words in ROLES_IN_WORDS.items() if key == role), None)
    if words is None:
        raise Http404
    who, own, round_ = scope(request.user), roles_of(request.user), current_round()
    places = reader_places(who) if round_ else []
    usual = [place for place in places if place.area.level in words.levels]
    context: dict[str, Any] = {
        "role": ROLES[role], "words": words, "is_own": role in own,
        "others": [(key, ROLES[key].title, key in own) for key in (*own, *(k for k in ROLES_IN_WORDS if k not in own))],
        "pages": _pages(role, words.levels[:1], usual[0] if usual else None),
    }  # fmt: skip
    if round_:
        code = usual[0].code if usual else ""
        context |= {"parts": parts_of(role, round_, who, [*usual, *places], code)}
    if request.user.is_authenticated:
        context["menu"] = own_menu(who, request.path, places)
    return render(request, "desk/help/role.html", context)


def _pages(role: str, levels: tuple[str, ...], place: Place | None) -> list[tuple[str, str, str]]:
    """(title, what it is for, address or '') of the menu that the role has on its usual level."""
    if not levels:
        return []
    found = []
    for key, title in entries_of(ROLES[role].verbs, levels[0]):
        found.append((title, PAGES.get(key, ""), page_of_place(key, place) if place else ""))
    return found


@states(Policy("anyone"))
@require_safe
@login_not_required
def terms(request: HttpRequest) -> HttpResponse:
    """Every term with its sentence: the pack's, then the program's own."""
    round_ = current_round()
    pack = pack_of(round_) if round_ else None
    of_pack = list(pack.guide.terms) if pack else []
    known = {term.id for term in of_pack}
    own = [term for term in TERMS.values() if term.id not in known]
    return render(
        request, "desk/help/terms.html", {"of_pack": of_pack, "own": own, "pack_title": _title(pack)}
    )


def _title(pack: Pack | None) -> str:
    return pack.title if pack else ""


@states(Policy("anyone"))
@require_safe
@login_not_required
def sign_in_page(request: HttpRequest) -> HttpResponse:
    """How one gets in: account, first password, second factor, certificate; for people who are not in yet."""
    roles = [(key, ROLES[key].title, words.does) for key, words in ROLES_IN_WORDS.items()]
    return render(request, "desk/help/sign_in.html", {"roles": roles})


@states(Policy("anyone"))
@require_safe
@login_not_required
def phone_page(request: HttpRequest) -> HttpResponse:
    """How one surveys with a phone."""
    return render(request, "desk/help/phone.html")
