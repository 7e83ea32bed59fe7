"""Figures → a picture as SVG: the stage's progress, leads by rule, answers by class, disagreements.

Why SVG drawn here: it prints sharp, goes into the PDF as it is, and needs neither a script nor a font from
elsewhere in the browser. What holds: a bar's or a line's last figure stands in it as text; the
same figures give the same bytes. Vega-Lite in plain dictionaries, since there is no data to wrangle: the figures
are sums already.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal

Kind = Literal["progress", "leads", "answers", "disagreement"]
Figures = Mapping[str, Any]
Spec = dict[str, Any]

# Of the drawing: a change of looks is another picture, and nobody has to remember to say so.
EDITION = blake2b(Path(__file__).read_bytes(), digest_size=8).hexdigest()
WIDTH = 540  # of the plot, in pixels; names stand beside it
_VEGA_LITE = "6.4"
_GREEN, _AMBER, _GREY, _LINE, _INK = "#155e3b", "#d58a1a", "#8a938b", "#dde0d9", "#1b201c"
_CLIP = re.compile(r"\bclip\d+\b")
_BAR, _STEP = 17, 27
_CONFIG: Spec = {
    "font": "Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif",
    "background": "white",
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 14, "labelColor": _INK, "labelLimit": 260, "title": None, "domainColor": _LINE,
        "gridColor": _LINE, "tickColor": _LINE, "labelPadding": 6,
    },
    "text": {"fontSize": 14, "color": _INK},
    "headerRow": {"labelFontSize": 15, "labelFontWeight": 600, "labelColor": _INK, "title": None},
}  # fmt: skip


def picture_svg(kind: Kind, figures: Figures) -> bytes:
    """The picture of some figures (see each `_kind` for their shape); UTF-8, white ground, 540 px of plot."""
    import vl_convert  # noqa: PLC0415  (what draws, where something is drawn)

    _fonts()
    spec = _KINDS[kind](figures) | {"config": _CONFIG, "padding": 8}
    drawn: str = vl_convert.vegalite_to_svg(spec, vl_version=_VEGA_LITE)
    known: dict[str, str] = {}  # the engine numbers its clips on from picture to picture
    return _CLIP.sub(lambda found: known.setdefault(found[0], f"clip{len(known)}"), drawn).encode()


@cache
def _fonts() -> None:
    """Let the drawing measure Chinese where the system has no such font."""
    import noto_cjk_sans_otc  # noqa: PLC0415  (what draws, where something is drawn)
    import vl_convert  # noqa: PLC0415  (what draws, where something is drawn)

    vl_convert.register_font_directory(str(Path(noto_cjk_sans_otc.__file__).parent))


def _progress(figures: Figures) -> Spec:
    """`days`: [{day '3月10日', total or null, planned}] from the opening; `deadline`: one of the days."""
    days = [
        {"order": n, "due": f"{one['day']}截止，应到 {one['planned']:,}", **one}
        for n, one in enumerate(figures["days"])
    ]
    last = max((one["order"] for one in days if one["total"] is not None), default=0)
    return {
        "data": {"values": days},
        "width": WIDTH, "height": 220,
        "encoding": {
            "x": {
                "field": "day", "type": "ordinal", "sort": {"field": "order"},
                "axis": {"labelAngle": 0, "labelOverlap": "parity", "grid": False},
            },
        },
        "layer": [
            {
                "mark": {"type": "line", "strokeDash": [5, 4], "color": _GREY, "strokeWidth": 2},
                "encoding": {"y": _count("planned")},
            },
            {
                "transform": [{"filter": "datum.total !== null"}],
                "mark": {"type": "area", "color": _GREEN, "opacity": 0.12},
                "encoding": {"y": _count("total")},
            },
            {
                "transform": [{"filter": "datum.total !== null"}],
                "mark": {"type": "line", "color": _GREEN, "strokeWidth": 3, "point": {"color": _GREEN, "size": 45}},
                "encoding": {"y": _count("total")},
            },
            {
                "transform": [{"filter": f"datum.order === {last}"}],
                "mark": {
                    "type": "text", "dy": -14, "color": _GREEN, "fontSize": 16, "fontWeight": 600,
                    "align": "right" if last * 2 > len(days) else "left",
                },
                "encoding": {"y": _count("total"), "text": {"field": "total", "format": ","}},
            },
            {
                "transform": [{"filter": {"field": "day", "equal": figures["deadline"]}}],
                "mark": {"type": "rule", "color": _AMBER, "strokeWidth": 2},
            },
            {
                "transform": [{"filter": {"field": "day", "equal": figures["deadline"]}}],
                "mark": {"type": "text", "align": "right", "dx": -8, "color": _INK},
                "encoding": {"y": {"value": 206}, "text": {"field": "due"}},
            },
        ],
    }  # fmt: skip


def _count(field: str) -> Spec:
    return {
        "field": field,
        "type": "quantitative",
        "axis": {"format": ",d", "tickCount": 5, "domain": False, "ticks": False},
    }


def _leads(figures: Figures) -> Spec:
    """`bars`: [{name, n}] in their order."""
    bars = [{"order": i, **one} for i, one in enumerate(figures["bars"])]
    return {
        "data": {"values": bars},
        "width": WIDTH, "height": {"step": _STEP},
        "encoding": {"y": _names("name"), "x": _bare("n")},
        "layer": [
            {"mark": {"type": "bar", "color": _AMBER, "height": _BAR, "cornerRadiusEnd": 2}},
            {
                "mark": {"type": "text", "align": "left", "dx": 6},
                "encoding": {"text": {"field": "n", "format": ","}},
            },
        ],
    }  # fmt: skip


def _answers(figures: Figures) -> Spec:
    """`rows`: [{class, option, n, percent}] in their order: households of a class, and their share of it."""
    rows = [
        {"order": i, "said": f"{one['n']:,} 户，{one['percent']}%", **one}
        for i, one in enumerate(figures["rows"])
    ]
    classes = list(dict.fromkeys(one["class"] for one in rows))
    plot: Spec = {
        "width": WIDTH, "height": {"step": _STEP},
        "encoding": {"y": _names("option"), "x": _bare("percent", most=100)},
        "layer": [
            {"mark": {"type": "bar", "color": _GREEN, "height": _BAR, "cornerRadiusEnd": 2}},
            {"mark": {"type": "text", "align": "left", "dx": 6}, "encoding": {"text": {"field": "said"}}},
        ],
    }  # fmt: skip
    row = {
        "field": "class", "type": "nominal", "sort": classes, "header": {
            "labelOrient": "top", "labelAnchor": "start", "labelPadding": 4,
        },
    }  # fmt: skip
    return {"data": {"values": rows}, "facet": {"row": row}, "spec": plot, "spacing": 14}


def _disagreement(figures: Figures) -> Spec:
    """`rows`: [{name, percent, low, high, differing, n}] in their order; percents of the whole, with an interval."""
    rows = [
        {"order": i, "said": f"{one['percent']}%（{one['differing']}/{one['n']}）", **one}
        for i, one in enumerate(figures["rows"])
    ]
    return {
        "data": {"values": rows},
        "width": WIDTH, "height": {"step": _STEP + 4},
        "encoding": {"y": _names("name")},
        "layer": [
            {
                "mark": {"type": "rule", "color": _AMBER, "strokeWidth": 6, "opacity": 0.45, "strokeCap": "round"},
                "encoding": {"x": _bare("low", most=100, axis=True), "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 90, "color": _AMBER, "opacity": 1},
                "encoding": {"x": _bare("percent", most=100, axis=True)},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 10},
                "encoding": {"x": _bare("high", most=100, axis=True), "text": {"field": "said"}},
            },
        ],
    }  # fmt: skip


def _names(field: str) -> Spec:
    return {
        "field": field,
        "type": "ordinal",
        "sort": {"field": "order", "op": "min"},
        "axis": {"domain": False, "ticks": False},
    }


def _bare(field: str, *, most: int | None = None, axis: bool = False) -> Spec:
    """A length whose figure stands beside it: without an axis, unless shares have to be compared along one."""
    scale: Spec = {} if most is None else {"scale": {"domain": [0, most]}}
    shown = (
        {"format": "d", "values": [0, 25, 50, 75, 100], "labelExpr": "datum.label + '%'"} if axis else None
    )
    return {"field": field, "type": "quantitative", "axis": shown, **scale}


_KINDS: Mapping[Kind, Callable[[Figures], Spec]] = {
    "progress": _progress,
    "leads": _leads,
    "answers": _answers,
    "disagreement": _disagreement,
}
