"""Accounts and work for many people at once: a few statements, and an entry of the audit for each of them.

What holds: whoever calls has judged each person and place (`domain.staff.plan`); a first password is random, is
returned once and stored as a hash alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import Argon2PasswordHasher, get_hasher
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from paicha.core.catalogue import sentence
from paicha.domain import clock
from paicha.domain.accounts.models import Assignment, User
from paicha.domain.accounts.policies import Scope
from paicha.domain.accounts.queries import managed_assignments
from paicha.domain.accounts.roles import Kind, Role, Verb
from paicha.domain.accounts.services import AccountError, account_entry, first_password, refuse_own
from paicha.domain.audit.services import append


class _ForFirstPasswords(Argon2PasswordHasher):
    """Argon2 at a cost of milliseconds, so that three hundred accounts hold the database for a second, not minutes.

    A first password is random (81 bits), which no speed of guessing reaches; Django hashes it anew at the full cost
    at the first sign-in, and there it must be changed.
    """

    time_cost, memory_cost, parallelism = 1, 1024, 1  # rounds, KiB, threads


@dataclass(frozen=True, slots=True)
class Work:
    """A role over places until a day, for an account (`username`); `name` for one that is to be made."""

    username: str
    name: str
    role: Role
    places: Sequence[tuple[Kind, str]]
    until: date | None = None


def first_hash(password: str) -> str:
    """A first password as it is stored."""
    usual = get_hasher()
    hasher = _ForFirstPasswords() if isinstance(usual, Argon2PasswordHasher) else usual
    return hasher.encode(password, hasher.salt())


def give_work(by: Scope, made: Sequence[Work], more: Sequence[Work]) -> dict[str, str]:
    """Make the accounts of `made`, then give the work of both; returns the first passwords by account.

    All or nothing. Raises AccountError where an account of that name was made meanwhile, PermissionDenied.
    """
    if not by.allows(Verb.MANAGE_ACCOUNTS):
        raise PermissionDenied(sentence("W14"))
    passwords = {one.username: first_password() for one in made}
    try:
        with transaction.atomic():
            User.objects.bulk_create(
                User(
                    username=one.username, name=one.name, must_change_password=True,
                    password=first_hash(passwords[one.username]),
                )
                for one in made
            )  # fmt: skip
            _assign(by, made, more)
    except IntegrityError as error:
        raise AccountError("W51") from error
    return passwords


def reset_passwords(by: Scope, users: Sequence[User]) -> dict[int, str]:
    """New first passwords by the account's id; all or nothing. Their sessions end.

    Raises AccountError for none, for oneself, and for whoever has work outside the own area; PermissionDenied.
    """
    if not by.allows(Verb.MANAGE_ACCOUNTS):
        raise PermissionDenied(sentence("W14"))
    if not users:
        raise AccountError("W56")
    for user in users:
        refuse_own(by, user)
    every = Assignment.objects.filter(user__in=users)
    elsewhere = set(every.exclude(pk__in=managed_assignments(by).values("pk")).values_list("user", flat=True))
    if elsewhere:
        raise AccountError("W57", names="、".join(str(user) for user in users if user.pk in elsewhere))
    passwords = {user.pk: first_password() for user in users}
    with transaction.atomic():
        for user in users:
            user.password, user.must_change_password = first_hash(passwords[user.pk]), True
        User.objects.bulk_update(users, ["password", "must_change_password"])
        append(account_entry(by, "account.reset_password", user) for user in users)
    return passwords


def _assign(by: Scope, made: Sequence[Work], more: Sequence[Work]) -> None:
    every = [*(("account.create", one) for one in made), *(("account.assign", one) for one in more)]
    users = {user.username: user for user in User.objects.filter(username__in={w.username for _, w in every})}
    today = clock.today()
    Assignment.objects.bulk_create(
        Assignment(user=users[w.username], role=w.role.key, kind=kind, ref=ref, since=today, until=w.until)
        for _, w in every
        for kind, ref in w.places
    )
    append(
        account_entry(
            by, f"{act}:{w.role.key}", users[w.username], ",".join(ref for _, ref in w.places), len(w.places)
        )
        for act, w in every
    )
