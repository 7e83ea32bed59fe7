"""Which town and village a text names, in every way of writing them: the one matcher of places.

Headings of sheets, cells of departments' lists, names of files and folders are all read here. A bare name means the
village; a 社区 only where it says so. `read` is strict, for a cell that is there to name a place; `find` also looks
inside a text that is there for something else. Nothing is guessed: one letter more or less is another place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeVar

from paicha.core import normalise
from paicha.core.area_codes import VILLAGE_LEVELS
from paicha.domain.areas.names import RESIDENTS_TAILS, TOWN_TAILS, VILLAGE_TAILS, stem
from paicha.domain.rounds.models import RoundArea

_CODE = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
_ABOVE = re.compile(r"([^省市县区]{2,8}(?:省|自治区))?([^省市县区]{2,6}市)?([^省市县区]{1,6}[市县区旗])?")
_BELOW = re.compile(r"第?[0-9一二三四五六七八九十]+(?:村民)?(?:小)?[组队社].*")  # what may follow a bare name
_WHOLE = (
    "村",
    "社区",
    "委员会",
    "村委会",
    "居委会",
)  # ends of a name that tells a village inside a longer text


_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """What a text names. `villages`: one; several where the name occurs twice; none.

    `name`: the village as the text has it, '' where it names none.
    """

    town: RoundArea | None = None
    villages: tuple[RoundArea, ...] = ()
    name: str = ""

    def __bool__(self) -> bool:
        return self.town is not None or bool(self.villages)


class PlaceNames:
    """The towns and villages of a round, by code and by every spelling of their names."""

    def __init__(self, areas: Iterable[RoundArea]) -> None:
        self.areas: Sequence[RoundArea] = list(areas)
        self._by_code = {area.code: area for area in self.areas}
        self._towns: dict[str, RoundArea] = {}
        self._villages: dict[str, list[RoundArea]] = {}
        self._read: dict[str, NamedPlace] = {}  # texts that were read before
        self._found: dict[str, NamedPlace] = {}
        for area in self.areas:
            if area.level == "town":
                for key in _spellings(area.name, TOWN_TAILS, bare=True):
                    self._towns.setdefault(key, area)
            elif area.level in VILLAGE_LEVELS:
                is_village = area.level == "village"
                tails = VILLAGE_TAILS if is_village else RESIDENTS_TAILS
                for key in _spellings(area.name, tails, bare=is_village):
                    self._villages.setdefault(key, []).append(area)
        self._whole = [key for key in self._villages if len(key) > 2 and key.endswith(_WHOLE)]
        self._longest = max(map(len, (*self._villages, *self._towns)), default=0)

    def of_code(self, code: str) -> RoundArea | None:
        """A village by its 12 digits."""
        area = self._by_code.get(code)
        return area if area is not None and area.level in VILLAGE_LEVELS else None

    def town_of(self, area: RoundArea) -> RoundArea | None:
        """The town above a village."""
        return self._by_code.get(area.parent_code)

    def town(self, text: str) -> RoundArea | None:
        """The town whose name the whole text is."""
        return self._towns.get(_key(text))

    def label(self, area: RoundArea) -> str:
        """高家堡镇桑树渠村."""
        town = self.town_of(area)
        return f"{town.name if town else ''}{area.spoken}"

    def read(self, text: str) -> NamedPlace:
        """The place that a cell names: a code, or province, city, town, village, group, of which the village is
        needed. Villages of the named town, where it has any of the name."""
        key = _key(text)
        if key not in self._read:
            self._read[key] = self._by_digits(key) or self._address(key)
        return self._read[key]

    def find(self, text: str) -> NamedPlace:
        """The place that is named somewhere in a text, as of a file; a town alone, too."""
        key = _key(text)
        if key in self._towns and key.endswith(TOWN_TAILS):  # 万镇 is the town, 万镇村 is a village
            return NamedPlace(self._towns[key])
        if key not in self._found:
            self._found[key] = self.read(text) or self._inside(key)
        return self._found[key]

    def narrow(self, place: NamedPlace, town: RoundArea | None) -> tuple[RoundArea, ...]:
        """The villages of a named place that lie in a town, or all of them where none does or no town is known."""
        below = tuple(area for area in place.villages if town is not None and area.parent_code == town.code)
        return below or place.villages

    def near(self, text: str, town: RoundArea | None) -> list[RoundArea]:
        """Up to three villages, of a town where one is known, whose names are like the text."""
        keys = [
            key for key, areas in self._villages.items() if town is None or areas[0].parent_code == town.code
        ]
        return [self._villages[key][0] for key in get_close_matches(_key(text), keys, 3, 0.5)]

    def _by_digits(self, key: str) -> NamedPlace:
        code = _CODE.search(key)
        area = self._by_code.get(code[0]) if code else None
        if area is None or area.level == "county":
            return NamedPlace()
        return NamedPlace(area) if area.level == "town" else NamedPlace(None, (area,), area.code)

    def _address(self, key: str) -> NamedPlace:
        """Province and city, town, village, group and house, each but the village as it may be."""
        above = _ABOVE.match(key)
        for start in sorted({0, *(max(above.end(part), 0) for part in range(4))} if above else {0}):
            for end, town in ((start, None), *_heads(key, start, self._towns, self._longest)):
                for after, villages in _heads(key, end, self._villages, self._longest):
                    name, rest = key[end:after], key[after:]
                    if rest and not (name in self._whole or _BELOW.fullmatch(rest)):
                        continue
                    if self._names_another(rest, villages):
                        return NamedPlace()
                    return NamedPlace(town, self.narrow(NamedPlace(town, tuple(villages)), town), name)
        return NamedPlace()

    def _names_another(self, rest: str, villages: Sequence[RoundArea]) -> bool:
        """Whether a second village is named behind the first one."""
        if not any(end in rest for end in _WHOLE):
            return False
        return any(self._villages[name] != villages for name in self._whole if name in rest)

    def _inside(self, key: str) -> NamedPlace:
        towns = [name for name in self._towns if len(name) > 1 and name.endswith(TOWN_TAILS) and name in key]
        name = max(towns, key=len, default="")
        town = self._towns.get(name)
        rest = key.replace(name, "", 1) if name else key
        inside = [whole for whole in self._whole if whole in rest]
        # "石窑坪村" also holds no shorter village's name at its end: the longest name is meant
        village = rest if rest in self._villages else max(inside, key=len, default="")
        return NamedPlace(town, tuple(self._villages.get(village, ())), village)


def _spellings(name: str, tails: Sequence[str], *, bare: bool) -> set[str]:
    base = stem(name, tails)
    return {name, *({base} if bare else ()), *(base + tail for tail in tails)}


def _key(text: str) -> str:
    return (normalise.place(text) or "").replace("_", "")


def _heads(text: str, start: int, names: Mapping[str, _T], longest: int) -> Iterator[tuple[int, _T]]:
    """(where it ends, whose it is) of every name that the text goes on with, the longest first."""
    for end in range(min(len(text), start + longest), start, -1):
        if text[start:end] in names:
            yield end, names[text[start:end]]
