"""How the home stands: what `paicha doctor` says, on a page, what asks for a hand first.

What holds: the looks are those of the command; what reads all of the database is left to it.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from paicha.delivery.desk.administration.county import at_county
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place
from paicha.domain import clock
from paicha.domain.accounts.roles import Verb
from paicha.domain.upkeep.finding import Grade
from paicha.domain.upkeep.health import findings

# grade → (CSS class of its mark, its word), what asks for most first
GRADES = {Grade.BAD: ("hard", "要处理"), Grade.WATCH: ("soft", "注意"), Grade.GOOD: ("", "正常")}


@require_safe
@at_county(Verb.MANAGE_PACKS)
@never_cache
def health(request: HttpRequest, place: Place) -> HttpResponse:
    """Every finding with its remedy."""
    order = list(GRADES)
    found = sorted(findings(slow=False), key=lambda one: order.index(one.grade))
    counted = {grade: sum(one.grade is grade for one in found) for grade in order}
    return page(
        request, place, "administration/health.html", "health", at=clock.now(),
        rows=[(one, *GRADES[one.grade]) for one in found], bad=counted[Grade.BAD], watch=counted[Grade.WATCH],
    )  # fmt: skip
