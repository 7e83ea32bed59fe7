"""The city at a village or a town: form 5's six points, and what it found as problems with a time limit."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from paicha.core.bounds import whole
from paicha.core.pack import Pack
from paicha.core.refusal import Refusal
from paicha.delivery.desk.shell.fields import Day, Words, entries
from paicha.delivery.desk.shell.form_input import day_needed
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place, at_place, require
from paicha.domain.accounts import notices
from paicha.domain.accounts.roles import Verb
from paicha.domain.areas.models import Area
from paicha.domain.households.models import Household
from paicha.domain.problems.models import Problem
from paicha.domain.problems.services import ProblemError, add_problem
from paicha.domain.responses.queries import names
from paicha.domain.responses.services import village_work
from paicha.domain.verification.models import SpotCheck
from paicha.domain.verification.spot_checks import SIGNED, conclusions, points, record_spot_check


@require_http_methods(["GET", "POST"])
@at_place(Verb.DRAW_SAMPLE, whole=True)
def spot_check(request: HttpRequest, place: Place) -> HttpResponse:
    """The six points as the city saw them, and the problems that it raises; for villages and towns."""
    if place.area.level == "county" or place.pack.verification is None:
        raise Http404
    area = place.area.area
    household = _household(request, area)
    error: Refusal | None = None
    if request.method == "POST":
        try:
            if request.POST.get("act") == "problem":
                _add_problem(request, place, area, household)
                messages.success(request, "问题已列上，村里和镇街会收到。")
            else:
                record_spot_check(
                    place.round,
                    place.pack,
                    area,
                    entries(PointsForm(place.pack, request.POST)),
                    place.scope.actor,
                )
                messages.success(request, "六项已记下。")
            return redirect("desk:spot_check", place.code)
        except Refusal as refused:
            error = refused
    check = SpotCheck.objects.filter(round=place.round, area=area).first()
    kept = request.POST if request.POST.get("act") == "points" else (check.answers if check else {})
    found = Problem.objects.filter(round=place.round, village=area, found_by=Problem.Level.CITY)
    return page(
        request, place, "samples/spot_check.html", "samples", status=422 if error else 200, error=error, check=check,
        points=[(q, str(kept.get(q.name, ""))) for q in points(place.pack)],
        texts=[(q, kept.get(q.name, "")) for q in conclusions(place.pack)], signed=kept.get(SIGNED, ""),
        by=names({check.by}).get(check.by, "管理员") if check else "", household=household,
        problems=found.exclude(status=Problem.Status.WITHDRAWN).order_by("type", "pk"),
        types=place.pack.problem_list.types if place.pack.problem_list else (), form=place.pack.verification,
        typed=request.POST if request.POST.get("act") == "problem" else {},
    )  # fmt: skip


def _household(request: HttpRequest, area: Area) -> Household | None:
    """The household of this village that a problem is about, where one was named."""
    text = request.POST.get("household") or request.GET.get("household") or ""
    try:
        wanted = UUID(text) if text else None
    except ValueError:
        raise Http404 from None
    if wanted is None:
        return None
    found = Household.objects.filter(pk=wanted, village=area).first()
    if found is None:
        raise Http404
    return found


class PointsForm(forms.Form):
    """The points of a pack's form 5, the texts below them, and who signs."""

    def __init__(self, pack: Pack, posted: QueryDict) -> None:
        super().__init__(posted)
        asked = [question.name for question in (*points(pack), *conclusions(pack))]
        self.fields.update({name: Words() for name in (*asked, SIGNED)})


class ProblemForm(forms.Form):
    """A problem that the city found, and by when it must be put right."""

    due_on = Day("整改时限", read=day_needed)
    type, text, owner = Words(), Words(), Words()


def _add_problem(request: HttpRequest, place: Place, area: Area, household: Household | None) -> None:
    """List a problem of the village with its limit, and tell village and town. Raises Refusal."""
    require(place, Verb.RAISE_PROBLEMS)
    if not place.is_village:
        raise ProblemError("Z34")
    entered = entries(ProblemForm(request.POST))
    due_on = entered["due_on"]
    actor = place.scope.actor
    with village_work(place.round, place.pack, area, actor) as work:
        problem = add_problem(
            work, whole(entered["type"], 99) or 0, entered["text"], f"desk:{actor}", household=household,
            found_by=Problem.Level.CITY.value, due_on=due_on, owner=entered["owner"],
        )  # fmt: skip
        notices.tell(
            notices.people_with(Verb.HAND_UP, place.code, exactly=("village_cadre", "town_clerk")),
            f"市级抽查在{place.area.spoken}发现一条问题，{due_on.month}月{due_on.day}日前整改",
            address=reverse("desk:problems", args=[place.code]), subject=f"problem:{problem.pk}", by=actor,
        )  # fmt: skip
