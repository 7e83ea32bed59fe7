"""The households of a village as matching sees them: with what they were called, numbered and where they stood before.

What holds: one statement a village; a household merged into another is known by the other's row alone; one that has
left the village is known with where it went, one that was taken back with its upload not at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db import connection

from paicha.core.normalise import name_key
from paicha.domain.areas.models import Area
from paicha.domain.areas.names import spoken_name
from paicha.domain.households.events import Past, survivors
from paicha.domain.households.models import HouseholdEvent
from paicha.domain.responses.answers.in_force import as_facts, as_uuid

Kind = HouseholdEvent.Kind


@dataclass(frozen=True, slots=True)
class KnownHousehold:
    """A household of the register, as matching sees it. `former`: who its heads were before.

    `groups`: where it stood before; `numbers`, `phones`: those of households merged into it; `gone`: the name of the
    village that it went to, '' for one of this village.
    """

    id: UUID
    number: int
    group: str
    head: str
    phone: str
    household_class: str
    former: tuple[str, ...] = ()
    closed: bool = False
    groups: frozenset[str] = frozenset()
    numbers: tuple[int, ...] = ()
    phones: tuple[str, ...] = ()
    gone: str = ""


_COLUMNS = 'h.id, h.number, h."group", h.head_name, h.phone, h.household_class, h.closed_at, h.past'
_REGISTER = (
    f"SELECT {_COLUMNS}, e.kind, e.old, e.other_id, '', '' FROM households_household h"
    " LEFT JOIN households_householdevent e ON e.household_id = h.id"
    " AND (e.kind = %s OR (e.kind = %s AND e.undone_at IS NULL))"
    " WHERE h.village_id = %s AND (h.closed_at IS NULL OR NOT EXISTS"
    " (SELECT 1 FROM households_householdevent t WHERE t.household_id = h.id AND t.kind = %s))"
    f" UNION ALL SELECT {_COLUMNS}, 'move', '', NULL, a.level, a.name FROM households_householdevent m"
    " JOIN households_household h ON h.id = m.household_id JOIN areas_area a ON a.id = h.village_id"
    " WHERE m.village_id = %s AND m.kind = %s AND h.village_id <> %s"
)


@dataclass(slots=True)
class _Read:
    known: dict[UUID, KnownHousehold] = field(default_factory=dict)
    former: dict[UUID, list[str]] = field(default_factory=lambda: defaultdict(list))
    merged: dict[UUID, UUID] = field(default_factory=dict)


def load_known(village_id: int) -> list[KnownHousehold]:
    """Households of a village, and those that left it. One statement, more where some were merged elsewhere."""
    read = _read(village_id)
    found = {id_: replace(one, former=tuple(read.former.get(id_, ()))) for id_, one in read.known.items()}
    away = _elsewhere(read.merged, found)
    for id_, survivor in survivors(read.merged).items() if read.merged else ():
        own = found.pop(id_)
        if survivor in found:
            found[survivor] = _join(found[survivor], own)
        else:
            found[id_] = replace(own, closed=False, gone=away.get(survivor, ""))
    return list(found.values())


def _read(village_id: int) -> _Read:
    read = _Read()
    with connection.cursor() as cursor:
        wanted: list[str | int] = [
            Kind.HEAD,
            Kind.MERGE,
            village_id,
            Kind.TAKE_BACK,
            village_id,
            Kind.MOVE,
            village_id,
        ]
        cursor.execute(_REGISTER, wanted)
        for (
            id_,
            number,
            group,
            head,
            phone,
            class_,
            closed,
            past,
            kind,
            old,
            other,
            level,
            name,
        ) in cursor.fetchall():
            own = as_uuid(id_)
            if kind == Kind.HEAD and old and name_key(old) != name_key(head):
                read.former[own].append(old)
            elif kind == Kind.MERGE and other is not None:
                read.merged[own] = as_uuid(other)
            if own not in read.known:
                groups = _groups(past)
                gone = spoken_name(level, name) if name else ""
                read.known[own] = KnownHousehold(
                    own,
                    number,
                    group,
                    head,
                    phone,
                    class_,
                    closed=closed is not None,
                    groups=groups,
                    gone=gone,
                )
    return read


def _groups(past: Any) -> frozenset[str]:
    return Past.of(as_facts(past)).groups if past else frozenset()


def _join(survivor: KnownHousehold, own: KnownHousehold) -> KnownHousehold:
    """A household that another was merged into, known by the other's words, too."""
    former = dict.fromkeys((*survivor.former, own.head, *own.former))
    former.pop(survivor.head, None)
    return replace(
        survivor, former=tuple(former), numbers=(*survivor.numbers, own.number, *own.numbers),
        phones=(*survivor.phones, *([own.phone] if own.phone else []), *own.phones),
        groups=survivor.groups | own.groups | ({own.group} - {""}),
    )  # fmt: skip


def _elsewhere(merged: Mapping[UUID, UUID], found: Iterable[UUID]) -> dict[UUID, str]:
    """Households of other villages that some were merged into: what their villages are called."""
    if not merged:
        return {}
    others = set(survivors(merged).values()) - set(found)
    rows = Area.objects.filter(households__in=others)
    return {
        id_: spoken_name(level, name) for id_, level, name in rows.values_list("households", "level", "name")
    }
