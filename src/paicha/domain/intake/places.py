"""Which village a sheet is about: its heading, its name, the file's name, its folders, or what was asked for.

What holds (contract, import): the first of these that names a village decides, any other that names one
must agree, and a name that occurs twice counts only with its town.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from paicha.core.catalogue import sentence
from paicha.domain.rounds.models import RoundArea
from paicha.domain.rounds.place_names import PlaceNames


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


class Places:
    """The villages of a round, told by the sources that a sheet has. `disagreement`: the pack's own id of that."""

    def __init__(self, areas: Iterable[RoundArea], disagreement: str = "A02") -> None:
        self.names = PlaceNames(areas)
        self._disagreement = disagreement

    def resolve(self, sources: Iterable[Named], asked: str | None = None) -> Place:
        """Decide the village from sources in order of trust; `asked` is the code of `--village`."""
        listed = [source for source in sources if source.village or source.town]
        if asked:
            listed.append(Named("导入时指明的村", village=asked))
        read = [(self.names.read(source.village), source) for source in listed if source.village is not None]
        towns = [(town, source) for source in listed for town in self._towns(source)]
        first = towns[0][0] if towns else None
        named: list[tuple[tuple[RoundArea, ...], Named]] = []
        for place, source in read:
            if place.villages:
                named.append((self.names.narrow(place, first), source))
            elif source.cell:  # a heading is meant to name a village; a file's name may be anything
                return self._unknown(source, first)
        if not named:
            return Place(None, "A01", sentence("A01"))
        sure = next(((areas[0], source) for areas, source in named if len(areas) == 1), None)
        if sure is None:
            areas, source = named[0]
            text = sentence(
                "A04", read=source.village, candidates="、".join(self.names.label(a) for a in areas)
            )
            return Place(None, "A04", text, source.cell, source.village or "")
        for areas, source in named:
            if sure[0] not in areas:
                return self._disagree(sure, self.names.label(areas[0]), source)
        for town, source in towns:
            if town.code != sure[0].parent_code:
                return self._disagree(sure, town.name, source)
        return Place(sure[0])

    def _towns(self, source: Named) -> list[RoundArea]:
        """The towns that a source names, beside the village and with it."""
        beside = self.names.town(source.town) if source.town else None
        within = self.names.read(source.village).town if source.village else None
        return [town for town in (beside, within) if town is not None]

    def _unknown(self, source: Named, town: RoundArea | None) -> Place:
        near = self.names.near(source.village or "", town)
        labels = {self.names.label(area) for area in near} or {town.name if town else "无"}
        text = sentence("A03", read=source.village, candidates="、".join(sorted(labels)))
        return Place(None, "A03", text, source.cell, source.village or "")

    def _disagree(self, first: tuple[RoundArea, Named], other: str, source: Named) -> Place:
        area, said = first
        text = sentence(
            "A02", origin=said.where, first=self.names.label(area), where=source.where, second=other
        )
        return Place(
            None, self._disagreement, text, said.cell or source.cell, said.village or source.town or ""
        )

    def in_text(self, text: str, where: str) -> Named | None:
        """A village or town named inside a sheet's, file's or folder's name; None where neither is."""
        place = self.names.find(text)
        if not place:
            return None
        return Named(where, place.name or None, place.town.name if place.town else None)


def path_sources(places: Places, file: str, sheet: str) -> list[Named]:
    """What the sheet's, the file's and its folders' names say, in order of trust."""
    path = PurePath(file)
    named = [places.in_text(sheet, "工作表名"), places.in_text(path.stem, "文件名")]
    named += [places.in_text(part, "文件夹名") for part in reversed(path.parts[:-1])]
    return [name for name in named if name is not None]
