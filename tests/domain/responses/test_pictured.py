"""What a village adds to a picture opens into exactly its rows, and a correction doesn't move a day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.domain.responses.test_recount import DELIVERY, deliver
from tests.lengths import examples
from tests.worlds.village import FilledVillage

from paicha.domain import clock
from paicha.domain.responses.summary.chart_counts import behind
from paicha.domain.responses.summary.tallies import tally

OPENED = date(2022, 3, 10)


def rows(village: FilledVillage, **figure: Any) -> list[UUID]:
    return behind(village.county.round, village.county.pack, village.area.pk, **figure)


def check(village: FilledVillage) -> None:
    """Every figure against its rows, and the days against the households met."""
    figures = village.summary.figures
    for day, n in figures["days"].items():
        assert len(rows(village, days=(day, day))) == n > 0
    assert sum(figures["days"].values()) == tally(village.county.pack, [village.summary]).done
    for question, by_form in figures["answers"].items():
        for form, by_option in by_form.items():
            for option, n in by_option.items():
                assert len(rows(village, question=question, form=form, option=option)) == n > 0


@given(deliveries=st.lists(DELIVERY, min_size=1, max_size=10))
@settings(
    max_examples=examples(25), deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
def test_figures_open_into_their_rows(village: FilledVillage, deliveries: list[Any]) -> None:
    with transaction.atomic():
        known: dict[tuple[str, int], Any] = {}
        for delivery in deliveries:
            deliver(village, known, delivery)
        village.screen()
        check(village)
        transaction.set_rollback(True)


def test_a_day_is_the_paper_s_or_that_of_the_first_revision(village: FilledVillage) -> None:
    village.new(head_name="张三", surveyed_on=OPENED)
    with clock.frozen(OPENED + timedelta(days=1)):
        later = village.new(head_name="李四", surveyed_on=None)
    village.register("王五")
    village.screen()
    assert village.summary.figures["days"] == {"2022-03-10": 1, "2022-03-11": 1}
    with clock.frozen(OPENED + timedelta(days=4)):
        village.one(household=later, head_name="李四", surveyed_on=None, income_band=1)
    assert village.summary.figures["days"] == {"2022-03-10": 1, "2022-03-11": 1}
    assert rows(village, days=("2022-03-11", "2022-03-11")) == [later]


def test_a_late_evening_is_still_that_day(village: FilledVillage) -> None:
    """Twenty to midnight in Shanghai is the afternoon of the same day in UTC; ten past is the day before there."""
    for hour, minute, head in ((23, 40, "张三"), (0, 10, "李四")):
        with clock.frozen(datetime(2022, 3, 12, hour, minute, tzinfo=clock.SHANGHAI)):
            village.new(head_name=head, surveyed_on=None)
    assert village.summary.figures["days"] == {"2022-03-12": 2}


def test_options_are_counted_by_class(village: FilledVillage) -> None:
    both = village.new(head_name="张三", civil_aid=[1, 3], income_band=1)
    village.new(head_name="李四", civil_aid=[3])
    gone = village.new(head_name="赵六", civil_aid=[1], outcome=5, remark="搬走")
    answers = village.summary.figures["answers"]
    assert answers["civil_aid"] == {"general": {"1": 1, "3": 2}}
    assert answers["income_band"]["general"]["1"] == 1
    found = rows(village, question="civil_aid", form="general", option="1")
    assert found == [both]
    assert gone not in found
