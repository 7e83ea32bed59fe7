"""The packs of the home: what each asks, and whether it holds together. A command installs one."""

from __future__ import annotations

from collections import Counter

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from paicha.delivery.desk.administration.county import at_county
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place
from paicha.domain.accounts.roles import Verb
from paicha.domain.rounds.pack_list import packs_of_home


@require_safe
@at_county(Verb.MANAGE_PACKS)
def packs(request: HttpRequest, place: Place) -> HttpResponse:
    """Every pack with its forms, rules and stages, or all its errors."""
    found = []
    for one in packs_of_home():
        levels = Counter(area.level for area in one.pack.areas) if one.pack else Counter()
        found.append((one, levels["town"], levels["village"] + levels["residents"]))
    return page(
        request, place, "administration/packs.html", "packs", packs=found, used=place.round.pack_id
    )  # fmt: skip
