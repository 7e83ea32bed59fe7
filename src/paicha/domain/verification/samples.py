"""Drawing the city's sample from the roster and the leads as they stand, and drawing it again from what was kept.

What holds: the frame is read in one pass and kept whole with the sample; a draw asked for twice over the same frame
is the one that there is, so that nobody draws until the sample suits; `draw_again` goes through the kept frame
and must come to the same rows.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from django.db import transaction

from paicha.core.area_codes import town_of
from paicha.core.pack import Pack
from paicha.core.refusal import Refusal
from paicha.core.sampling import (
    Draw,
    Frame,
    HouseholdUnit,
    SampleTooLarge,
    VillageUnit,
    draw,
    risk_weight,
    village_weight,
)
from paicha.domain import bulk, clock
from paicha.domain.areas.models import Area
from paicha.domain.audit.services import Entry, actor_chain, append
from paicha.domain.households.models import Household
from paicha.domain.responses.models import Finding, VillageSummary
from paicha.domain.responses.summary.tallies import Selection, none_monitored
from paicha.domain.rounds.models import RosterEntry, Round
from paicha.domain.verification.models import Sample, SampleHousehold, SampleVillage

LARGEST_SEED = 10**15 - 1


class SampleError(Refusal):
    """A sample that can't be drawn or worked on as asked."""


@dataclass(frozen=True, slots=True)
class Strata:
    """What may be drawn: villages with households by stratum, and the households of the roster."""

    zero: int
    rest: int
    households: int


def strata(pack: Pack, summaries: Sequence[VillageSummary]) -> Strata:
    """Sizes of the strata, from summary rows that were read already."""
    with_rows = [summary for summary in summaries if summary.counts]
    zero = sum(none_monitored(pack, summary) for summary in with_rows)
    return Strata(zero, len(with_rows) - zero, sum(Selection().count(pack, s.counts) for s in with_rows))


def frame_of(round_: Round, pack: Pack) -> Frame:
    """The frame as it stands: villages from their summary rows, households from the roster with their open leads."""
    summaries = [s for s in VillageSummary.objects.filter(round=round_).order_by("code") if s.counts]
    zero = {summary.code for summary in summaries if none_monitored(pack, summary)}
    villages = [
        VillageUnit(
            s.code, town_code(s.code), s.code in zero,
            village_weight(s.figures.get("open_leads", 0), Selection().count(pack, s.counts)),
        )
        for s in summaries
    ]  # fmt: skip
    code = {summary.village_id: summary.code for summary in summaries}
    weights = _risk_weights(round_)
    roster = RosterEntry.objects.filter(round=round_, village__in=code).values_list(
        "household_id", "household__number", "village_id"
    )
    households = [
        HouseholdUnit(number, code[village], weights.get(id_, 1))
        for id_, number, village in roster.iterator(20_000)
    ]
    return Frame.of(villages, households)


def town_code(village: str) -> str:
    """The 12-digit code of a village's town."""
    return town_of(village)


def _risk_weights(round_: Round) -> dict[object, int]:
    """Weight of each household that has an open lead."""
    rows = (
        Finding.objects.filter(round=round_, severity="lead", state="open", household__isnull=False)
        .order_by("household_id")
        .values_list("household_id", "strength")
    )
    return {
        household: risk_weight(strength for _, strength in leads)
        for household, leads in groupby(rows.iterator(20_000), key=lambda row: row[0])
    }


