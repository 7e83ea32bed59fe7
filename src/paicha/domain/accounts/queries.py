"""Whose accounts and which work a person manages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from paicha.core.area_codes import TOWN_DIGITS, town_of, whole_code
from paicha.domain import clock
from paicha.domain.accounts.models import Assignment, User
from paicha.domain.accounts.policies import Grant, Scope, code_prefix
from paicha.domain.accounts.roles import ROLES, Kind, Verb
from paicha.domain.areas.models import Area, Group, Zone


def managed_assignments(by: Scope) -> QuerySet[Assignment]:
    """The assignments, past and present, over a place where `by` manages accounts."""
    if by.everywhere:
        return Assignment.objects.all()
    by_code = Assignment.objects.filter(kind__in=[Kind.AREA, Kind.VILLAGE])
    coded = by.narrow(by_code, Verb.MANAGE_ACCOUNTS, village="ref")
    groups = by.narrow(Group.objects.all(), Verb.MANAGE_ACCOUNTS, village="village__code")
    zones = by.narrow(Zone.objects.all(), Verb.MANAGE_ACCOUNTS, village="town__code")
    return Assignment.objects.filter(
        Q(pk__in=coded.values("pk"))
        | Q(kind=Kind.GROUP, ref__in=groups.annotate(text=Cast("pk", CharField())).values("text"))
        | Q(kind=Kind.ZONE, ref__in=zones.annotate(text=Cast("pk", CharField())).values("text"))
    )


def managed_users(by: Scope) -> QuerySet[User]:
    """The accounts that have, or had, work in a place where `by` manages accounts."""
    return User.objects.filter(pk__in=managed_assignments(by).values("user")).order_by("username")


def accounts_below(by: Scope, code: str, role: str = "") -> QuerySet[User]:
    """The accounts that have, or had, work (of that role) at an area's code or below it, where `by` manages them."""
    prefix = code_prefix(code)
    manages = by.everywhere or any(prefix.startswith(own) for own in by.prefixes(Verb.MANAGE_ACCOUNTS))
    if not manages:
        return User.objects.none()
    below = Scope(by.actor, (Grant(Kind.AREA, prefix, frozenset({Verb.MANAGE_ACCOUNTS})),))
    work = managed_assignments(below)
    if role:
        work = work.filter(role=role)
    return User.objects.filter(pk__in=work.values("user")).order_by("name", "username")


def work_in_words(users: Sequence[User], known: Mapping[str, str]) -> dict[int, list[str]]:
    """What each does today, in words: '村干部 高家堡镇桑树渠村'. `known`: names of areas by code."""
    today = clock.today()
    until = Q(until__isnull=True) | Q(until__gte=today)
    rows = list(Assignment.objects.filter(until, user__in=users, since__lte=today).order_by("role", "ref"))
    named = place_names(rows, known)
    found: dict[int, list[str]] = {user.pk: [] for user in users}
    for row in rows:
        title = ROLES[row.role].title if row.role in ROLES else row.role
        found[row.user_id].append(f"{title} {named[row.kind, row.ref]}")
    return found


