"""The clock: every date of a round, deadline and signature is read here, in Asia/Shanghai.

A round lasts weeks, and nobody who tries the product waits that long: the clock of a demo home can be moved by
an offset that stands in its database, so that server, worker and browser agree. What holds: only a home marked
as a demo has an offset, tests freeze the clock without a database, and whatever guards a lock (a session, a
login throttle) reads real time instead.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from paicha.core.refusal import Refusal

SHANGHAI = ZoneInfo("Asia/Shanghai")

# How long a process believes the offset that it has read; a moved clock shows everywhere within this time.
_BELIEVED_SECONDS = 2.0

_frozen: ContextVar[datetime | None] = ContextVar("paicha_frozen_clock", default=None)
_offset: tuple[float, timedelta] | None = None  # (monotonic time of reading, offset)


class NotADemo(Refusal):
    """Somebody tried to move the clock of a real home."""


def now() -> datetime:
    """This moment, aware, in Asia/Shanghai; moved by the offset of a demo home."""
    frozen_at = _frozen.get()
    if frozen_at is not None:
        return frozen_at
    return datetime.now(SHANGHAI) + offset()


def today() -> date:
    """The calendar day in Shanghai, which is what every deadline of the notice counts."""
    return now().date()


def offset() -> timedelta:
    """How far this home's clock has been moved; zero everywhere but in a demo home."""
    global _offset  # noqa: PLW0603  (one per process, as a clock is)
    read_at = time.monotonic()
    if _offset is None or read_at - _offset[0] > _BELIEVED_SECONDS:
        _offset = (read_at, _stored_offset())
    return _offset[1]


def is_demo() -> bool:
    """Whether this home was filled by `paicha demo`."""
    from paicha.domain.clock.models import DemoHome  # noqa: PLC0415  (models, which load later)

    return DemoHome.objects.exists()


def mark_demo() -> None:
    """Make this a demo home. Twice is harmless; there is no way back but a new home."""
    from paicha.domain.clock.models import DemoHome  # noqa: PLC0415  (models, which load later)

    DemoHome.objects.get_or_create(pk=1)


def move(by: timedelta) -> timedelta:
    """Move the clock of a demo home further by `by`; returns the whole offset. Raises NotADemo."""
    from django.db import transaction  # noqa: PLC0415  (models, which load later)

    from paicha.domain.clock.models import DemoHome  # noqa: PLC0415  (models, which load later)

    with transaction.atomic():
        home = DemoHome.objects.select_for_update().first()
        if home is None:
            raise NotADemo("E65")
        home.offset_seconds += int(by.total_seconds())
        home.save(update_fields=["offset_seconds"])
    forget()
    return timedelta(seconds=home.offset_seconds)


def forget() -> None:
    """Read the offset afresh at the next call."""
    global _offset  # noqa: PLW0603
    _offset = None


@contextmanager
def frozen(at: datetime | date) -> Iterator[datetime]:
    """For tests: `now()` is `at` inside the block. A date means nine in the morning; naive times are Shanghai's."""
    if not isinstance(at, datetime):
        at = datetime(at.year, at.month, at.day, 9, tzinfo=SHANGHAI)
    elif at.tzinfo is None:
        at = at.replace(tzinfo=SHANGHAI)
    at = at.astimezone(SHANGHAI)
    token = _frozen.set(at)
    try:
        yield at
    finally:
        _frozen.reset(token)


def _stored_offset() -> timedelta:
    from django.db import connection  # noqa: PLC0415  (models, which load later)
    from django.db.utils import OperationalError, ProgrammingError  # noqa: PLC0415  (models, which load later)

    from paicha.domain.clock.models import DemoHome  # noqa: PLC0415  (models, which load later)

    try:
        seconds = DemoHome.objects.values_list("offset_seconds", flat=True).first()
    except (OperationalError, ProgrammingError):
        if connection.in_atomic_block:  # the transaction is broken already: hiding that would hide the cause
            raise
        return timedelta()  # before `paicha init` has made the table
    return timedelta(seconds=seconds or 0)
