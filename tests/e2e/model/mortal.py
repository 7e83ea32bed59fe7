"""A server that stops in the middle of a village's transaction, where the play of phones says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import pytest
from django.db import OperationalError, connection

from paicha.domain.sync import batches


class Mortal(Protocol):
    """A play: after how many statements the server stops, and what happened."""

    server_dies_at: int | None
    done: Counter[str]


@contextmanager
def mortal(play: Mortal, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The server's transactions stop where the play says."""
    real = batches.village_work

    @contextmanager
    def village_work_that_may_die(*args: Any, **kwargs: Any) -> Iterator[Any]:
        left = play.server_dies_at
        if left is None:
            with real(*args, **kwargs) as work:
                yield work
            return

        def dies(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise OperationalError("the server was stopped")
            return execute(sql, params, many, context)

        play.done["crash of the server"] += 1
        with connection.execute_wrapper(dies), real(*args, **kwargs) as work:
            yield work

    monkeypatch.setattr(batches, "village_work", village_work_that_may_die)
    yield
