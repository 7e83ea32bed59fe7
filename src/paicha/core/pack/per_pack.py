"""Keep what is made of a pack, so that a process makes it once: the one cache for all that follows from packs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from paicha.core.pack.models import Pack

PACKS = 8
P = ParamSpec("P")
T = TypeVar("T")


def per_pack(make: Callable[Concatenate[Pack, P], T]) -> Callable[Concatenate[Pack, P], T]:
    """The same function, whose result is made once a pack (by digest) and further arguments, which are hashable.

    Results of the last `PACKS` packs are kept, and go with their pack.
    """
    kept: dict[str, dict[object, T]] = {}

    @wraps(make)
    def of(pack: Pack, /, *args: P.args, **kwargs: P.kwargs) -> T:
        results = kept.get(pack.digest)
        if results is None:
            while len(kept) >= PACKS:
                kept.pop(next(iter(kept)), None)
            results = kept.setdefault(pack.digest, {})
        key = (args, *kwargs.items())
        if key not in results:
            results[key] = make(pack, *args, **kwargs)
        return results[key]

    return of
