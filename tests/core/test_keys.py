"""The household number of a row: what a slip of the pen makes of it is no number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paicha.core.keys import make_number, parse_number

numbers = st.integers(min_value=1, max_value=10**12)


@given(numbers, st.sampled_from(["", "A3F2", "0000"]))
def test_round_trip(sequence: int, register: str) -> None:
    assert parse_number(make_number(sequence, register), register) == sequence


@given(st.integers(1, 9_999_999), st.integers(1, 8), st.integers(0, 9))
def test_one_wrong_digit_is_found(sequence: int, place: int, digit: int) -> None:
    written = make_number(sequence)
    wrong = written[:place] + str(digit) + written[place + 1 :]
    assert wrong == written or parse_number(wrong) is None


def test_another_register_s_number_is_unknown() -> None:
    assert parse_number(make_number(1234, "A3F2"), "B000") is None
    assert parse_number(make_number(1234), "B000") is None
    assert parse_number(make_number(1234, "B000")) is None


@pytest.mark.parametrize("written", ["", "户", "H1", "H0000000", "abc", "1-2", "H000123456789012345678"])
def test_what_is_no_number(written: str) -> None:
    assert parse_number(written) is None


def test_spelling_is_forgiven() -> None:
    assert parse_number(f" {make_number(77).lower()} ") == 77
    assert parse_number("Ｈ" + make_number(77)[1:]) == 77
    assert parse_number(make_number(77).removeprefix("H")) == 77
