"""A page of one's own: what one is told, and what is open in one's places.

What holds: the page shows nobody else's notices, and of a place only what its own first page shows to this person;
opening a notice marks it as read and leads to where something is to be done.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from paicha.core.pack import Pack
from paicha.delivery.desk.home.todos import gathered
from paicha.delivery.desk.samples.todo import city_todos
from paicha.delivery.desk.shell.menu import own_codes, own_menu
from paicha.delivery.desk.shell.page import go_back
from paicha.delivery.desk.shell.places import Place, Policy, newest, states
from paicha.delivery.desk.shell.todo import Todo
from paicha.delivery.desk.verification.todo import town_todos
from paicha.domain.accounts import notices
from paicha.domain.accounts.models import Notice, User
from paicha.domain.accounts.policies import Scope, scope
from paicha.domain.accounts.roles import Verb
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.queries import names
from paicha.domain.responses.queries import summaries as rows_below
from paicha.domain.rounds.models import RoundArea
from paicha.domain.rounds.packs import pack_of
from paicha.domain.sync.devices import may_enrol

_READ_SHOWN, _UNREAD_SHOWN = 20, 100
_PLACES = 30


@dataclass(frozen=True, slots=True)
class Own:
    """One of a person's places with the lines of work there."""

    place: Place
    todos: list[Todo] = field(default_factory=list)


@states(Policy("own"))
def mine(request: HttpRequest) -> HttpResponse:
    """Unread notices first, then the open work of each place, then what was read lately."""
    user = request.user
    assert isinstance(user, User)
    own = Notice.objects.filter(user=user)
    unread = list(own.filter(read_at=None).order_by("-at")[:_UNREAD_SHOWN])
    read = list(own.filter(read_at__isnull=False).order_by("-read_at")[:_READ_SHOWN])
    who = scope(user)
    places = _places(who)
    return render(
        request, "desk/account/own.html",
        {
            "unread": unread, "read": read, "places": places,
            "menu": own_menu(who, request.path, [own.place for own in places]),
            "names": names({n.by for n in [*unread, *read]}), "phone": may_enrol(who),
        },
    )  # fmt: skip


def _places(who: Scope) -> list[Own]:
    codes = own_codes(who)[:_PLACES]
    areas = newest(RoundArea.objects.filter(code__in=codes)) if codes else []
    if not areas:
        return []
    pack: Pack = pack_of(areas[0].round)
    rows = VillageSummary.objects.filter(round=areas[0].round, code__in=codes)
    summaries = {row.code: row for row in rows}
    found = []
    for area in areas:
        place = Place(area.round, pack, who, area, ())
        whole = who.covers(Verb.READ_STATISTICS, area.code)
        todos = gathered(place, summaries.get(area.code)) if place.is_village and whole else []
        if area.level == "town" and place.may(Verb.VERIFY):
            todos = town_todos(place, rows_below(who, area.round, place.prefix))
        elif area.level == "county" and place.may(Verb.DRAW_SAMPLE):
            todos = city_todos(place, rows_below(who, area.round, place.prefix))
        found.append(Own(place, todos))
    return found


@states(Policy("own"))
def notice(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Open one of one's own notices: read from now on, and on to its page."""
    user = request.user
    assert isinstance(user, User)
    found = notices.read(user, pk)
    if found is None:
        raise Http404
    return go_back(request, found.address, "desk:mine")


@require_POST
@states(Policy("own"))
def read_all(request: HttpRequest) -> HttpResponseBase:
    """Mark everything as read."""
    user = request.user
    assert isinstance(user, User)
    notices.read_all(user)
    return redirect("desk:mine")
