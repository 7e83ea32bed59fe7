"""Scope: what a person may see and do on a day. The only answer to that question in the whole program.

A scope is a set of grants, one for each assignment in force. Each grant joins verbs to a place, so that a clerk
of one town who cross-checks a village of another can read there but not correct there. What holds: no grant, no
rows; every narrowing names the verb, and a query that names none asks for READ_HOUSEHOLDS.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import TYPE_CHECKING, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet

from paicha.core.area_codes import CODE_DIGITS, COUNTY_DIGITS, TOWN_DIGITS
from paicha.core.catalogue import sentence
from paicha.core.refusal import Refusal
from paicha.domain import clock
from paicha.domain.accounts.roles import ROLES, Kind, Verb
from paicha.domain.areas.models import Group, Zone, ZoneVillage

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from paicha.domain.accounts.models import Assignment, User

M = TypeVar("M", bound=Model)

_PREFIX_LENGTHS = (2, 4, 6, 9, 12)
_CODE = re.compile(r"[0-9]+")


class BadCode(Refusal):
    """An area code that cannot be one."""


def code_prefix(code: str) -> str:
    """An area code as the prefix that all codes below it share: '610881000000' → '610881'.

    Twelve digits as the statistics bureau writes them (province, city, county, town, village) or already a
    prefix of 2, 4, 6, 9 or 12. Raises BadCode.
    """
    text = code.strip()
    if not _CODE.fullmatch(text) or len(text) not in _PREFIX_LENGTHS:
        raise BadCode("W01", code=code)
    if len(text) == CODE_DIGITS:
        for length in (9, 6, 4, 2):
            if text[length:].strip("0"):
                break
            text = text[:length]
    return text


def code_range(prefix: str) -> tuple[str, str]:
    """[low, high) such that a code lies in it exactly when it begins with `prefix`; so an index serves.

    Nothing but digits on either side, so that every collation agrees. No prefix is all nines.
    """
    return prefix, str(int(prefix) + 1).zfill(len(prefix))


@dataclass(frozen=True, slots=True)
class Grant:
    """Verbs over one place. Kind AREA with an empty ref is everywhere."""

    kind: Kind
    ref: str
    verbs: frozenset[Verb]


@dataclass(frozen=True, slots=True)
class Scope:
    """Who asks (`actor`, as the audit chains write it) and what is granted to them."""

    actor: str
    grants: tuple[Grant, ...] = ()

    def allows(self, verb: Verb) -> bool:
        """Whether the verb is granted anywhere at all. For a place, ask `covers`."""
        return any(verb in grant.verbs for grant in self.grants)

    @property
    def everywhere(self) -> bool:
        """Whether this scope is the operator's."""
        return any(grant.kind is Kind.AREA and not grant.ref for grant in self.grants)

    @property
    def mark(self) -> str:
        """Short and the same as long as the same is granted: by it an open page sees that its person's work changed."""
        listed = sorted((g.kind.value, g.ref, sorted(v.value for v in g.verbs)) for g in self.grants)
        return blake2b(repr(listed).encode(), digest_size=6).hexdigest()

    def prefixes(self, verb: Verb = Verb.READ_HOUSEHOLDS) -> tuple[str, ...]:
        """The area code prefixes where the verb is granted, sorted, none inside another; ('',) is everywhere."""
        kept: list[str] = []
        for prefix in sorted(self._refs(verb, Kind.AREA) | self._refs(verb, Kind.VILLAGE)):
            if not kept or not prefix.startswith(kept[-1]):
                kept.append(prefix)
        return tuple(kept)

    def refs(self, kind: Kind, verb: Verb = Verb.READ_HOUSEHOLDS) -> frozenset[str]:
        """The ids of groups, zones, departments or samples where the verb is granted."""
        return frozenset(self._refs(verb, kind))

    def covers(self, verb: Verb, village: str, *, group: object = None, zone: object = None) -> bool:
        """Whether the verb is granted for a village (12 digits), or for the group or zone given with it."""
        if any(village.startswith(prefix) for prefix in self.prefixes(verb)):
            return True
        pairs = ((Kind.GROUP, group), (Kind.ZONE, zone))
        return any(ref is not None and str(ref) in self._refs(verb, kind) for kind, ref in pairs)

    def reach(self, verb: Verb, village: str) -> str:
        """How far the verb reaches around a village (12 digits): 'village' (a group's, too), 'town' or 'county'."""
        lengths = [len(prefix) for prefix in self.prefixes(verb) if village.startswith(prefix)]
        widest = min(lengths, default=CODE_DIGITS)
        return "county" if widest <= COUNTY_DIGITS else "town" if widest <= TOWN_DIGITS else "village"

    def require(self, verb: Verb, village: str, *, group: object = None, zone: object = None) -> None:
        """Raise PermissionDenied unless `covers`."""
        if not self.covers(verb, village, group=group, zone=zone):
            raise PermissionDenied(sentence("W02"))

    def narrow(
        self,
        queryset: QuerySet[M],
        verb: Verb = Verb.READ_HOUSEHOLDS,
        *,
        village: str | None = None,
        group: str | None = None,
        zone: str | None = None,
        department: str | None = None,
        sample: str | None = None,
    ) -> QuerySet[M]:
        """The rows of `queryset` where the verb is granted: the union over the lookups that the caller names.

        `village` is the lookup of a 12-digit code, narrowed by range; the others are lookups of ids. A kind of
        grant whose lookup is not named grants nothing here.
        """
        prefixes = self.prefixes(verb) if village else ()
        if "" in prefixes:
            return queryset
        condition = Q()
        for prefix in prefixes:
            if len(prefix) == CODE_DIGITS:
                condition |= Q(**{f"{village}": prefix})
            else:
                low, high = code_range(prefix)
                condition |= Q(**{f"{village}__gte": low, f"{village}__lt": high})
        by_id = ((Kind.GROUP, group), (Kind.ZONE, zone), (Kind.DEPARTMENT, department), (Kind.SAMPLE, sample))
        for kind, lookup in by_id:
            refs = self._refs(verb, kind) if lookup else ()
            if refs:
                condition |= Q(**{f"{lookup}__in": sorted(refs)})
        return queryset.filter(condition) if condition else queryset.none()

    def filter_villages(
        self, queryset: QuerySet[M], field: str, verb: Verb = Verb.READ_HOUSEHOLDS
    ) -> QuerySet[M]:
        """`narrow` by the 12-digit code in `field` alone."""
        return self.narrow(queryset, verb, village=field)

    def _refs(self, verb: Verb, kind: Kind) -> set[str]:
        return {grant.ref for grant in self.grants if grant.kind is kind and verb in grant.verbs}


