"""Problems and petitions of a household that moves, is merged or split: they go along, whatever their state."""

from __future__ import annotations

from uuid import UUID

from paicha.domain.households.events import Destination, Ids, carry, join_ids
from paicha.domain.problems.models import Petition, Problem


def carry_problems(source: UUID, to: Destination, only: Ids | None = None) -> Ids:
    """Problems and petitions of `source` become those of `to`; `only`: of these rows alone."""
    tables = (Problem, Petition)
    return join_ids(
        carry(table, source, to, None if only is None else only.get(table._meta.label_lower, []))
        for table in tables
    )
