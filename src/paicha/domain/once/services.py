"""An act is done once: the sending is noted in the act's own transaction, and looked for first.

What holds: of two equal sendings at the same moment the second waits for the first (its row is unique) and then finds
what became of it; an act that is rolled back leaves no note; a note is forgotten after a week, when no page that
could send it again is still open.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction

from paicha.domain import clock
from paicha.domain.once.models import Sending

KEPT = timedelta(days=7)


def before(key: str) -> str | None:
    """Where an equal sending led that was done before; None for a new one, which is noted now.

    Must run inside the transaction of the act.
    """
    at = clock.now()
    Sending.objects.filter(at__lt=at - KEPT).delete()
    try:
        with transaction.atomic():
            Sending.objects.create(key=key, at=at)
    except IntegrityError:
        return Sending.objects.values_list("led_to", flat=True).get(pk=key)
    return None


def done(key: str, led_to: str) -> None:
    """Note where the act led."""
    Sending.objects.filter(pk=key).update(led_to=led_to)


def undone(key: str) -> None:
    """Nothing was done after all (a form that came back with what is wrong): it may be sent again."""
    Sending.objects.filter(pk=key).delete()
