"""The current round's rules as an ES module, for pages that check while somebody types.

What holds: an address is the hash of its text, so that a browser may keep it for good and never runs rules of
another pack; the module holds the notice, no answers and no names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.cache import get_conditional_response

from paicha.delivery.desk.shell.places import Policy, states
from paicha.domain.rounds.packs import pack_of
from paicha.domain.rounds.queries import current_round
from paicha.engines import browser

if TYPE_CHECKING:
    from paicha.core.pack import Pack


def module_address(pack: Pack) -> str:
    """Where a page finds the module of a pack: '/rules/8667fd9c5957a528.js'."""
    return reverse("desk:rules_module", args=[browser.address_of(pack)])


@states(Policy("own"))
def rules_module(request: HttpRequest, digest: str) -> HttpResponseBase:
    """The module with this hash; 404 for any other than that of the current round."""
    round_ = current_round()
    if round_ is None or browser.address_of(pack := pack_of(round_)) != digest:
        raise Http404
    etag = f'"{digest}"'
    response = HttpResponse(browser.rules_module(pack), content_type="text/javascript; charset=utf-8")
    response["ETag"] = etag
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    answered = get_conditional_response(request, etag=etag, response=response)
    assert answered is not None, "it is the response itself where nothing is left out"
    return answered
