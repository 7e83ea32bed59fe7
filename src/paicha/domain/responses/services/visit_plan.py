"""A village's plan of visits changed in its transaction, where its summary row is told of it (fact `planned`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date

from paicha.core.pack import Pack
from paicha.domain.areas.models import Area
from paicha.domain.responses.transaction import village_work
from paicha.domain.responses.work import record_facts
from paicha.domain.rounds import plan
from paicha.domain.rounds.models import Round


def plan_visits(
    round_: Round,
    pack: Pack,
    village: Area,
    wanted: Mapping[str, Sequence[tuple[str, date | None]]],
    actor: str,
) -> int:
    """Set the visits of some groups, each (surveyor, day); how many changed. Raises PlanError."""
    with _telling(round_, pack, village, actor):
        return plan.plan_visits(round_, pack, village, wanted, actor)


def hand_to(round_: Round, pack: Pack, village: Area, old: str, new: str, actor: str) -> int:
    """Hand what one surveyor has still to visit to another; how many visits. Raises PlanError."""
    with _telling(round_, pack, village, actor):
        return plan.hand_to(round_, village, old, new, actor)


@contextmanager
def _telling(round_: Round, pack: Pack, village: Area, actor: str) -> Iterator[None]:
    with village_work(round_, pack, village, actor) as work:
        yield
        record_facts(work, planned=plan.plan_fact(plan.planned_lines(round_, village.pk)))
