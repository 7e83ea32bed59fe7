"""The areas of the home as a tree: towns with their villages and groups, found by name; what some were called before.

What holds: areas come with a pack and change when a round is opened with another list; which would be new, renamed or
gone is said there, before it is done. Nothing of a household stands here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from paicha.core.area_codes import VILLAGE_LEVELS
from paicha.core.normalise import fold
from paicha.delivery.desk.administration.county import at_county
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place
from paicha.domain.accounts.queries import codes_with_accounts
from paicha.domain.accounts.roles import Verb
from paicha.domain.areas.models import Area, AreaName

_LONGEST = 20


@require_safe
@at_county(Verb.MANAGE_AREAS)
def areas(request: HttpRequest, place: Place) -> HttpResponse:
    """Towns folded; what `find` names is open, with the villages that it names alone."""
    find = request.GET.get("find", "").strip()[:_LONGEST]
    below = Area.objects.filter(code__startswith=place.prefix, until=None).order_by("code")
    listed = list(below.annotate(n_groups=Count("groups")))
    manned, wanted = codes_with_accounts(place.prefix), fold(find)
    villages = [area for area in listed if area.level in VILLAGE_LEVELS]
    towns = []
    for town in (area for area in listed if area.level == "town"):
        of_town = [village for village in villages if village.parent_id == town.pk]
        hits = [v for v in of_town if wanted and (wanted in fold(v.spoken) or wanted in v.code)]
        named = bool(wanted) and (wanted in fold(town.name) or wanted == town.code)
        if wanted and not hits and not named:
            continue
        shown = hits if hits and not named else of_town
        towns.append((town, [(v, v.code in manned) for v in shown], _counts(of_town, manned), bool(wanted)))
    return page(
        request, place, "administration/areas.html", "areas", find=find, towns=towns, county=place.area,
        counted=_counts(villages, manned), towns_n=sum(area.level == "town" for area in listed),
        before=AreaName.objects.filter(area__code__startswith=place.prefix).select_related("area").order_by(
            "-until", "code"
        )[:50],
    )  # fmt: skip


def _counts(villages: Sequence[Area], manned: set[str]) -> dict[str, int]:
    """How many villages, residents' committees, groups, and villages without any account."""
    levels = Counter(area.level for area in villages)
    return {
        "villages": levels["village"], "residents": levels["residents"],
        "groups": sum(area.n_groups for area in villages),  # type: ignore[attr-defined]  # annotated
        "unmanned": sum(area.code not in manned for area in villages),
    }  # fmt: skip