def scope(user: User | AnonymousUser, on: date | None = None) -> Scope:
    """What `user` may see and do on a day (today without one). Nobody signed in, or switched off: nothing."""
    if not user.is_authenticated or not user.is_active:
        return Scope(actor="anonymous")
    in_force = _in_force(user, on or clock.today())
    grants = tuple(
        Grant(Kind(row.kind), row.ref, ROLES[row.role].verbs) for row in in_force if row.role in ROLES
    )
    return Scope(actor=str(user.pk), grants=(*grants, *_zone_villages(grants)))


def roles_of(user: User | AnonymousUser, on: date | None = None) -> list[str]:
    """The keys of a person's roles on a day (today without one), each once, the oldest first. For words alone.

    What somebody may do is asked of `scope`.
    """
    if not user.is_authenticated or not user.is_active:
        return []
    keys = _in_force(user, on or clock.today()).values_list("role", flat=True)
    return [key for key in dict.fromkeys(keys) if key in ROLES]


def _in_force(user: User, day: date) -> QuerySet[Assignment]:
    """A person's assignments on a day, in the order in which they were made."""
    return user.assignments.filter(since__lte=day).exclude(until__lt=day).order_by("id")


def _zone_villages(grants: tuple[Grant, ...]) -> list[Grant]:
    """A zone is its villages as they are today: each is granted what the zone is."""
    zones = {grant.ref: grant for grant in grants if grant.kind is Kind.ZONE and grant.ref.isdecimal()}
    if not zones:
        return []
    rows = ZoneVillage.objects.filter(zone__in=[int(ref) for ref in zones])
    listed = rows.order_by("pk").values_list("zone_id", "village__code")
    return [Grant(Kind.VILLAGE, code, zones[str(zone)].verbs) for zone, code in listed]


def operator_scope(system_user: str) -> Scope:
    """The machine's operator: everything, everywhere. For the command line alone; logged by the system's name."""
    return Scope(actor=f"operator:{system_user}", grants=(Grant(Kind.AREA, "", frozenset(Verb)),))


def on_behalf(actor: str) -> Scope:
    """The machine's rights in a person's name: for a service that gives out what it has itself made or planned.

    The service asks first whether the person may do that; the entry in the audit names the person.
    """
    return Scope(actor=actor, grants=(Grant(Kind.AREA, "", frozenset(Verb)),))


def may_assign(by: Scope, kind: Kind, ref: str) -> bool:
    """Whether `by` may give out a place: administrators within their own area, the operator anywhere.

    What has no place of its own (department, sample) is given out by the service that makes it, as the operator.
    """
    if by.everywhere:
        return True
    place: str | None = None
    if kind in (Kind.AREA, Kind.VILLAGE):
        place = ref
    elif kind is Kind.ZONE and ref.isdecimal():
        place = Zone.objects.filter(pk=int(ref)).values_list("town__code", flat=True).first()
    elif kind is Kind.GROUP and ref.isdecimal():
        place = Group.objects.filter(pk=int(ref)).values_list("village__code", flat=True).first()
    return place is not None and any(place.startswith(prefix) for prefix in by.prefixes(Verb.MANAGE_ACCOUNTS))
