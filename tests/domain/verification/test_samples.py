"""Samples over a real roster: the frame, what is drawn from it, drawing again, and what leads weigh."""

from __future__ import annotations

from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.worlds.town import AIDED, POOR, Town, fill

from paicha.domain.audit.models import AuditEntry
from paicha.domain.households.models import Household
from paicha.domain.responses.models import Finding, VillageSummary
from paicha.domain.verification.models import Sample, SampleHousehold, SampleVillage
from paicha.domain.verification.samples import (
    SampleError,
    draw_again,
    draw_sample,
    frame_of,
    kept_households,
    kept_villages,
    strata,
)


def drawn(town: Town, households: int = 4, villages: int = 1, seed: int = 7) -> Sample:
    return draw_sample(
        town.county.round,
        town.county.pack,
        households=households,
        villages=villages,
        seed=seed,
        actor="operator:x",
    )


def weights(town: Town) -> dict[str, int]:
    heads = dict(Household.objects.values_list("number", "head_name"))
    return {
        heads[unit.number]: unit.weight for unit in frame_of(town.county.round, town.county.pack).households
    }


def test_a_household_weighs_as_much_as_its_open_leads(town: Town) -> None:
    fill(town.villages[2], [{"head_name": "轻"}, {"head_name": "低保"} | AIDED, {"head_name": "重", "major_expense": 1,
         "major_expense_reason": "看病"} | POOR | AIDED])  # fmt: skip
    found = weights(town)
    leads = {
        head: list(
            Finding.objects.filter(household__head_name=head, severity="lead", state="open").values_list(
                "strength", flat=True
            )
        )
        for head in ("轻", "低保", "重")
    }
    assert not leads["轻"] and leads["低保"] and "strong" in leads["重"]
    assert found["轻"] == 1
    assert found["低保"] == 1 + sum({"strong": 3, "weak": 1}.get(s, 2) for s in leads["低保"])
    assert found["重"] == 10  # the heaviest that there is
    Finding.objects.filter(household__head_name="低保").update(state="dismissed")
    assert weights(town)["低保"] == 1


def test_the_frame_is_every_household_and_every_village_that_has_any(town: Town) -> None:
    frame = frame_of(town.county.round, town.county.pack)
    assert len(frame.households) == Household.objects.count()
    with_rows = {s.code for s in VillageSummary.objects.all() if s.counts}
    assert {village.code for village in frame.villages} == with_rows
    assert all(village.town == village.code[:9] + "000" for village in frame.villages)
    sizes = strata(town.county.pack, list(VillageSummary.objects.all()))
    assert (sizes.zero, sizes.rest, sizes.households) == (
        sum(v.zero for v in frame.villages), sum(not v.zero for v in frame.villages), len(frame.households)
    )  # fmt: skip


def test_what_is_kept_is_what_was_drawn_and_is_drawn_again(town: Town) -> None:
    sample = drawn(town, households=5, villages=2)
    assert len(kept_households(sample)) == 5
    assert len(kept_villages(sample)) == 2
    assert sum(chance for *_, chance in kept_households(sample)) <= 5
    assert all(0 < chance <= 1 for *_, chance in [*kept_households(sample), *kept_villages(sample)])
    again = draw_again(sample)
    assert (again.same, again.frame_hash) == (True, sample.frame_hash)
    fill(town.villages[2], [POOR])  # what comes later changes nothing of what was drawn
    assert draw_again(Sample.objects.get()).same
    assert drawn(town, households=5, villages=2).pk != sample.pk


@pytest.mark.parametrize(
    ("what", "change"),
    [
        (SampleHousehold, {"weight": 9}), (SampleHousehold, {"denominator": 10**6}),
        (SampleVillage, {"stratum": "zzzz"}), (SampleVillage, {"numerator": "3"}),
    ],
)  # fmt: skip
def test_whatever_is_changed_by_hand_is_noticed(town: Town, what: type, change: dict[str, object]) -> None:
    sample = drawn(town)
    what.objects.filter(sample=sample, position=1).update(**change)  # type: ignore[attr-defined]
    assert not draw_again(sample).same


def test_the_same_numbers_again_are_the_sample_that_there_is_and_one_entry(town: Town) -> None:
    assert drawn(town).pk == drawn(town).pk
    assert drawn(town, seed=8).pk != drawn(town).pk
    entries = AuditEntry.objects.filter(action="sample.draw")
    assert sorted(entries.values_list("digest", flat=True)) == sorted(
        Sample.objects.values_list("frame_hash", flat=True)
    )


def test_a_draw_costs_the_same_queries_for_any_size(town: Town) -> None:
    taken = []
    for households in (2, 6):
        with CaptureQueriesContext(connection) as found:
            drawn(town, households=households)
        taken.append(len(found))
    assert taken[0] == taken[1] <= 20


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"households": 99}, "名册上只有 8 户，抽不了 99"),
        ({"villages": 9}, "名册上只有 2 个有农户的村，抽不了 9"),
        ({"households": 0}, "至少是 1"),
        ({"seed": -1}, "种子“-1”不能用"),
        ({"seed": 10**15}, "不能用"),
    ],
)
def test_what_cannot_be_drawn_leaves_nothing(town: Town, asked: dict[str, int], said: str) -> None:
    with pytest.raises(SampleError, match=said):
        drawn(town, **asked)
    assert not Sample.objects.exists()


def test_certain_households_have_the_probability_one(town: Town) -> None:
    sample = drawn(town, households=8, villages=2)
    assert {chance for *_, chance in kept_households(sample)} == {Fraction(1)}