@transaction.atomic
def draw_sample(
    round_: Round, pack: Pack, *, households: int, villages: int, seed: int, actor: str
) -> Sample:
    """Draw and keep a sample of the round; asked for again over the same frame, the one that there is.

    Raises SampleError.
    """
    if not 0 <= seed <= LARGEST_SEED:
        raise SampleError("Y34", seed=seed, most=LARGEST_SEED)
    if households < 1 or villages < 1:
        raise SampleError("Y35")
    Round.objects.select_for_update().get(pk=round_.pk)  # two who press the button draw once
    frame = frame_of(round_, pack)
    try:
        drawn = draw(frame, households=households, villages=villages, seed=seed)
    except SampleTooLarge as error:
        what = "个有农户的村" if error.what == "villages" else "户"
        raise SampleError("Y36", have=error.have, what=what, asked=error.asked) from error
    asked = {"round": round_, "seed": seed, "households": households, "villages": villages}
    known = Sample.objects.filter(**asked, frame_hash=frame.digest).first()
    if known is not None:
        return known
    sample = Sample.objects.create(
        **asked, frame_hash=frame.digest, frame=zlib.compress(frame.text, 9),
        frame_households=len(frame.households), frame_villages=len(frame.villages),
        drawn_at=clock.now(), drawn_by=actor,
    )  # fmt: skip
    _keep(sample, drawn)
    append([Entry(actor_chain(actor), actor, "sample.draw", f"sample:{sample.pk}", frame.digest, households)])
    return sample


def _keep(sample: Sample, drawn: Draw) -> None:
    areas = _areas({v.code for v in drawn.villages} | {h.village for h in drawn.households})
    ids = dict(
        Household.objects.filter(number__in=[h.number for h in drawn.households]).values_list("number", "pk")
    )
    bulk.insert(
        SampleVillage,
        ("sample", "village", "position", "stratum", "weight", "numerator", "denominator"),
        [
            (
                sample.pk,
                areas[v.code],
                place,
                v.stratum,
                v.weight,
                *map(str, v.probability.as_integer_ratio()),
            )
            for place, v in enumerate(drawn.villages, 1)
        ],
    )
    bulk.insert(
        SampleHousehold,
        ("sample", "household", "village", "position", "weight", "numerator", "denominator"),
        [
            (sample.pk, ids[h.number], areas[h.village], place, h.weight, *h.probability.as_integer_ratio())
            for place, h in enumerate(drawn.households, 1)
        ],
    )


def _areas(codes: Collection[str]) -> dict[str, int]:
    return dict(Area.objects.filter(code__in=codes).values_list("code", "pk"))


@dataclass(frozen=True, slots=True)
class Again:
    """What drawing again came to. `same`: the hash, every village and household, order and probabilities."""

    same: bool
    frame_hash: str
    villages: int
    households: int


def draw_again(sample: Sample) -> Again:
    """Draw once more from the kept frame, and compare with what was kept. A damaged frame is not the same."""
    try:
        frame = Frame.read(frame_text(sample))
        drawn = draw(frame, households=sample.households, villages=sample.villages, seed=sample.seed)
    except (ValueError, zlib.error):
        return Again(False, "", 0, 0)
    same = (
        frame.digest == sample.frame_hash
        and [(v.code, v.stratum, v.weight, v.probability) for v in drawn.villages] == kept_villages(sample)
        and [(h.number, h.village, h.weight, h.probability) for h in drawn.households]
        == kept_households(sample)
    )
    return Again(same, frame.digest, len(drawn.villages), len(drawn.households))


def frame_text(sample: Sample) -> bytes:
    """The frame's listing as it was hashed: village codes, household numbers and weights, no names."""
    return zlib.decompress(bytes(sample.frame))


def kept_villages(sample: Sample) -> list[tuple[str, str, int, Fraction]]:
    """(code, stratum, weight, probability) in the order of the draw."""
    rows = sample.drawn_villages.order_by("position").values_list(
        "village__code", "stratum", "weight", "numerator", "denominator"
    )
    return [(code, stratum, weight, Fraction(int(up), int(down))) for code, stratum, weight, up, down in rows]


def kept_households(sample: Sample) -> list[tuple[int, str, int, Fraction]]:
    """(number, village's code, weight, probability) in the order of the draw."""
    rows = sample.drawn_households.order_by("position").values_list(
        "household__number", "village__code", "weight", "numerator", "denominator"
    )
    return [(number, code, weight, Fraction(up, down)) for number, code, weight, up, down in rows]
