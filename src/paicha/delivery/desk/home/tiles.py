"""The map of villages: a tile each, coloured by its open leads per hundred households.

Why by a share and by fifths: a village of 1,200 households has more leads than one of 60 and is no worse for it, and
fixed steps leave nearly every tile of one colour. What holds: each colour marks about a fifth of the villages that have
leads; the frame marks what the city fears most, leads in a village that reports nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import quantiles

from paicha.core.pack import Pack
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.summary.tallies import Tally, household_leads
from paicha.domain.rounds.models import RoundArea

_FIFTHS = 5


@dataclass(frozen=True, slots=True)
class Tile:
    """A village on the map. `look`: its CSS classes; `words`: what it says aloud."""

    code: str
    look: str
    words: str


@dataclass(frozen=True, slots=True)
class Scale:
    """The lowest share of each colour, rising; empty where no village has a lead."""

    bounds: Sequence[float] = ()

    def colour(self, share: float) -> int:
        """1 the lightest …, 0 without leads."""
        return max(1, sum(share >= bound for bound in self.bounds)) if share and self.bounds else 0

    @property
    def key(self) -> list[tuple[int, str]]:
        """(colour, what it means) of each colour."""
        between = [f"{low}—{high}" for low, high in pairwise(self.bounds)]
        words = [*between, f"{self.bounds[-1]} 以上"] if self.bounds else []
        return list(enumerate(words, 1))


def scale_of(tallies: Iterable[Tally]) -> Scale:
    """The scale on which about a fifth of the villages with leads has each colour; equal bounds fall together."""
    shares = [one.leads_per_hundred for one in tallies if one.leads_per_hundred]
    if len(set(shares)) < 2:
        return Scale(shares[:1])
    return Scale(
        sorted({min(shares), *(round(cut, 1) for cut in quantiles(shares, n=_FIFTHS, method="inclusive"))})
    )


def tiles_of(
    pack: Pack,
    rows: Sequence[VillageSummary],
    areas: Mapping[str, RoundArea],
    each: Mapping[str, Tally],
    zero: Collection[str],
    scale: Scale,
) -> list[Tile]:
    """The tiles of a town's villages that have households or a form 2, most leads per hundred first."""
    listed = [row for row in rows if row.counts or row.profile]
    listed.sort(key=lambda row: (-each[row.code].leads_per_hundred, row.code))
    return [
        _tile(pack, row, areas[row.code].spoken, each[row.code], row.code in zero, scale) for row in listed
    ]


def _tile(pack: Pack, row: VillageSummary, name: str, one: Tally, zero: bool, scale: Scale) -> Tile:
    colour = scale.colour(one.leads_per_hundred)
    looks = [f"l{colour}" if colour else ("in" if one.households and not one.due else "none")]
    words = f"{name}：没有未处理的线索"
    if one.open_leads:
        words = f"{name}：{one.open_leads} 条线索没处理，每百户 {one.leads_per_hundred} 条"
    if one.households:
        words += f"，还有 {one.due} 户没查" if one.due else "，已查完"
    if zero:
        words += f"，没有{pack.watched.label}"
        if household_leads(pack, row):
            looks.append("zero")
    return Tile(row.code, " ".join(looks), words)
