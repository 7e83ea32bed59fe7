"""Where a scope lets somebody look, as the table of terms has it: whole towns, single villages, groups of villages.

What holds: this is the only way from a scope to what a search reads and lists; a household is listed where it stands
now, whatever the terms say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Q

from paicha.core.area_codes import CODE_DIGITS, VILLAGE_LEVELS, town_prefix
from paicha.domain.accounts.policies import Scope, code_prefix, code_range
from paicha.domain.accounts.roles import Kind, Verb
from paicha.domain.areas.models import Area, Group
from paicha.domain.households.models import Household
from paicha.domain.search.services import is_old


@dataclass(frozen=True, slots=True)
class Reach:
    """`prefixes` of the codes that are seen; `towns` of them that are seen whole, as their 9 digits.

    `villages`: of other towns, by id, each with its town; `groups`: villages of which these groups alone are seen;
    `old`: villages whose terms are not those of their register.
    """

    prefixes: tuple[str, ...] = ()
    towns: frozenset[int] = frozenset()
    villages: Mapping[int, int] = field(default_factory=dict)
    groups: Mapping[int, frozenset[str]] = field(default_factory=dict)
    old: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.towns or self.villages)

    @property
    def every_town(self) -> list[int]:
        """The towns that are read, whole or in part."""
        return sorted({*self.towns, *self.villages.values()})

    def condition(self, village: str, group: str) -> Q:
        """Of rows with a village and the group of a household: those that are seen."""
        seen = Q(pk__in=[])
        for prefix in self.prefixes:
            low, high = code_range(prefix) if prefix else ("", ":")
            seen |= Q(**{f"{village}__code__gte": low, f"{village}__code__lt": high})
        for place, names in self.groups.items():
            seen |= Q(**{village: place, f"{group}__in": names})
        return seen

    def holds(self, household: Household) -> bool:
        """Whether a household, read with its village, is seen."""
        if any(household.village.code.startswith(prefix) for prefix in self.prefixes):
            return True
        return household.group in self.groups.get(household.village_id, ())


def reach(scope: Scope, verb: Verb = Verb.READ_HOUSEHOLDS, within: str = "") -> Reach:
    """Where the verb is granted, at the most the area `within` (12 digits). A query for areas, one for groups."""
    prefixes = _inside(scope.prefixes(verb), code_prefix(within) if within else "")
    single = [prefix for prefix in prefixes if len(prefix) == CODE_DIGITS]
    towns, villages, old = set(), {}, []
    if prefixes:
        wanted = Q(level="town") | Q(level__in=VILLAGE_LEVELS) & (Q(code__in=single) | Q(old=True))
        below = Area.objects.annotate(old=is_old()).filter(_below(prefixes), wanted).order_by("code")
        for pk, level, code, changed in below.values_list("pk", "level", "code", "old"):
            if level == "town":
                towns.add(_town(code))
            elif code in single:
                villages[pk] = _town(code)
            old += [pk] if changed else []
    groups: dict[int, set[str]] = {}
    for village, code, name, changed in _groups(scope, verb, within):
        if not any(code.startswith(prefix) for prefix in prefixes):
            villages[village] = _town(code)
            groups.setdefault(village, set()).add(name)
            old += [village] if changed and village not in old else []
    named = {village: frozenset(names) for village, names in groups.items()}
    return Reach(prefixes, frozenset(towns), villages, named, tuple(old))


def _inside(prefixes: tuple[str, ...], within: str) -> tuple[str, ...]:
    """The prefixes as far as they lie in an area."""
    return tuple(
        dict.fromkeys(
            max(prefix, within, key=len)
            for prefix in prefixes
            if prefix.startswith(within) or within.startswith(prefix)
        )
    )


def _below(prefixes: tuple[str, ...]) -> Q:
    seen = Q(pk__in=[])
    for prefix in prefixes:
        low, high = code_range(prefix) if prefix else ("", ":")  # a colon comes behind every digit
        seen |= Q(code=prefix) if len(prefix) == CODE_DIGITS else Q(code__gte=low, code__lt=high)
    return seen


def _town(code: str) -> int:
    return int(town_prefix(code))


def _groups(scope: Scope, verb: Verb, within: str) -> list[tuple[int, str, str, bool]]:
    """(village, its code, group, whether the village is old) of groups that are granted."""
    ids = [int(ref) for ref in scope.refs(Kind.GROUP, verb) if ref.isdecimal()]
    if not ids:
        return []
    rows = Group.objects.filter(pk__in=ids, village__code__startswith=code_prefix(within) if within else "")
    return list(
        rows.annotate(old=is_old("village")).values_list("village_id", "village__code", "name", "old")
    )
