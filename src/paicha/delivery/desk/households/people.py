"""A household's members and the numbers that other systems call it by: read beside its page, and changed by itself.

What holds: reading is logged; whoever may answer for the household may add, correct and end; sending the same form
twice does once what it does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from paicha.core.bounds import whole
from paicha.delivery.desk.shell.page import asks_for_part, page
from paicha.delivery.desk.shell.places import Home, at_household
from paicha.delivery.desk.shell.refusals import refused_to
from paicha.delivery.desk.shell.wording import source_text
from paicha.domain.accounts.roles import Verb
from paicha.domain.households.members import DETAILS
from paicha.domain.households.models import ForeignNumber, HeadDetails, Member, PersonDetails
from paicha.domain.households.people import (
    LABELS,
    Typed,
    add_member,
    add_number,
    change_member,
    describe_head,
    end_member,
    remove_number,
)
from paicha.domain.responses.queries import names, source_actor

_ASKED = tuple(name for name in LABELS if name not in ("system", "number"))


@at_household(closed=True)
def people(request: HttpRequest, home: Home) -> HttpResponse:
    """The members and numbers; a part of the household's page when it asks for it."""
    return _page(request, home)


def _page(request: HttpRequest, home: Home, *, status: int = 200, **context: Any) -> HttpResponse:
    household = home.household
    head = HeadDetails.objects.filter(household=household).first()
    members = list(Member.objects.filter(household=household, left_at=None).order_by("pk"))
    numbers = list(
        ForeignNumber.objects.filter(household=household, member__left_at=None)
        .select_related("member").order_by("system", "kind", "pk")
    )  # fmt: skip
    sources = [head.source] if head else []
    sources += [one.source for one in members] + [one.source for one in numbers]
    known = names({source_actor(source) for source in sources})
    may = home.place.may(Verb.SUBMIT_ANSWERS) and household.closed_at is None
    shown = {
        "home": home, "household": household, "may": may, "systems": sorted({one.system for one in numbers}),
        "head": head, "head_source": source_text(known, head.source) if head else "",
        "head_fields": _fields(head, DETAILS),
        "members": [(one, source_text(known, one.source), _fields(one)) for one in members],
        "numbers": [(one, source_text(known, one.source)) for one in numbers], "fields": _fields(None),
    }  # fmt: skip
    if asks_for_part(request):
        return render(request, "desk/households/_people.html", shown | {"place": home.place, "part": True})
    home.place.log_read("household.people", 1)
    return page(
        request, home.place, "households/people.html", "households", status=status, **shown, **context
    )


def _fields(member: PersonDetails | None, asked: Sequence[str] = _ASKED) -> list[tuple[str, str, str, int]]:
    """(name, label, value, length) of a member's form, or of the head's."""
    return [
        (name, LABELS[name], getattr(member, name) if member else "", 20 if name == "relation" else 40)
        for name in asked
    ]


@require_POST
@at_household(act=Verb.SUBMIT_ANSWERS)
@refused_to(_page)
def save(request: HttpRequest, home: Home) -> HttpResponse:
    """One act: add a member, correct one, one has left, note a number, take a number away."""
    given, household = request.POST, home.household
    if household.closed_at is not None:
        raise Http404
    source = f"desk:{home.place.scope.actor}"
    act = given.get("act", "")
    typed = Typed({name: given.get(name, "") for name in _ASKED})
    if act == "add":
        said = f"已添上{add_member(household, typed, source=source).name}。"
    elif act == "change":
        member = _member(home, given.get("member", ""))
        change_member(member, typed, source=source)
        said = f"{member.name}的情况已改。"
    elif act == "head":
        describe_head(household, typed, source=source)
        said = f"{household.head_name}的情况已改。"
    elif act == "end":
        member = _member(home, given.get("member", ""))
        end_member(member, source=source)
        said = f"{member.name}已不在这一户。"
    elif act == "number":
        whose = given.get("member", "")
        made = add_number(
            household, _member(home, whose) if whose else None, system=given.get("system", ""),
            number=given.get("number", ""), source=source,
        )  # fmt: skip
        said = f"已记下{made.system}的编号。"
    elif act == "number_off":
        number = ForeignNumber.objects.filter(
            household=household, pk=whole(given.get("number", "")) or 0
        ).first()
        if number is None:
            raise Http404
        remove_number(number, source=source)
        said = "编号已删去。"
    else:
        raise Http404
    messages.success(request, said)
    return redirect("desk:people", household.pk)


def _member(home: Home, text: str) -> Member:
    """A member of this household; 404 for anything else."""
    try:
        key = UUID(text)
    except ValueError:
        raise Http404 from None
    found = (
        Member.objects.filter(household=home.household, pk=key, left_at=None)
        .select_related("household")
        .first()
    )
    if found is None:
        raise Http404
    return found