def place_names(rows: Sequence[Assignment], known: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """The places of assignments in words, by kind and ref. Asks for groups, zones and areas that are not `known`."""
    refs: dict[str, set[str]] = {kind.value: set() for kind in Kind}
    for row in rows:
        refs[row.kind].add(row.ref)
    codes = {whole_code(ref) for kind in (Kind.AREA, Kind.VILLAGE) for ref in refs[kind]}
    missing = {code for area in codes for code in (area, town_of(area))} - known.keys()
    named = dict(known)
    if missing:
        named |= {area.code: area.spoken for area in Area.objects.filter(code__in=missing)}
    found = {(kind.value, ref): ref for kind in Kind for ref in refs[kind]}
    found |= {(Kind.SAMPLE.value, ref): "抽查任务" for ref in refs[Kind.SAMPLE]}
    for kind in (Kind.AREA, Kind.VILLAGE):
        found |= {(kind.value, ref): _area_name(named, whole_code(ref)) for ref in refs[kind]}
    return found | _groups_and_zones(refs)


def _groups_and_zones(refs: Mapping[str, set[str]]) -> dict[tuple[str, str], str]:
    ids = {kind: [int(ref) for ref in refs[kind] if ref.isdecimal()] for kind in (Kind.GROUP, Kind.ZONE)}
    found: dict[tuple[str, str], str] = {}
    if ids[Kind.GROUP]:
        for group in Group.objects.filter(pk__in=ids[Kind.GROUP]).select_related("village__parent"):
            town = group.village.parent.spoken if group.village.parent else ""
            words = f"{group.name}组" if group.name.isdecimal() else group.name
            found[Kind.GROUP.value, str(group.pk)] = f"{town}{group.village.spoken}{words}"
    if ids[Kind.ZONE]:
        for zone in Zone.objects.filter(pk__in=ids[Kind.ZONE]).select_related("town"):
            found[Kind.ZONE.value, str(zone.pk)] = f"{zone.town.spoken}{zone.name}"
    return found


def _area_name(named: Mapping[str, str], code: str) -> str:
    """高家堡镇桑树渠村; the code where no such area is known."""
    town = named.get(town_of(code), "") if town_of(code) != code else ""
    return f"{town}{named[code]}" if code in named else code


def user_of(actor: str) -> User:
    """The user whose id an actor is. Raises User.DoesNotExist."""
    return User.objects.get(pk=int(actor))


def surveyors_of(village: str, groups: Mapping[int, str]) -> dict[str, list[str]]:
    """Names of those who answer for households today: by group ('' for the whole village). One query.

    `village`: its code; `groups`: the village's groups by id.
    """
    today = clock.today()
    roles = [key for key, role in ROLES.items() if Verb.SUBMIT_ANSWERS in role.verbs]
    refs = Q(kind=Kind.VILLAGE, ref=village) | Q(kind=Kind.GROUP, ref__in=[str(pk) for pk in groups])
    rows = Assignment.objects.filter(
        refs,
        Q(until__isnull=True) | Q(until__gte=today),
        role__in=roles,
        since__lte=today,
        user__is_active=True,
    ).select_related("user")
    found: dict[str, list[str]] = {}
    for row in rows.order_by("pk"):
        group = groups[int(row.ref)] if row.kind == Kind.GROUP else ""
        names = found.setdefault(group, [])
        if str(row.user) not in names:
            names.append(str(row.user))
    return found


def colleagues(held: Sequence[Assignment]) -> dict[int, list[User]]:
    """Who may take each assignment over: others who work in the same town (or county) today. One query.

    By the assignment's id, in order of name. Who holds the very same assignment already can't take it.
    """
    today, length = clock.today(), TOWN_DIGITS
    towns = Q()
    for row in held:
        towns |= Q(ref__startswith=row.ref[:length])
    if not held:
        return {}
    others = Assignment.objects.filter(
        towns, Q(until__isnull=True) | Q(until__gte=today), kind__in=(Kind.AREA, Kind.VILLAGE), since__lte=today,
        user__is_active=True,
    ).exclude(user__in=[row.user_id for row in held])  # fmt: skip
    listed = list(others.select_related("user").order_by("user__name", "user__username"))
    found: dict[int, list[User]] = {}
    for row in held:
        same = {o.user_id for o in listed if (o.role, o.kind, o.ref) == (row.role, row.kind, row.ref)}
        near = {o.user_id: o.user for o in listed if o.ref.startswith(row.ref[:length])}
        found[row.pk] = [user for pk, user in near.items() if pk not in same]
    return found


def codes_with_accounts(prefix: str) -> set[str]:
    """The villages (12 digits) below a prefix for which somebody has work today, of the whole village or a group."""
    today = clock.today()
    in_force = Assignment.objects.filter(since__lte=today).exclude(until__lt=today)
    whole = in_force.filter(kind=Kind.VILLAGE, ref__startswith=prefix).values_list("ref", flat=True)
    numbers = in_force.filter(kind=Kind.GROUP).values("ref")
    groups = Group.objects.annotate(text=Cast("pk", CharField())).filter(text__in=numbers)
    of_groups = groups.filter(village__code__startswith=prefix).values_list("village__code", flat=True)
    return set(whole.union(of_groups))
