"""A household's life 变动: what may be done to it in the register, what follows, what was done, and undoing it.

Why apart: read beside the household's page, which has its twelve queries already; without a script it is a link.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from paicha.core.bounds import whole
from paicha.delivery.desk.shell.page import asks_for_part, page
from paicha.delivery.desk.shell.places import Home, at_household, require
from paicha.delivery.desk.shell.refusals import refused_to
from paicha.delivery.desk.shell.wording import who_text
from paicha.domain.accounts.roles import Verb
from paicha.domain.areas.models import Area
from paicha.domain.households.models import HouseholdEvent
from paicha.domain.life.act import Asked
from paicha.domain.life.errors import LifeError
from paicha.domain.life.moving import move
from paicha.domain.life.queries import going_along, groups_of, history, villages_kept
from paicha.domain.life.undoing import undo

_Given = Mapping[str, str]


def _page(request: HttpRequest, home: Home, *, error: str = "", status: int = 200) -> HttpResponse:
    place, household = home.place, home.household
    may = place.may(Verb.KEEP_REGISTER)
    past = history(household.pk)
    context: dict[str, Any] = {
        "home": home, "household": household, "may": may, "mark": past.mark, "error": error, "typed": request.POST,
        "events": [
            {
                "event": event, "by": _who(event, "actor"), "undone_by": _who(event, "undone_by"),
            }
            for event in past.events
        ],
        "undoable": past.undoable if may else None,
    }  # fmt: skip
    if may:
        context["along"] = going_along(place.round, household.pk)
        if place.scope.reach(Verb.KEEP_REGISTER, household.village.code) == "village":
            context["groups"] = groups_of(household.village_id)
        else:
            context["villages"] = villages_kept(place.scope, place.round)
            context["chosen"] = request.POST.get("village") or household.village.code
    if asks_for_part(request):
        return render(request, "desk/households/_life.html", context | {"place": place})
    place.log_read("household.life", 1)
    return page(request, place, "households/life.html", "households", status=status, **context)


@require_http_methods(["GET", "POST"])
@at_household()
@refused_to(_page)
def life(request: HttpRequest, home: Home) -> HttpResponse:
    """What may be done and what was; a POST does the act that it names."""
    if request.method == "GET":
        return _page(request, home)
    require(home.place, Verb.KEEP_REGISTER)
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    messages.success(request, act(home, request.POST))
    return redirect("desk:household", home.household.pk)


def _who(event: HouseholdEvent, which: str) -> str:
    actor = getattr(event, which)
    return (
        who_text({actor: name} if (name := getattr(event, f"{which}_name")) else {}, actor) if actor else ""
    )


def _asked(home: Home, given: _Given) -> Asked:
    return Asked(home.place.scope, given.get("reason", ""), whole(given.get("seen", "")))


def _move(home: Home, given: _Given) -> str:
    place = home.place
    code = given.get("village", "") or home.household.village.code
    village = Area.objects.filter(code=code).first()
    if village is None:
        raise LifeError("N04")
    made = move(
        place.round, place.pack, home.household.pk, village, given.get("group", ""), _asked(home, given)
    )
    return f"{home.household.head_name}户已由{made.old}迁到{made.new}。迁错了，可以在“变动”里撤销。"


def _undo(home: Home, given: _Given) -> str:
    place = home.place
    event = whole(given.get("event", "")) or 0
    done = undo(place.round, place.pack, event, place.scope, whole(given.get("seen", "")))
    return f"已撤销{home.household.head_name}户的“{done.get_kind_display()}”。"


_ACTS: dict[str, Callable[[Home, _Given], str]] = {"move": _move, "undo": _undo}
