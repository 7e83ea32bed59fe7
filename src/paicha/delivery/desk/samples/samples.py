"""Samples of the city: how the next one would be drawn, drawing it, what was drawn, drawing it again to check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from paicha.core.catalogue import sentence
from paicha.core.refusal import Refusal
from paicha.delivery.desk.devices.errands import act_on_leftover, interview_leftovers
from paicha.delivery.desk.samples.sample_places import at_sample
from paicha.delivery.desk.shell.fields import WholeNumber, first_error
from paicha.delivery.desk.shell.page import as_file, page
from paicha.delivery.desk.shell.paging import page_of
from paicha.delivery.desk.shell.places import Place, at_place
from paicha.domain import clock
from paicha.domain.accounts.roles import Verb
from paicha.domain.responses.queries import names, summaries
from paicha.domain.rounds.queries import current_stage
from paicha.domain.sync.models import SyncItem
from paicha.domain.sync.waiting import KEPT
from paicha.domain.verification.checkers import in_force, progress
from paicha.domain.verification.models import Sample, SampleHousehold, SampleVillage, SpotCheck
from paicha.domain.verification.samples import (
    LARGEST_SEED,
    draw_again,
    draw_sample,
    frame_text,
    strata,
)

HOUSEHOLDS, VILLAGES = 300, 20  # what the form proposes


class DrawForm(forms.Form):
    """How many are drawn, and the seed."""

    households = WholeNumber("户数", most=10**7)
    villages = WholeNumber("村数", most=10**6)
    seed = WholeNumber("种子", most=LARGEST_SEED)


@require_http_methods(["GET", "POST"])
@at_place(Verb.DRAW_SAMPLE, whole=True)
def samples(request: HttpRequest, place: Place) -> HttpResponse:
    """The samples of the round, and the form of the next."""
    if place.area.level != "county":
        raise Http404
    sent = request.POST if request.method == "POST" else request.GET
    sizes = strata(place.pack, summaries(place.scope, place.round, place.prefix))
    with_rows = sizes.zero + sizes.rest
    proposed = {
        "households": min(HOUSEHOLDS, sizes.households), "villages": min(VILLAGES, with_rows),
        "seed": f"{clock.today():%Y%m%d}",
    }  # fmt: skip
    asked = {name: sent.get(name, str(value)) for name, value in proposed.items()}
    form = DrawForm(asked)
    form.is_valid()  # also what is only looked at is read
    drawing = request.method == "POST" and request.POST.get("act") != "look"
    error = first_error(form) if drawing else ""
    if drawing and not error:
        try:
            sample = draw_sample(place.round, place.pack, **form.cleaned_data, actor=place.scope.actor)
        except Refusal as refused:
            error = str(refused)
        else:
            messages.success(request, f"抽取了 {sample.villages} 个村、{sample.households} 户。")
            return redirect("desk:sample", sample.pk)
    wanted = form.cleaned_data.get("villages")
    if wanted is not None and wanted > with_rows:
        wanted = None
    rows = Sample.objects.filter(round=place.round).defer("frame").order_by("-pk")
    listed = list(
        rows.annotate(
            done=Count("drawn_households__interview"),
            differ=Count("pk", filter=Q(drawn_households__interview__differs__gt=0)),
        )
    )
    return page(
        request, place, "samples/samples.html", "samples", status=422 if error else 200, error=error, sizes=sizes,
        asked=asked, first=None if wanted is None else min(wanted, sizes.zero), largest=LARGEST_SEED,
        others=None if wanted is None else wanted - min(wanted, sizes.zero), samples=listed,
        early=current_stage(place.round, place.pack, code=place.code).level == "village",
        names=names({s.drawn_by for s in listed}), watched=place.pack.watched.label,
    )  # fmt: skip


@at_sample(Verb.DRAW_SAMPLE)
def sample(request: HttpRequest, place: Place, sample: Sample) -> HttpResponse:
    """What there is to do with a sample, how far it is, its villages and households."""
    state = request.GET.get("state", "")
    tests = {
        "": Q(), "done": Q(interview__isnull=False), "open": Q(interview__isnull=True),
        "differs": Q(interview__differs__gt=0), "nobody": Q(checker__isnull=True, interview__isnull=True),
    }  # fmt: skip
    if state not in tests:
        raise Http404
    far = progress(sample)
    counted = _counts(far)
    every = SampleHousehold.objects.filter(tests[state], sample=sample).order_by("position")
    every = every.select_related("household", "village", "checker", "interview")
    turned = page_of(request, every, total=counted[f"n_{state or 'all'}"])
    rows = list(turned)
    place.log_read("sample", len(rows))
    drawn = _villages(sample)
    waiting = interview_leftovers(_leftover_heads(sample)) if any(v.leftovers for v in drawn) else []
    towns = {v.village.parent: v.town_at for v in drawn}
    return page(
        request, place, "samples/sample.html", "samples", sample=sample, rows=rows, paging=turned, state=state,
        counted=counted, leftovers=waiting, leftovers_at=reverse("desk:sample_leftover", args=[sample.pk]),
        villages=[(v, v.village_at) for v in drawn],
        towns=sorted(towns.items(), key=lambda row: row[0].code), unchecked=sum(v.village_at is None for v in drawn),
        checkers=[(row, *far.get(row.user_id, (0, 0))[:2]) for row in in_force(sample)],
        zero=sum(v.stratum == "zero" for v in drawn), watched=place.pack.watched.label,
    )  # fmt: skip


def _leftover_heads(sample: Sample) -> dict[int, str]:
    """Heads of the drawn households of which a phone's re-interview waits, by id."""
    waiting = SyncItem.objects.filter(KEPT, kind=SyncItem.Kind.INTERVIEW, errand__isnull=False).values(
        "errand"
    )
    rows = SampleHousehold.objects.filter(sample=sample, pk__in=waiting)
    return dict(rows.values_list("pk", "household__head_name"))


