"""Sums over summary rows, and the colours of the map, in small numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paicha.core.pack import load
from paicha.delivery.desk.home.tiles import scale_of
from paicha.delivery.desk.shell.wording import group_text, masked
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.queries import covering, group_order
from paicha.domain.responses.summary.tallies import Selection, Tally, add_up, tally
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
    assert add_up(tally(PACK, [row]) for row in rows) == total
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


TALLIES = st.lists(
    st.builds(Tally, households=st.integers(0, 400), open_leads=st.integers(0, 60)), max_size=40
)


@given(TALLIES)
def test_a_colour_of_the_map_marks_about_a_fifth_of_the_villages_with_leads(listed: list[Tally]) -> None:
    shares = [one.leads_per_hundred for one in listed if one.households and one.open_leads]
    scale = scale_of(listed)
    colours = [scale.colour(share) for share in shares]
    assert all(1 <= colour <= len(scale.key) <= 5 for colour in colours)
    assert [c for _, c in sorted(zip(shares, colours, strict=True))] == sorted(colours)
    if (
        len(set(shares)) == len(shares) >= 10
    ):  # cuts are rounded to a tenth: as many again may fall to a neighbour
        assert max(colours.count(colour) for colour in set(colours)) <= 2 * len(shares) / 5 + 2
    assert scale.colour(0) == 0


@pytest.mark.parametrize(
    ("leads", "key"),
    [
        ([], []),
        ([0, 0], []),
        ([7], ["7.0 以上"]),
        ([3, 3, 3], ["3.0 以上"]),
        ([1, 2, 3, 4, 5, 6], ["1.0—2.0", "2.0—3.0", "3.0—4.0", "4.0—5.0", "5.0 以上"]),
    ],
)
def test_the_key_of_the_map(leads: list[int], key: list[str]) -> None:
    scale = scale_of(Tally(households=100, open_leads=n) for n in leads)
    assert [words for _, words in scale.key] == key


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
