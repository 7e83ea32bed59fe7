"""How apps that stand above register events let their own rows go along with a household.

Why by a module's name: such an app says it as it is set up, before models are loaded; it is imported once a household
moves, and no command that needs nothing of it waits for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from uuid import UUID

    from paicha.domain.households.events import Destination, Ids
    from paicha.domain.responses.services import VillageWork


class Carrier(Protocol):
    """The module of an upper app that carries its rows."""

    def carry(self, work: VillageWork, source: UUID, to: Destination, only: Ids | None = None) -> Ids:
        """As `rows.carry_all`, for the app's own tables."""

    def tell(self, work: VillageWork, rows: Ids) -> None:
        """Tell a village's summary row what the app's tables say after `rows` went along."""


_modules: dict[str, None] = {}


def add_carrier(module: str) -> None:
    """Let the rows of an upper app go along, too; `module`: the dotted name of its `Carrier`."""
    _modules[module] = None


def carriers() -> list[Carrier]:
    """Those of every upper app."""
    return [cast("Carrier", import_module(module)) for module in _modules]
