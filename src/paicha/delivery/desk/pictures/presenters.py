"""Pictures as a page shows them: drawn already, or asked of the worker while their tables stand alone.

For any page that has a picture's table: `shown(place.code, [picture])` and the template `pictures/_picture.html`
with `one` of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from paicha.delivery.desk.pictures.tasks import draw
from paicha.domain.reports.pictures import Picture, claim, path_of, size_of


@dataclass(frozen=True, slots=True)
class Shown:
    """`size`: width and height of what is drawn, None until the worker has drawn it."""

    code: str
    picture: Picture
    size: tuple[int, int] | None


def shown(code: str, pictures: Sequence[Picture]) -> list[Shown]:
    """What to show of an area's pictures; asks the worker once for all that aren't drawn: one statement.

    A page may ask by being looked at: `claim` lets a picture be asked for once in ten minutes, and drawing it twice
    makes the same file, so that looking again changes nothing.
    """
    paths = [path_of(code, one.key, one.digest) for one in pictures]
    listed = [Shown(code, one, size_of(path)) for one, path in zip(pictures, paths, strict=True)]
    wanted = [
        {"key": one.picture.key, "kind": one.picture.kind, "figures": dict(one.picture.figures)}
        for one, path in zip(listed, paths, strict=True)
        if one.size is None and not one.picture.empty and claim(path)
    ]
    if wanted:
        draw.enqueue(code, wanted)
    return listed
