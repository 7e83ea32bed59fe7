"""What no column holds never gets in: texts are cleaned, numbers beyond 64 bits are none."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paicha.core.bounds import LARGEST, clean, clean_deep, misfit, read_json, storable, whole
from paicha.core.normalise import text as plain_text

_ANY = st.text(st.characters(), max_size=20)  # control signs and lone surrogates among them
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | _ANY,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_ANY, inner, max_size=4),
    max_leaves=12,
)


@given(_ANY)
def test_a_clean_text_stays_and_every_place_that_keeps_texts_takes_it(text: str) -> None:
    kept = clean(text)
    assert clean(kept) == kept
    assert kept.encode("utf-8").decode("utf-8") == kept
    assert not set(kept) & {chr(code) for code in (*range(9), 11, 12, *range(14, 32), *range(127, 160))}
    assert _seen(kept) == _seen(text)


def _seen(text: str) -> list[str]:
    return [char for char in text if char.isprintable() and char != " "]


@pytest.mark.parametrize(
    ("read", "kept"),
    [
        ("a\0b", "ab"),
        ("王\x0b建国", "王 建国"),
        ("一\r\n二\t三", "一\r\n二\t三"),
        ("\ud83d王", "王"),
        ("a\u202eb", "ab"),
    ],
)
def test_what_is_left_out(read: str, kept: str) -> None:
    assert clean(read) == kept


def test_a_text_is_stored_without_control_signs_whatever_door_it_came_through() -> None:
    assert plain_text("王\0建国\x1b") == "王建国"


@given(_JSON)
def test_what_is_storable_is_taken_by_both_databases_readers(value: Any) -> None:
    kept = storable(value)
    assert misfit(kept) is None
    assert storable(kept) == kept
    text = json.dumps(kept, allow_nan=False, ensure_ascii=False)
    (valid,) = sqlite3.connect(":memory:").execute("SELECT json_valid(?)", [text]).fetchone()
    assert valid
    assert "\0" not in text


def test_numbers_and_half_signs_are_found_with_their_place() -> None:
    assert misfit({"answers": {"water": 2**63}}) == "answers.water"
    assert misfit({"raised": [{"type": 1}, {"type": -(2**64)}]}) == "raised.2.type"
    assert misfit({"a": "\ud83d"}) == "a"
    assert misfit({"a\ud83d": 1}) == "a"
    assert misfit({"a": [LARGEST, -LARGEST, 1.5, True, None, "王"]}) is None


def test_json_beyond_any_reader_still_gives_what_stands_beside() -> None:
    for bad in ('"\\ud800"', "9" * 400, "9" * 5000, "1e999"):
        found = read_json(b'[{"a": %s}, {"a": "\\u738b\\u0000"}]' % bad.encode())
        assert misfit(found[0]) == "a"
        assert clean_deep(found[1]) == {"a": "王"}
    for broken in (b"[1", b"[NaN]", b'["\xff"]', b"[" * 5000, b"[" * 5000 + b"]" * 4999, b"]" * 5000):
        with pytest.raises(orjson.JSONDecodeError):
            read_json(broken)


def test_what_is_nested_without_end_is_cut() -> None:
    deep: Any = []
    for _ in range(900):
        deep = [deep]
    assert misfit(deep) is None
    assert orjson.dumps(clean_deep(deep)).count(b"[") < 60


@pytest.mark.parametrize(("opens", "closes"), [("[", "]"), ('{"a":', "}"), ('[{"]\\"[": ', "}]")])
@pytest.mark.parametrize("depth", [1_000, 1_500, 100_000])
def test_json_nested_deeper_than_any_reader_goes_is_cut_and_the_rest_stands(
    opens: str, closes: str, depth: int
) -> None:
    deep = opens * depth + "1" + closes * depth
    found = read_json(f'{{"items": [{{"q": {deep}}}, {{"q": "[[{{\\"王"}}]}}'.encode())
    assert found["items"][1] == {"q": '[[{"王'}
    assert misfit(found) is None
    assert len(str(clean_deep(found))) < 1_000


@pytest.mark.parametrize(
    ("typed", "number"),
    [("12", 12), ("１２", 12), ("", None), ("²", None), ("-1", None), ("9" * 5000, None), (str(LARGEST), LARGEST),
     (str(LARGEST + 1), None)],
)  # fmt: skip
def test_whole(typed: str, number: int | None) -> None:
    assert whole(typed) == number
    assert whole(typed, 11) is None or (number is not None and number <= 11)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"\x9a": 1, "": 2}, {"'": 1, "": 2}),
        ({"wat\x00er": 1, "water": 2}, {"water'": 1, "water": 2}),
        ({"a\x00": 1, "\x00a": 2}, {"a": 1, "a'": 2}),
        ({"a\x00": 1, "a": 2, "a'": 3}, {"a''": 1, "a": 2, "a'": 3}),
    ],
)
def test_names_that_are_one_once_clean_lose_no_value(given: dict[str, int], kept: dict[str, int]) -> None:
    assert clean_deep(given) == kept
    assert clean_deep(kept) == kept
