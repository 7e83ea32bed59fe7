"""What a household is found by on the phone: the first letters of its head, by every reading of the surname."""

from __future__ import annotations

import pytest

from paicha.domain.sync.snapshots import initials


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("折桂财", "SGC"), ("折松雅", "SSY"), ("单方明", "SFM"), ("单明", "SM"), ("查明军", "ZMJ"), ("查账", "ZZ"),
        ("解放军", "XFJ"), ("乐观", "YG"), ("仇恨", "QH"), ("尉迟恭", "YCG"), ("尉迟恭", "WCG"), ("曾经", "ZJ"),
        ("长孙顺", "ZSS"), ("任平", "RP"), ("石头", "ST"), ("贺保平", "HBP"), ("", ""),
    ],
)  # fmt: skip
def test_a_surname_has_all_its_readings(name: str, wanted: str) -> None:
    assert wanted in initials(name).split(" ") or wanted == initials(name) == ""
