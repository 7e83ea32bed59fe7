"""How long the generated tests play: short in `make test`, long where PAICHA_TESTS=long, as in `.ci/run`.

A third of the examples finds what a change has just broken; the rare sequence is for the machine that has the time.
"""

from __future__ import annotations

import os

LONG = os.environ.get("PAICHA_TESTS") == "long"


def examples(long: int) -> int:
    """How many of the examples that a long run generates are generated now."""
    return long if LONG else max(long // 3, 5)
