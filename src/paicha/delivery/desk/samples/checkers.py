"""The checkers of a sample: adding somebody until a day, ending the work, sharing the households out."""

from __future__ import annotations

from datetime import date
from operator import itemgetter

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from paicha.core.refusal import Refusal
from paicha.delivery.desk.administration.slips import lead_to_slips, with_key
from paicha.delivery.desk.samples.sample_places import at_sample
from paicha.delivery.desk.shell.fields import Chosen, Day, Words, entries
from paicha.delivery.desk.shell.form_input import day_needed
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place
from paicha.delivery.desk.shell.wording import day_text
from paicha.domain import clock
from paicha.domain.accounts import notices
from paicha.domain.accounts.roles import ROLES, Verb
from paicha.domain.rounds.queries import stages
from paicha.domain.staff.services import Slip
from paicha.domain.verification.checkers import ROLE, add_checker, end_checker, in_force, progress, share_out
from paicha.domain.verification.models import Sample
from paicha.domain.verification.samples import SampleError

NONE = (0, 0, 0)


class ActForm(forms.Form):
    """What is done: share, end (with the checker) or add."""

    act, user = Words(), Chosen()


class CheckerForm(forms.Form):
    """Who checks, until when."""

    until = Day("截止日期", read=day_needed)
    username, name = Words(), Words()


@require_http_methods(["GET", "POST"])
@at_sample(Verb.DRAW_SAMPLE)
@with_key
def checkers(request: HttpRequest, place: Place, sample: Sample) -> HttpResponseBase:
    """Who checks; a new account's first password stands on its slip, which follows."""
    error: Refusal | None = None
    if request.method == "POST":
        try:
            return _act(request, place, sample)
        except Refusal as refused:
            error = refused
    far = progress(sample)
    listed = [(row, *far.get(row.user_id, NONE)[:2]) for row in in_force(sample)]
    return page(
        request, place, "samples/checkers.html", "samples", status=422 if error else 200, error=error,
        sample=sample, checkers=listed, nobody=_remaining(far.get(None, NONE)), typed=request.POST,
        until=request.POST.get("until") or _last_day(place).isoformat(),
    )  # fmt: skip


def _remaining(counted: tuple[int, int, int]) -> int:
    return counted[0] - counted[1]


def _act(request: HttpRequest, place: Place, sample: Sample) -> HttpResponse:
    """Do what was asked, and lead back, or for a new account to its slip. Raises Refusal."""
    act, user_id = itemgetter("act", "user")(entries(ActForm(request.POST)))
    if act == "share":
        n = share_out(sample, place.scope.actor)
        _tell(place, sample)
        messages.success(request, f"{n} 户已按村分给抽查组员。")
    elif act == "end" and user_id is not None:
        end_checker(place.scope, sample, user_id)
        messages.success(request, "已收回，没回访的户可以分给别人。")
    elif act == "add":
        wanted = entries(CheckerForm(request.POST))
        user, password = add_checker(place.scope, sample, **wanted)
        if password:
            work = f"{ROLES[ROLE].title}，到{day_text(wanted['until'])}"
            return lead_to_slips(request, [Slip(user.username, user.name, work, password)])
        messages.success(request, f"{user}已是抽查组员。")
    else:
        raise SampleError("Y56")
    return redirect("desk:checkers", sample.pk)


def _tell(place: Place, sample: Sample) -> None:
    """Tell each checker how many households are theirs to visit."""
    far = progress(sample)
    address = reverse("desk:sample_mine", args=[sample.pk])
    for row in in_force(sample):
        left = _remaining(far.get(row.user_id, NONE))
        if left:
            notices.tell(
                [row.user], f"有 {left} 户抽中的农户分给您回访", address=address, subject=f"sample:{sample.pk}",
                by=place.scope.actor,
            )  # fmt: skip


def _last_day(place: Place) -> date:
    """The last day of the city's stage, or today once that has passed."""
    listed = [s.deadline for s in stages(place.round, place.pack, code=place.code) if s.level == "county"]
    return max([clock.today(), *listed])
