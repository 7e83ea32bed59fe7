"""What a web process reads before its first request, so that nobody waits for it.

Why: addresses, the round's pack and the templates take a second, once a process. What holds: it never keeps a
process from starting (a home may be empty yet), and it runs after the fork, in the process that will serve.
"""

from __future__ import annotations

import gc
import logging

from django.db import DatabaseError, connection
from django.template.loader import get_template
from django.urls import get_resolver

_TEMPLATES = (
    "home/area", "home/village", "households/household", "households/households", "households/leads",
    "reports/form_households", "reports/form_statistics", "reports/bulletin", "account/sign_in", "entry/sheet",
    "ledger/hand_up", "cases/village", "verification/attention", "problems/problems",
)  # fmt: skip


def warm() -> None:
    """Load addresses, templates and the pack of the current round; put them out of the collector's way.

    A county's page reads 364 summary rows of JSON, which starts a collection of everything: with the pack and the
    program among what is walked it took a tenth of a second, in one request out of ten.
    """
    get_resolver().url_patterns  # noqa: B018  (reading it imports every view)
    for name in _TEMPLATES:
        get_template(f"desk/{name}.html")
    from paicha.domain.rounds.packs import pack_of  # noqa: PLC0415  (models, after the fork)
    from paicha.domain.rounds.queries import current_round  # noqa: PLC0415  (models, after the fork)

    try:
        round_ = current_round()
        if round_ is not None:
            pack_of(round_)
    except DatabaseError as error:
        logging.getLogger(__name__).info("nothing to read yet: %s", error)
    finally:
        connection.close()
    gc.collect()
    gc.freeze()
