"""A household's problems, petitions and what departments were asked: read beside its page, and by itself.

Why apart: a household's page has its twelve queries already; the browser fetches this part when the page stands,
and without a script it is a link.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from paicha.delivery.desk.shell.page import asks_for_part, page
from paicha.delivery.desk.shell.places import Home, at_household
from paicha.domain import clock
from paicha.domain.accounts.roles import Verb
from paicha.domain.problems.queries import petitions_of, problems_of
from paicha.domain.referrals.queries import of_household


@at_household(closed=True)
def work(request: HttpRequest, home: Home) -> HttpResponse:
    """The lists and where more is added; a part of the household's page when it asks for it."""
    place, key = home.place, home.household.pk
    context: dict[str, Any] = {
        "home": home, "household": home.household, "problems": problems_of(place.round, key),
        "petitions": petitions_of(place.round, key), "referrals": of_household(place.round, key),
        "departments": {d.id: d.title for d in place.pack.departments}, "today": clock.today(),
        "may_raise": place.may(Verb.RAISE_PROBLEMS),
        "may_refer": place.takes(Verb.REFER, "referral", "sent") and place.pack.departments,
    }  # fmt: skip
    if asks_for_part(request):
        return render(request, "desk/households/_open_work.html", context | {"place": place})
    place.log_read("household.work", 1)
    return page(request, place, "households/open_work.html", "households", **context)
