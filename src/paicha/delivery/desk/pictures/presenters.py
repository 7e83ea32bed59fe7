"""Progress as a line that a template draws: SVG without a size of its own, words beside it as text of the page.

Why not a drawn picture: a chart is two lines and two marks. As part of the page it prints sharp, is there at once, and
its words keep their size on a phone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from paicha.domain.reports.pictures import Picture

WIDTH, HEIGHT = 100, 40  # of the view box; the page stretches it, strokes keep their width


@dataclass(frozen=True, slots=True)
class Chart:
    """`done` and `planned`: points of a polyline; `area`: what lies under `done`; `last`: its end; `deadline`: its x.

    `percent`: met of those to be met; `share`: what an even pace would have come to by now; `met`: met today.
    """

    name: str
    address: str
    picture: Picture
    done: str
    planned: str
    area: str
    last: tuple[float, float]
    deadline: float
    percent: int
    share: int
    met: int

    @property
    def late(self) -> bool:
        """Whether an even pace would be further."""
        return self.percent < self.share


def chart_of(picture: Picture, name: str = "", address: str = "") -> Chart:
    """The lines of a progress (`reports.pictures.progress`); flat at the bottom where nobody is to be met."""
    days: Sequence[dict[str, Any]] = picture.figures["days"]
    most: int = max(picture.figures["wanted"], days[-1]["planned"], 1)
    until = [day for day in days if day["total"] is not None]

    def x(n: int) -> float:
        return round(WIDTH * n / max(len(days) - 1, 1), 2)

    def y(value: int) -> float:
        return round(HEIGHT * (1 - min(value, most) / most), 2)

    points = [(x(n), y(day["total"])) for n, day in enumerate(until)]
    deadline = next(
        (n for n, day in enumerate(days) if day["day"] == picture.figures["deadline"]), len(days) - 1
    )
    done = _points_text(points)
    return Chart(
        name=name,
        address=address,
        picture=picture,
        done=done,
        planned=_points_text([(x(n), y(day["planned"])) for n, day in enumerate(days)]),
        area=f"{points[0][0]},{HEIGHT} {done} {points[-1][0]},{HEIGHT}",
        last=points[-1],
        deadline=x(deadline),
        percent=int(100 * until[-1]["total"] / most),
        share=int(100 * until[-1]["planned"] / most),
        met=until[-1]["met"],
    )


def _points_text(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
