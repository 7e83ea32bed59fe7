"""Which households of a village a name, a group and a phone may mean: what is the same, and what is nearly the same.

Imports and departments' lists ask here, and decide by themselves what follows (claim, refuse, let a person pick).
Names are compared by `name_key`; who bears a name now goes before who bore it earlier.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from paicha.core.normalise import name_key, one_apart


class KnownHousehold(Protocol):
    """What matching reads of a household of the register; '' where it has no group or phone."""

    @property
    def id(self) -> UUID: ...

    @property
    def group(self) -> str: ...

    @property
    def head(self) -> str: ...

    @property
    def phone(self) -> str: ...


K = TypeVar("K", bound=KnownHousehold)


def same_group(left: str, right: str) -> bool:
    """Whether groups don't tell two households apart: they are equal, or one is not known."""
    return "" in (left, right) or left == right


def nearly_named(name: str, names: Iterable[str]) -> bool:
    """Whether a name is nearly one of others, as `Heads.near` finds them."""
    mine = name_key(name)
    return any(_near(mine, name_key(other)) for other in names)


def _near(left: str, right: str) -> bool:
    """Whether two names, as `name_key` spells them, are nearly the same: one character apart."""
    return one_apart(left, right)


class Heads(Generic[K]):
    """The households of a village by the names and phones of their heads."""

    def __init__(self) -> None:
        self._now: dict[str, list[K]] = defaultdict(list)
        self._before: dict[str, list[K]] = defaultdict(list)
        self._phones: dict[str, list[K]] = defaultdict(list)

    def add(self, known: K, former: Iterable[str] = (), phones: Iterable[str] = ()) -> None:
        """Add a household; `former`: names of its heads before; `phones`: others that it is known by."""
        mine = name_key(known.head)
        self._now[mine].append(known)
        for key in {name_key(name) for name in former} - {mine}:
            self._before[key].append(known)
        for phone in {known.phone, *phones} - {""}:
            self._phones[phone].append(known)

    def now(self, name: str) -> Sequence[K]:
        """Whose head has this name."""
        return self._now.get(name_key(name), ())

    def before(self, name: str) -> Sequence[K]:
        """Whose head had this name earlier."""
        return self._before.get(name_key(name), ())

    def bearers(self, name: str) -> list[K]:
        """Whose head has this name, then whose head had it earlier."""
        return [*self.now(name), *self.before(name)]

    def near(self, name: str, group: str, phone: str) -> list[K]:
        """Who may be meant where nobody of the group has the name: of the same phone, or, in the group, of a name one
        character apart, now or earlier. `group` '': whatever the group."""
        mine = name_key(name)
        found = {known.id: known for known in self._phones.get(phone, ())} if phone else {}
        for names in (self._now, self._before):
            for key, bearers in names.items():
                if _near(mine, key):
                    found |= {known.id: known for known in bearers if same_group(group, known.group)}
        return list(found.values())