@require_POST
@at_sample(Verb.DRAW_SAMPLE)
def leftover(request: HttpRequest, place: Place, sample: Sample) -> HttpResponse:
    """Take in a re-interview that a phone sent and waits, or note that somebody looked at it."""
    rows = SampleHousehold.objects.filter(sample=sample, pk__in=_leftover_heads(sample))
    subjects = {row.pk: row for row in rows.select_related("village", "household", "sample__round__pack")}
    act, item = request.POST.get("act", ""), request.POST.get("item", "")
    try:
        messages.success(request, act_on_leftover(act, item, subjects, "interview", place.scope.actor))
    except Refusal as refused:
        messages.error(request, str(refused))
    return redirect("desk:sample", sample.pk)


def _counts(far: Mapping[int | None, tuple[int, int, int]]) -> dict[str, int]:
    """How many households each filter of the list picks."""
    every, done, differ = (sum(counts[place] for counts in far.values()) for place in range(3))
    nobody = far.get(None, (0, 0, 0))
    return {
        "n_all": every, "n_done": done, "n_open": every - done, "n_differs": differ, "n_nobody": nobody[0] - nobody[1]
    }  # fmt: skip


def _villages(sample: Sample) -> list[Any]:
    """The drawn villages, with when the city wrote the six points of each and of its town, and whether phones sent
    re-interviews of the sample that wait."""
    ids = SampleHousehold.objects.filter(sample=sample).values("pk")
    checks = SpotCheck.objects.filter(round=sample.round)
    return list(
        SampleVillage.objects.filter(sample=sample)
        .select_related("village__parent")
        .annotate(
            village_at=Subquery(checks.filter(area=OuterRef("village")).values("at")[:1]),
            leftovers=Exists(SyncItem.objects.filter(KEPT, kind=SyncItem.Kind.INTERVIEW, errand__in=ids)),
            town_at=Subquery(checks.filter(area=OuterRef("village__parent")).values("at")[:1]),
        )
        .order_by("position")
    )


@require_POST
@at_sample(Verb.DRAW_SAMPLE)
def again(request: HttpRequest, place: Place, sample: Sample) -> HttpResponse:
    """Draw once more from the kept frame, and say whether it is the same."""
    found = draw_again(sample)
    if found.same:
        words = f"按同一个种子和抽样框又抽了一次，{found.villages} 个村、{found.households} 户完全一样。"
        messages.success(request, words)
    else:
        frame = f"抽样框 {found.frame_hash[:12]}" if found.frame_hash else "保存的抽样框已损坏"
        messages.error(request, sentence("Y60", frame=frame))
    return redirect(reverse("desk:sample", args=[sample.pk]))


@at_sample(Verb.DRAW_SAMPLE)
def frame(request: HttpRequest, place: Place, sample: Sample) -> HttpResponse:
    """The listing that was drawn from, so that anybody can draw again with it elsewhere; numbers and weights alone."""
    place.log_read(f"sample_frame:{sample.pk}", sample.frame_households)
    return as_file(frame_text(sample), "text/plain; charset=us-ascii", f"frame-{sample.frame_hash[:12]}.txt")
