"""Making accounts and giving out work. Every change leaves an entry in the chain of who made it.

What holds: a first password is made here, shown once and stored as a hash; there are no shared and no default
accounts; what a role needs (a place of the right kind, a last day) is checked before anything is written.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import date

from axes.utils import reset as forget_failures
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from paicha.core.area_codes import CODE_DIGITS, TOWN_DIGITS
from paicha.core.catalogue import sentence
from paicha.core.refusal import Refusal
from paicha.domain import clock
from paicha.domain.accounts.models import Assignment, Notice, User
from paicha.domain.accounts.policies import Scope, code_prefix, may_assign
from paicha.domain.accounts.roles import Kind, Role, Verb, role_named
from paicha.domain.areas.models import Area, Group
from paicha.domain.audit.services import Entry, actor_chain, append

# Without 0 O o 1 l I, which are read out over the telephone. 14 of 56 letters: 81 bits.
_ALPHABET = "23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
_PASSWORD_LENGTH = 14
_USERNAME = re.compile(r"[\w.@+-]{2,60}")


class AccountError(Refusal):
    """An account or assignment that cannot be made."""


def create_user(
    by: Scope,
    username: str,
    role: str,
    areas: Sequence[str],
    *,
    name: str = "",
    kind: Kind | None = None,
    since: date | None = None,
    until: date | None = None,
) -> tuple[User, str]:
    """Make an account with one assignment an area; returns it with its first password, which is shown once.

    `role` is a key or a Chinese title; `areas` are codes (6, 9 or 12 digits), `610881101201/2` for a group, or
    ids where the role is given by zone, case or sample (`kind` says which, where shape and role leave a choice).
    Raises AccountError, UnknownRole, PermissionDenied.
    """
    if not _USERNAME.fullmatch(username):
        raise AccountError("W05", username=username)
    wanted = role_named(role)
    places = _places(by, wanted, areas, kind, since, until)
    password = first_password()
    try:
        with transaction.atomic():
            user = User(username=username, name=name or username, must_change_password=True)
            user.set_password(password)
            user.save()
            _assign(by, user, wanted, places, since, until, "account.create")
    except IntegrityError as error:
        raise AccountError("W06", username=username) from error
    return user, password


def assign(
    by: Scope,
    user: User,
    role: str,
    refs: Sequence[str],
    *,
    kind: Kind | None = None,
    since: date | None = None,
    until: date | None = None,
) -> list[Assignment]:
    """Give a user further work. Arguments and errors as for `create_user`."""
    wanted = role_named(role)
    _require_own(by, user, "给这个账号分工")
    places = _places(by, wanted, refs, kind, since, until)
    with transaction.atomic():
        return _assign(by, user, wanted, places, since, until, "account.assign")


def end_assignment(by: Scope, assignment: Assignment, last_day: date | None = None) -> None:
    """End an assignment after `last_day` (yesterday without one, so that it ends at once).

    Raises AccountError (one's own), PermissionDenied.
    """
    refuse_own(by, assignment.user)
    if not may_assign(by, Kind(assignment.kind), assignment.ref):
        raise PermissionDenied(sentence("W07"))
    day = last_day or date.fromordinal(clock.today().toordinal() - 1)
    with transaction.atomic():
        assignment.since = min(assignment.since, day)
        assignment.until = day
        assignment.save(update_fields=["since", "until"])
        append([account_entry(by, "account.end", assignment.user, str(assignment.pk))])


def hand_over(
    by: Scope, assignment: Assignment, to: User, last_day: date | None = None
) -> tuple[Assignment, int]:
    """Give a role over a place to another person, who begins today; the first one ends after `last_day`.

    Without a last day it ends at once. Unread notices about the place go along; returns the new assignment and how
    many went. An administrator may hand over within the own area; anybody may hand over what is their own, to
    somebody who works in the same town already. Raises AccountError, PermissionDenied.
    """
    kind, today = Kind(assignment.kind), clock.today()
    if assignment.until is not None and assignment.until < today:
        raise AccountError("W08")
    if not to.is_active or to.pk == assignment.user_id:
        raise AccountError("W09")
    if last_day is not None and not today <= last_day <= (assignment.until or last_day):
        raise AccountError("W10")
    refuse_own(by, to)
    if not may_assign(by, kind, assignment.ref) and not _own_to_neighbour(by, assignment, to):
        raise PermissionDenied(sentence("W11"))
    held = to.assignments.filter(
        role=assignment.role, kind=assignment.kind, ref=assignment.ref, since__lte=today
    )
    if held.exclude(until__lt=today).exists():
        raise AccountError("W12", to=to)
    with transaction.atomic():
        made = Assignment.objects.create(
            user=to, role=assignment.role, kind=kind, ref=assignment.ref, since=today, until=assignment.until
        )
        day = last_day or date.fromordinal(today.toordinal() - 1)
        assignment.since, assignment.until = min(assignment.since, day), day
        assignment.save(update_fields=["since", "until"])
        moved = _move_notices(assignment, to)
        append(
            [
                account_entry(
                    by, f"account.hand_over:{assignment.role}", to, f"{assignment.pk} {assignment.ref}"
                )
            ]
        )
    return made, moved


def _own_to_neighbour(by: Scope, assignment: Assignment, to: User) -> bool:
    """Whether it is the asker's own, over an area or village, and `to` works in the same town today."""
    town = assignment.ref[:TOWN_DIGITS]
    if by.actor != str(assignment.user_id) or assignment.kind not in (Kind.AREA, Kind.VILLAGE):
        return False
    today = clock.today()
    rows = to.assignments.filter(kind__in=(Kind.AREA, Kind.VILLAGE), ref__startswith=town, since__lte=today)
    return rows.exclude(until__lt=today).exists()


def _move_notices(assignment: Assignment, to: User) -> int:
    """Unread notices about the place (their address names its code) to the next person; how many."""
    if assignment.kind not in (Kind.AREA, Kind.VILLAGE):
        return 0
    rows = Notice.objects.filter(
        user=assignment.user, read_at=None, address__contains=f"/area/{assignment.ref}"
    )
    known = Notice.objects.filter(user=to, read_at=None).values_list("subject", flat=True)
    return rows.exclude(subject__in=list(known)).update(user=to)


def reset_password(by: Scope, user: User) -> str:
    """A new first password, shown once; sessions of the old one end (their hash no longer matches).

    An account that was locked after wrong passwords is open again.
    """
    _require_own(by, user, "重置这个账号的密码")
    password = first_password()
    with transaction.atomic():
        user.set_password(password)
        user.must_change_password = True
        user.save(update_fields=["password", "must_change_password"])
        forget_failures(username=user.username)
        append([account_entry(by, "account.reset_password", user)])
    return password


def change_password(user: User, password: str) -> None:
    """The user's own new password, already validated by Django's validators."""
    with transaction.atomic():
        user.set_password(password)
        user.must_change_password = False
        user.save(update_fields=["password", "must_change_password"])
        append([Entry(actor_chain(str(user.pk)), str(user.pk), "account.change_password", f"user:{user.pk}")])


def switch_off(by: Scope, user: User) -> None:
    """Close an account: it can no longer sign in, and its scope is empty from the next request on."""
    _require_own(by, user, "停用这个账号")
    with transaction.atomic():
        user.is_active = False
        user.save(update_fields=["is_active"])
        append([account_entry(by, "account.switch_off", user)])


def switch_on(by: Scope, user: User) -> None:
    """Open a closed account again, with its password and work. Raises AccountError, PermissionDenied."""
    _require_own(by, user, "恢复这个账号")
    if user.is_active:
        raise AccountError("W53")
    with transaction.atomic():
        user.is_active = True
        user.save(update_fields=["is_active"])
        append([account_entry(by, "account.switch_on", user)])


def signed_in(user: User) -> None:
    """Record a sign-in. Called by the door after Django's login, so that no signal is needed."""
    with transaction.atomic():
        append([Entry(actor_chain(str(user.pk)), str(user.pk), "account.sign_in", f"user:{user.pk}")])


def keep_tour(user: User, tour: str) -> None:
    """Keep where a person stands in the tour of the first day ('' ends it). Nobody's business: no audit entry."""
    user.tour = tour
    user.save(update_fields=["tour"])


def first_password() -> str:
    """A random password that can be read out: letters and digits that nobody mistakes for each other."""
    while True:
        password = "".join(secrets.choice(_ALPHABET) for _ in range(_PASSWORD_LENGTH))
        if any(c.isdigit() for c in password) and any(c.isalpha() for c in password):
            return password


def refuse_own(by: Scope, user: User) -> None:
    """Nobody changes what they may do themselves, nor takes their own locks off. Raises AccountError.

    A service that ends what it gave out itself (a visit's leader, `on_behalf`) is no person.
    """
    if by.actor == str(user.pk) and not by.everywhere:
        raise AccountError("W47")


def _require_own(by: Scope, user: User, act: str) -> None:
    """For those whose every assignment lies in the own area, and never for oneself. Raises as `refuse_own` does."""
    refuse_own(by, user)
    places = [(Kind(row.kind), row.ref) for row in user.assignments.all()]
    if not by.allows(Verb.MANAGE_ACCOUNTS) or not all(may_assign(by, *place) for place in places):
        raise PermissionDenied(sentence("W13", act=act))


def _places(
    by: Scope, role: Role, refs: Sequence[str], kind: Kind | None, since: date | None, until: date | None
) -> list[tuple[Kind, str]]:
    """Each ref with its kind, checked against the role, the dates and what `by` may give out."""
    if not by.allows(Verb.MANAGE_ACCOUNTS):
        raise PermissionDenied(sentence("W14"))
    if not refs:
        raise AccountError("W15", title=role.title)
    if role.must_end and until is None:
        raise AccountError("W16", title=role.title)
    if until is not None and until < (since or clock.today()):
        raise AccountError("W17")
    places = [_place(role, ref, kind) for ref in refs]
    for place in places:
        if not may_assign(by, *place):
            raise PermissionDenied(sentence("W18", place=place[1]))
    return places


def _place(role: Role, ref: str, kind: Kind | None) -> tuple[Kind, str]:
    """One ref as it was typed, with its kind: a code, `village code/group`, or the id of a row."""
    text = ref.strip()
    chosen = kind or _kind_of(role, text)
    if chosen not in role.kinds:
        raise AccountError("W19", title=role.title, chosen=chosen)
    if not text:
        raise AccountError("W20", title=role.title)
    if chosen is Kind.GROUP:
        return chosen, _group(text)
    if chosen not in (Kind.AREA, Kind.VILLAGE):
        return chosen, text
    prefix = code_prefix(text)
    if chosen is Kind.VILLAGE and len(prefix) != CODE_DIGITS:
        raise AccountError("W21", title=role.title, read=text)
    if not Area.objects.filter(code__startswith=prefix).exists():
        raise AccountError("W22", read=text)
    return chosen, prefix


def _kind_of(role: Role, text: str) -> Kind:
    """The kind that a ref means by its shape, where the role leaves a choice."""
    if Kind.GROUP in role.kinds and "/" in text:
        return Kind.GROUP
    places = [kind for kind in (Kind.VILLAGE, Kind.AREA) if kind in role.kinds]
    if places and len(text) >= 6 and text.isdecimal():
        return places[0] if len(text) == CODE_DIGITS and not text.endswith("000") else places[-1]
    return places[0] if Kind.GROUP in role.kinds else role.kinds[0]


def _group(text: str) -> str:
    """The id of a group that was written as `610881101201/2`, or as its id."""
    village, slash, name = text.partition("/")
    groups = (
        Group.objects.filter(village__code=village, name=name)
        if slash
        else Group.objects.filter(pk=_id(text))
    )
    found = groups.values_list("pk", flat=True).first()
    if found is None:
        raise AccountError("W23", read=text)
    return str(found)


def _id(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < CODE_DIGITS else 0


def _assign(
    by: Scope,
    user: User,
    role: Role,
    places: list[tuple[Kind, str]],
    since: date | None,
    until: date | None,
    action: str,
) -> list[Assignment]:
    made = Assignment.objects.bulk_create(
        Assignment(user=user, role=role.key, kind=kind, ref=ref, since=since or clock.today(), until=until)
        for kind, ref in places
    )
    append(
        [account_entry(by, f"{action}:{role.key}", user, ",".join(ref for _kind, ref in places), len(places))]
    )
    return made


def account_entry(by: Scope, action: str, user: User, places: str = "", count: int = 1) -> Entry:
    subject = f"user:{user.pk} {places}".strip()
    return Entry(actor_chain(by.actor), by.actor, action, subject[:200], count=count)
