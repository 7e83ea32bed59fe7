"""How people write the name of a village: 水磨河村 for 水磨河村委会, 新元社区 for 新元社区居民委员会.

The areas of a pack carry the names of committees, as the statistics bureau publishes them; on paper and on
the screen a village is called as its people call it.
"""

from __future__ import annotations

from collections.abc import Sequence

VILLAGE_TAILS = ("村民委员会", "村委会", "行政村", "村")
RESIDENTS_TAILS = ("社区居民委员会", "社区居委会", "社区居民委会", "居民委员会", "居委会", "社区")
TOWN_TAILS = ("街道办事处", "办事处", "街道办", "街道", "镇人民政府", "镇政府", "镇", "乡")


def stem(name: str, tails: Sequence[str]) -> str:
    """The name without the first of the tails that it ends with."""
    for tail in tails:
        if name.endswith(tail) and len(name) > len(tail):
            return name[: -len(tail)]
    return name


def spoken_name(level: str, name: str) -> str:
    """The name on paper and screen, by level of the area."""
    if level == "village":
        return stem(name, VILLAGE_TAILS) + "村"
    if level == "residents":
        return stem(name, RESIDENTS_TAILS) + "社区"
    return name
