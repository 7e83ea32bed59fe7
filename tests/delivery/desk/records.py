"""One record of each model that an address of the desk is about, in VILLAGE: of group 1, and of group 2.

A model that gets an address adds its maker here; the table of access fails without it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.delivery.desk.world import VILLAGE, World


@dataclass(frozen=True, slots=True)
class Record:
    """Where a record lies; `group` of its household, None where it belongs to the whole village."""

    pk: int
    village: str
    group: str | None


Maker = Callable[[World], list[Record]]
MAKERS: dict[str, Maker] = {}


def maker(name: str) -> Callable[[Maker], Maker]:
    def keep(made: Maker) -> Maker:
        MAKERS[name] = made
        return made

    return keep


def records(world: World) -> dict[str, list[Record]]:
    """Records by the name of their model."""
    return {name: make(world) for name, make in MAKERS.items()}


@maker("Conflict")
def _conflicts(world: World) -> list[Record]:
    from paicha.domain import clock
    from paicha.domain.responses.models import Conflict

    found = []
    for head, group in (("訾埃生", "1"), ("高兰花", "2")):
        row: Any = Conflict.objects.create(
            round=world.round, village=world.areas[VILLAGE], household=world.household(head), number=1,
            answers="{}", fields=["housing"], source="desk:1", at=clock.now(),
        )  # fmt: skip
        found.append(Record(row.pk, VILLAGE, group))
    return found
