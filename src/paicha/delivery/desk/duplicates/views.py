"""Duplicates of a place, cluster by cluster: the facts of both sides, what makes them alike, and what to do.

What holds: a pair is shown, and decided, where both households are in the place; who told two apart, when and why stays
readable, and is taken back there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from paicha.core.bounds import whole
from paicha.core.keys import make_number
from paicha.delivery.desk.shell.page import go_back, page
from paicha.delivery.desk.shell.paging import page_of
from paicha.delivery.desk.shell.places import Place, at_place
from paicha.delivery.desk.shell.refusals import refused_to
from paicha.delivery.desk.shell.wording import masked, who_text
from paicha.domain.accounts.roles import Verb
from paicha.domain.duplicates.models import Distinction
from paicha.domain.duplicates.queries import (
    Cluster,
    People,
    clusters,
    distinctions_at,
    numbers,
    pairs_at,
    people_of,
    waiting_at,
)
from paicha.domain.duplicates.services import DuplicateError, take_word_back, tell_apart
from paicha.domain.households.models import Household
from paicha.domain.responses.queries import names

SIZE = 50
_WHERE = {"": "全部", "inside": "村内", "across": "跨村"}
APART = "apart"


@require_GET
@at_place(Verb.READ_HOUSEHOLDS, whole=True)
def duplicates(request: HttpRequest, place: Place) -> HttpResponse:
    """The list; `where` narrows it to one village or across villages, or shows what was told apart."""
    return _list(request, place)


def _list(request: HttpRequest, place: Place, *, status: int = 200, **context: Any) -> HttpResponse:
    where = request.GET.get("where", "")
    if where == APART:
        return _apart(request, place, status=status, **context)
    if where not in _WHERE:
        raise Http404
    rows = pairs_at(place.scope, place.code, where)
    turned = page_of(request, numbers(rows), SIZE)
    listed = clusters(rows, list(turned))
    waiting, tag = waiting_at(place.code)
    people = people_of([household.pk for cluster in listed for household in cluster.households])
    place.log_read("duplicates", sum(len(cluster.households) for cluster in listed))
    return _page(
        request, place, where, status=status, paging=turned, waiting=waiting,
        clusters=[_cluster_context(cluster, people, tag) for cluster in listed], may=place.may(Verb.SETTLE_CONFLICTS),
        merges=place.may(Verb.KEEP_REGISTER), **context,
    )  # fmt: skip


def _apart(request: HttpRequest, place: Place, *, status: int, **context: Any) -> HttpResponse:
    turned = page_of(request, distinctions_at(place.scope, place.code), SIZE)
    listed: Sequence[Distinction] = list(turned)
    place.log_read("duplicates:apart", 2 * len(listed))
    known = names(said.by for said in listed)
    return _page(
        request, place, APART, status=status, paging=turned, may=place.may(Verb.SETTLE_CONFLICTS),
        said=[(said, who_text(known, said.by)) for said in listed], **context,
    )  # fmt: skip


def _page(request: HttpRequest, place: Place, where: str, *, status: int, **context: Any) -> HttpResponse:
    ways = _WHERE if not place.is_village else {"": _WHERE[""]}
    return page(
        request, place, "duplicates/duplicates.html", "households", status=status, where=where,
        class_labels={known.name: known.label for known in place.pack.classes},
        ways=[*ways.items(), (APART, "已定不是同一户")], **context,
    )  # fmt: skip


def _cluster_context(cluster: Cluster, people: People, tag: str) -> dict[str, Any]:
    return {
        "households": [_facts(household, people) for household in cluster.households],
        "pairs": [
            {
                "pair": pair,
                "alike": pair.likeness.alike(),
                "against": pair.likeness.against(),
                "key": make_number(pair.first.number, tag),
            }
            for pair in cluster.pairs
        ],
        "many": len(cluster.households) > 2,
    }


def _facts(household: Household, people: People) -> dict[str, Any]:
    return {
        "household": household,
        "phone": masked(household.phone),
        "members": "、".join(people.members.get(household.pk, ())),
        "numbers": "、".join(people.numbers.get(household.pk, ())),
    }


@require_POST
@at_place(Verb.READ_HOUSEHOLDS, act=Verb.SETTLE_CONFLICTS, whole=True)
@refused_to(_list)
def apart(request: HttpRequest, place: Place) -> HttpResponse:
    """Tell two apart, with a reason."""
    pair = pairs_at(place.scope, place.code).filter(pk=whole(request.POST.get("pair", "")) or 0).first()
    if pair is None:
        raise DuplicateError("I03")
    tell_apart(pair, place.scope, request.POST.get("reason", ""))
    messages.success(request, "已记下不是同一户；有了新的相像之处才会再列出来。")
    return _back_to(request, place)


@require_POST
@at_place(Verb.READ_HOUSEHOLDS, act=Verb.SETTLE_CONFLICTS, whole=True)
@refused_to(_list)
def back(request: HttpRequest, place: Place) -> HttpResponse:
    """Take such a word back."""
    said = (
        distinctions_at(place.scope, place.code).filter(pk=whole(request.POST.get("said", "")) or 0).first()
    )
    if said is None:
        raise DuplicateError("I02")
    take_word_back(said, place.scope)
    messages.success(request, "已撤回，两户仍然相像的话又列在疑似重复里。")
    return _back_to(request, place)


def _back_to(request: HttpRequest, place: Place) -> HttpResponse:
    return go_back(request, request.POST.get("page", ""), "desk:duplicates", place.code)
