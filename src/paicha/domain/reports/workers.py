"""A worker process of an export: Django first, then the villages that it is given.

Why a module of its own: a spawned process imports the module of its first function before anything runs,
so that module may not touch a model. Nothing else may import from here but `exporting`.
"""

from __future__ import annotations

import gc
import pickle
from collections.abc import Callable
from functools import partial
from typing import Any

_do: Callable[[int], Any] | None = None


def start(packed: bytes) -> None:
    """First thing in a worker. `packed`: a pickled function of one number; its modules load after Django."""
    import django  # noqa: PLC0415  (a spawned process loads this module first)

    django.setup()
    global _do  # noqa: PLW0603  (one per process)
    _do = pickle.loads(packed)  # noqa: S301  (made by our own parent process, a moment ago)


def run(index: int) -> Any:
    """What the parent asked for, for item `index`."""
    assert _do is not None
    done = _do(index)
    if not gc.get_freeze_count():
        gc.freeze()  # what the first village has loaded lives as long as the worker: a quarter less to do
    return done


def pack_call(function: Callable[..., Any], *arguments: Any) -> bytes:
    """`function(*arguments, index)` for `start`."""
    return pickle.dumps(partial(function, *arguments))
