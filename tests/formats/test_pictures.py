"""Pictures: the same figures the same bytes, their figures as text in them, and nothing that a browser would run."""

from __future__ import annotations

import re
from typing import Any

import pytest
import typst

from paicha.formats.pictures import Kind, picture_svg

DAYS = [
    {"day": f"3月{10 + n}日", "total": total, "planned": 12 * (n + 1)}
    for n, total in enumerate([5, 9, 31, 1234, None, None])
]
# kind, figures, texts that stand in the picture
DRAWN: list[tuple[Kind, dict[str, Any], list[str]]] = [
    ("progress", {"days": DAYS, "deadline": "3月15日"}, ["1,234", "3月15日截止，应到 72", "3月10日"]),
    (
        "leads",
        {"bars": [{"name": "S09 低保未纳入", "n": 1312}, {"name": "S01 低收入<未>纳入", "n": 7}]},
        ["S09 低保未纳入", "1,312", "S01 低收入&lt;未&gt;纳入", "7"],
    ),
    (
        "answers",
        {
            "rows": [
                {"class": "一般农户", "option": "1 低保", "n": 2500, "percent": 0.4},
                {"class": "一般农户", "option": "5 否", "n": 0, "percent": 0},
                {"class": "已脱贫户", "option": "1 低保", "n": 3, "percent": 100},
            ]
        },
        ["一般农户", "已脱贫户", "1 低保", "2,500 户，0.4%", "0 户，0%", "3 户，100%"],
    ),
    (
        "disagreement",
        {"rows": [{"name": "安全住房", "percent": 12, "low": 6.1, "high": 20.5, "differing": 9, "n": 75}]},
        ["安全住房", "12%（9/75）"],
    ),
]


@pytest.mark.parametrize(("kind", "figures", "texts"), DRAWN, ids=[kind for kind, *_ in DRAWN])
def test_a_picture_says_its_figures(kind: Kind, figures: dict[str, Any], texts: list[str]) -> None:
    drawn = picture_svg(kind, figures)
    assert picture_svg(kind, figures) == drawn
    said = re.findall(r"<text[^>]*>([^<]*)</text>", drawn.decode())
    assert [text for text in texts if text not in said] == []
    assert not re.search(rb"<script|<style|style=|javascript:|https?://(?!www\.w3\.org/)", drawn)


@pytest.mark.parametrize(("kind", "figures"), [("leads", {"bars": []}), ("answers", {"rows": []})])
def test_nothing_to_show_is_a_picture_of_nothing(kind: Kind, figures: dict[str, Any]) -> None:
    assert picture_svg(kind, figures).startswith(b"<svg")


def test_a_long_name_is_not_cut() -> None:
    name = "2 4000元—6000元(含)，另有一项很长的说明"
    drawn = picture_svg("answers", {"rows": [{"class": "一般农户", "option": name, "n": 1, "percent": 1}]})
    assert name in drawn.decode()


def test_the_same_picture_stands_in_a_pdf() -> None:
    kind, figures, _ = DRAWN[1]
    markup = b'#let svg = bytes(sys.inputs.svg)\n#image(svg, format: "svg")'
    made = typst.compile(markup, sys_inputs={"svg": picture_svg(kind, figures).decode()}, format="pdf")
    assert isinstance(made, bytes)
    assert made.startswith(b"%PDF")
