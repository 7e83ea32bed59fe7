"""Which village a sheet is about: its heading, its name, the file's name, its folders, or what was asked for.

What holds (contract, import): the first of these that names a village decides, any other that names one
must agree, and a name that occurs twice counts only with its town. A bare name means the village; a 社区
only where it says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import PurePath

from paicha.core.area_codes import VILLAGE_LEVELS
from paicha.core.catalogue import sentence
from paicha.core.normalise import fold
from paicha.domain.areas.names import RESIDENTS_TAILS, TOWN_TAILS, VILLAGE_TAILS, stem
from paicha.domain.rounds.models import RoundArea

_CODE = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")


def _squeeze(text: str) -> str:
    return "".join(fold(text).split()).replace("_", "")


@dataclass(frozen=True, slots=True)
class Place:
    """A village that was found, or the reason why none was. `cell`: where a person would correct it."""

    area: RoundArea | None
    code: str = ""
    sentence: str = ""
    cell: str = ""
    read: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """One source of a name: what it says, and where."""

    where: str
    village: str | None = None
    town: str | None = None
    cell: str = ""


@dataclass
class Places:
    """The villages of a round by every way of writing them."""

    areas: Sequence[RoundArea]
    disagreement: str = "A02"  # the pack's own id of two places that disagree
    _villages: dict[str, list[RoundArea]] = field(default_factory=dict)
    _towns: dict[str, RoundArea] = field(default_factory=dict)
    _by_code: dict[str, RoundArea] = field(default_factory=dict)
    _whole: list[str] = field(default_factory=list)  # village names that end as one, to be found in a text
    _read: dict[tuple[str, str], Named | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for area in self.areas:
            self._by_code[area.code] = area
            if area.level == "town":
                base = stem(area.name, TOWN_TAILS)
                for key in {area.name, base, *(base + tail for tail in TOWN_TAILS)}:
                    self._towns.setdefault(key, area)
            elif area.level == "village":
                base = stem(area.name, VILLAGE_TAILS)
                for key in {area.name, base, *(base + tail for tail in VILLAGE_TAILS)}:
                    self._villages.setdefault(key, []).append(area)
            elif area.level == "residents":
                base = stem(area.name, RESIDENTS_TAILS)
                for key in {area.name, *(base + tail for tail in RESIDENTS_TAILS)}:
                    self._villages.setdefault(key, []).append(area)

        tails = ("村", "社区", "委员会", "居委会")
        self._whole = [key for key in self._villages if len(key) > 2 and key.endswith(tails)]

    def of_code(self, code: str) -> RoundArea | None:
        """A village by its 12 digits."""
        area = self._by_code.get(code)
        return area if area is not None and area.level in VILLAGE_LEVELS else None

    def town_of(self, area: RoundArea) -> RoundArea | None:
        """The town above a village."""
        return self._by_code.get(area.parent_code)

    def label(self, area: RoundArea) -> str:
        """高家堡镇桑树渠村."""
        town = self.town_of(area)
        return f"{town.name if town else ''}{area.spoken}"

    def resolve(self, sources: Iterable[Named], asked: str | None = None) -> Place:
        """Decide the village from sources in order of trust; `asked` is the code of `--village`."""
        listed = [source for source in sources if source.village or source.town]
        if asked:
            listed.append(Named("导入时指明的村", village=asked))
        towns = [(town, s) for s in listed if s.town and (town := self._towns.get(_squeeze(s.town)))]
        named: list[tuple[list[RoundArea], Named]] = []
        for source in listed:
            if source.village is None:
                continue
            meant = self._meant(source.village, towns[0][0] if towns else None)
            if meant:
                named.append((meant, source))
            elif source.cell:  # a heading is meant to name a village; a file's name may be anything
                return self._unknown(source, towns[0][0] if towns else None)
        if not named:
            return Place(None, "A01", sentence("A01"))
        sure = next(((areas[0], source) for areas, source in named if len(areas) == 1), None)
        if sure is None:
            areas, source = named[0]
            text = sentence("A04", read=source.village, candidates="、".join(self.label(a) for a in areas))
            return Place(None, "A04", text, source.cell, source.village or "")
        for areas, source in named:
            if sure[0] not in areas:
                return self._disagree(sure, self.label(areas[0]), source)
        for town, source in towns:
            if town.code != sure[0].parent_code:
                return self._disagree(sure, town.name, source)
        return Place(sure[0])

    def _meant(self, text: str, town: RoundArea | None) -> list[RoundArea]:
        """The villages that a name may mean: one, several where it occurs twice, none."""
        read = _squeeze(text)
        code = _CODE.search(read)
        if code and (area := self.of_code(code[0])):
            return [area]
        found = self._villages.get(read, [])
        if not found and town is not None and read.startswith(town.name):
            found = self._villages.get(read[len(town.name) :], [])
        if town is not None and len(found) > 1:
            found = [area for area in found if area.parent_code == town.code] or found
        return found

    def _unknown(self, source: Named, town: RoundArea | None) -> Place:
        read = _squeeze(source.village or "")
        pool = [
            key for key, areas in self._villages.items() if town is None or areas[0].parent_code == town.code
        ]
        near = get_close_matches(read, pool, 3, 0.5)
        labels = {self.label(self._villages[key][0]) for key in near} or {town.name if town else "无"}
        text = sentence("A03", read=source.village, candidates="、".join(sorted(labels)))
        return Place(None, "A03", text, source.cell, source.village or "")

    def _disagree(self, first: tuple[RoundArea, Named], other: str, source: Named) -> Place:
        area, said = first
        text = sentence("A02", origin=said.where, first=self.label(area), where=source.where, second=other)
        return Place(
            None, self.disagreement, text, said.cell or source.cell, said.village or source.town or ""
        )

    def in_text(self, text: str, where: str) -> Named | None:
        """A village or town named inside a sheet's, file's or folder's name; None where neither is."""
        key = (text, where)
        if key not in self._read:
            self._read[key] = self._named_in(text, where)
        return self._read[key]

    def _named_in(self, text: str, where: str) -> Named | None:
        squeezed = _squeeze(text)
        code = _CODE.search(squeezed)
        if code and code[0] in self._by_code:
            area = self._by_code[code[0]]
            if area.level == "town":
                return Named(where, town=area.name)
            return Named(where, village=code[0]) if area.level != "county" else None
        towns = [key for key in self._towns if len(key) > 1 and key.endswith(TOWN_TAILS) and key in squeezed]
        town = max(towns, key=len, default=None)
        rest = squeezed.replace(town, "", 1) if town else squeezed
        # 高家堡镇政通路社区 is named with its town, and 万镇村 like its town, which 万镇 alone means
        whole = squeezed if squeezed in self._villages and squeezed not in self._towns else None
        exact = rest if rest in self._villages else whole
        inside = [key for key in self._whole if key in rest]
        # "石窑坪村" also holds no shorter village's name at its end: the longest name is meant
        village = exact or max(inside, key=len, default=None)
        if village is None and town is None:
            return None
        return Named(where, village=village, town=town)


def path_sources(places: Places, file: str, sheet: str) -> list[Named]:
    """What the sheet's, the file's and its folders' names say, in order of trust."""
    path = PurePath(file)
    named = [places.in_text(sheet, "工作表名"), places.in_text(path.stem, "文件名")]
    named += [places.in_text(part, "文件夹名") for part in reversed(path.parts[:-1])]
    return [name for name in named if name is not None]
