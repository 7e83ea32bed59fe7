"""Where a scope lets somebody look, as the table of terms has it: whole towns, single villages, groups of villages.

What holds: this is the only way from a scope to what a search reads and lists; a household is listed where it stands
now, whatever the terms say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Q

from paicha.core.area_codes import CODE_DIGITS, VILLAGE_LEVELS
from paicha.domain.accounts.policies import Scope, code_prefix, code_range
from paicha.domain.accounts.roles import Kind, Verb
from paicha.domain.areas.models import Area, Group
from paicha.domain.households.models import Household


@dataclass(frozen=True, slots=True)
class Reach:
    """`towns`: ids of towns that are seen whole; `villages`: of other towns, each with its town's id.

    `groups`: villages of which these groups alone are seen.
    """

    towns: frozenset[int] = frozenset()
    villages: Mapping[int, int] = field(default_factory=dict)
    groups: Mapping[int, frozenset[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.towns or self.villages)

    @property
    def every_town(self) -> list[int]:
        """The towns that are read, whole or in part."""
        return sorted({*self.towns, *self.villages.values()})

    def condition(self, path: str, group: str = "") -> Q:
        """Of rows with a village at `path` (and the household's group at `group`): those that are seen."""
        whole = [village for village in self.villages if village not in self.groups]
        seen = Q(**{f"{path}__parent__in": self.towns}) | Q(**{f"{path}__in": whole})
        for village, names in self.groups.items():
            part = Q(**{path: village})
            seen |= part & Q(**{f"{group}__in": names}) if group else part
        return seen

    def holds(self, household: Household) -> bool:
        """Whether a household, read with its village, is seen."""
        village, town = household.village_id, household.village.parent_id
        if town in self.towns:
            return True
        groups = self.groups.get(village)
        return village in self.villages and (groups is None or household.group in groups)


def reach(scope: Scope, verb: Verb = Verb.READ_HOUSEHOLDS, within: str = "") -> Reach:
    """Where the verb is granted, at the most the area `within` (12 digits). Two queries, three for groups."""
    if not scope.allows(verb):
        return Reach()
    inside = Q()
    if within:
        low, high = code_range(code_prefix(within))
        inside = Q(code__gte=low, code__lt=high) if len(low) < CODE_DIGITS else Q(code=low)
    towns = scope.narrow(Area.objects.filter(inside, level="town"), verb, village="code")
    whole = frozenset(towns.order_by().values_list("pk", flat=True))
    villages: dict[int, int] = {}
    single = [prefix for prefix in scope.prefixes(verb) if len(prefix) == CODE_DIGITS]
    if single or (within and not whole):
        rows = scope.narrow(Area.objects.filter(inside, level__in=VILLAGE_LEVELS), verb, village="code")
        rows = rows.filter(code__in=single) if not within else rows
        for pk, town in rows.values_list("pk", "parent_id"):
            if town not in whole:
                villages[pk] = town or pk
    return Reach(whole, *_with_groups(scope, verb, inside, whole, villages))


def _with_groups(
    scope: Scope, verb: Verb, inside: Q, whole: frozenset[int], villages: dict[int, int]
) -> tuple[dict[int, int], dict[int, frozenset[str]]]:
    """The villages with those of which some groups are seen, and these groups."""
    ids = [int(ref) for ref in scope.refs(Kind.GROUP, verb) if ref.isdecimal()]
    if not ids:
        return villages, {}
    below = Area.objects.filter(inside)
    rows = Group.objects.filter(pk__in=ids, village__in=below)
    groups: dict[int, set[str]] = {}
    towns = dict(villages)
    for village, town, name in rows.values_list("village_id", "village__parent_id", "name"):
        if town not in whole and village not in villages:
            groups.setdefault(village, set()).add(name)
            towns[village] = town or village
    return towns, {village: frozenset(names) for village, names in groups.items()}
