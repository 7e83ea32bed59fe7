"""Drawing pictures, by the worker: it gets the very figures that the page shows."""

from __future__ import annotations

from typing import Any

from django_tasks import task

from paicha.domain.reports import pictures


@task()
def draw(code: str, wanted: list[dict[str, Any]]) -> None:
    """Draw a place's pictures (key, kind, figures of each), those that aren't there."""
    for one in wanted:
        pictures.draw(code, one["key"], one["kind"], one["figures"])
