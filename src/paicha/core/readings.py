"""How a name may be read aloud: its syllables without tones, with every other reading of its characters."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice, product

from pypinyin import Style, pinyin

_MOST = 16  # readings of one name: four characters of two readings each


@lru_cache(maxsize=1 << 14)
def _syllables(character: str) -> tuple[str, ...]:
    read = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    return tuple(dict.fromkeys(read[0])) if read else (character,)


def readings(name: str) -> tuple[str, ...]:
    """Every way to read a name (its `name_key`): '单于' → 'dan yu', 'shan yu', 'chan yu'; at most 16, () for ''.

    Character by character, for a dictionary of words knows one reading of a name only. What is no Chinese
    character stands for itself.
    """
    ways = product(*map(_syllables, name)) if name else ()
    return tuple(" ".join(way) for way in islice(ways, _MOST))
