"""Pictures add up what the summary rows say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.worlds.county import County, open_county

from paicha.core.sampling import Estimate
from paicha.domain import clock
from paicha.domain.reports import pictures
from paicha.domain.reports.pictures import days_of, met_by_day
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.summary.tallies import Tally, tally

OPENED = date(2022, 3, 10)


@pytest.fixture
def county(db: None, at_opening: Any) -> Iterator[tuple[County, list[VillageSummary], Tally]]:
    """Two villages with rows of three days, asked on the fifth."""
    made = open_county()
    rows = [
        {"head_name": "张三", "surveyed_on": OPENED, "civil_aid": [1, 3]},
        {"head_name": "李四", "surveyed_on": OPENED + timedelta(days=2), "income_band": 1},
        {"head_name": "王五", "surveyed_on": OPENED - timedelta(days=9)},
        {"head_name": "赵六", "outcome": 4, "remark": "在外地"},
    ]
    with clock.frozen(OPENED + timedelta(days=4)):
        made.submit(made.villages[0], "general", rows)
        made.submit(made.villages[1], "lifted", [{"head_name": "钱七", "surveyed_on": OPENED}])
        summaries = list(VillageSummary.objects.order_by("code"))
        yield made, summaries, tally(made.pack, summaries)


def test_progress_adds_up_to_who_was_met(county: tuple[County, list[VillageSummary], Tally]) -> None:
    made, rows, total = county
    days = pictures.progress(made.round, made.pack, made.pack.county, rows, total).figures["days"]
    assert [day["met"] for day in days] == [
        3,
        0,
        1,
        0,
        0,
        *[0] * 6,
    ]  # before the opening counts on its first day
    assert [day["total"] for day in days] == [3, 3, 4, 4, 4, *[None] * 6]
    assert sum(day["met"] for day in days) == total.done == 4
    assert days[-1]["planned"] == total.done + total.due == 5
    assert days[0]["day"] == "3月10日"


def test_answers_are_shares_of_who_was_met(county: tuple[County, list[VillageSummary], Tally]) -> None:
    made, rows, total = county
    shown = pictures.answers(made.pack, "civil_aid", rows, total)
    found = {row["number"]: (row["n"], row["percent"]) for row in shown.figures["rows"]}
    assert found == {"1": (1, 33.3), "2": (0, 0), "3": (1, 33.3), "4": (0, 0), "5": (2, 66.7)}
    assert "一般农户5 否 2 户" in shown.words


def test_leads_of_households_and_of_villages_are_two_pictures(
    county: tuple[County, list[VillageSummary], Tally],
) -> None:
    made, _, total = county
    total.leads.update({"S23": 7, "L05": 2})
    households, villages = pictures.leads(made.pack, total), pictures.leads(made.pack, total, "village")
    assert [bar["rule"] for bar in villages.figures["bars"]] == ["S23"]
    named = {bar["rule"]: bar["n"] for bar in households.figures["bars"]}
    assert named["L05"] == 2 and "S23" not in named
    assert sum(named.values()) + total.leads["S23"] == sum(total.leads.values())
    assert households.key != villages.key


def test_disagreement_is_told_with_its_rows() -> None:
    line = (
        "housing",
        "安全住房",
        Estimate(n=75, differ=9, share=Fraction(123, 1000), low=0.0612, high=0.2049),
    )
    shown = pictures.disagreement([line])
    assert shown.figures["rows"] == [
        {
            "question": "housing",
            "name": "安全住房",
            "percent": 12.3,
            "low": 6.1,
            "high": 20.5,
            "differing": 9,
            "n": 75,
        }
    ]
    assert shown.words == "安全住房比了 75 户，9 户不一致。"


DATES = st.dates(OPENED - timedelta(days=20), OPENED + timedelta(days=30))


@given(
    st.lists(st.dictionaries(DATES.map(date.isoformat), st.integers(1, 50)), max_size=4), st.integers(0, 20)
)
def test_every_day_counts_once(by_village: list[dict[str, int]], length: int) -> None:
    calendar = [OPENED + timedelta(days=n) for n in range(length + 1)]
    rows = [VillageSummary(figures={"days": days}) for days in by_village]
    found = met_by_day(rows, calendar)
    assert sum(found.values()) == sum(sum(days.values()) for days in by_village)
    isos = [day.isoformat() for day in calendar]
    for day in calendar:  # what a day's link picks is what the day counts
        low, high = days_of(isos, day.isoformat())
        assert found[day] == sum(n for days in by_village for iso, n in days.items() if low <= iso <= high)
