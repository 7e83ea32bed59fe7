"""Sums over summary rows, and the colours of the map, in small numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paicha.core.pack import load
from paicha.delivery.desk.home.areas import steps_for
from paicha.delivery.desk.shell.wording import group_text, masked
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.queries import covering, group_order
from paicha.domain.responses.summary.tallies import Selection, combined, tally
from paicha.packs import read_pack

PACK = load(read_pack("shenmu_2022_spring"))

COUNTS = st.dictionaries(
    st.sampled_from(list(PACK.household_forms)),
    st.dictionaries(st.sampled_from(["due", *"1234567"]), st.integers(0, 500), max_size=8),
    max_size=3,
)


@given(st.lists(COUNTS, max_size=5))
def test_totals_are_sums_and_every_household_is_somewhere(listed: list[dict[str, dict[str, int]]]) -> None:
    rows = [VillageSummary(code=str(n), counts=counts) for n, counts in enumerate(listed)]
    total = tally(PACK, rows)
    assert combined(tally(PACK, [row]) for row in rows) == total
    assert total.done + total.due + total.gone == total.households
    assert total.blank + sum(total.waiting.values()) == total.due
    assert sum(met for met, _ in total.by_form.values()) == total.done
    assert total.done == sum(Selection(outcome="done").count(PACK, c) for c in listed)
    assert 0 <= total.percent <= 100
    assert (total.percent == 100) == (total.due == 0 and total.households > 0)


@given(st.lists(st.integers(0, 30), max_size=12), st.integers(1, 9))
def test_pages_over_villages_hold_each_row_once(counts: list[int], size: int) -> None:
    rows = [(village, n) for village, count in enumerate(counts) for n in range(count)]
    seen = []
    for start in range(0, len(rows), size):
        villages, skip = covering(counts, start, size)
        read = [row for row in rows if row[0] in villages]
        seen += read[skip : skip + size]
    assert seen == rows


@pytest.mark.parametrize(
    ("leads", "dark"),
    [([], 15), ([0, 3, 9, 14], 15), ([20, 20, 20, 1], 30), ([40] * 9, 60), ([999] * 4, 300)],
)
def test_a_quarter_of_the_map_at_most_is_dark(leads: list[int], dark: int) -> None:
    assert steps_for(leads)[-1] == dark


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("15012348831", "150****8831"), ("0912-8331234", "091****1234"), ("8331234", "*****34"), ("", "")],
)
def test_masks(phone: str, shown: str) -> None:
    assert masked(phone) == shown


def test_groups_in_order_and_in_words() -> None:
    names = ["沟岔组", "10", "", "2", "1"]
    assert sorted(names, key=group_order) == ["1", "2", "10", "沟岔组", ""]
    assert [group_text(name) for name in sorted(names, key=group_order)] == [
        "一组",
        "二组",
        "十组",
        "沟岔组",
        "未分组",
    ]
