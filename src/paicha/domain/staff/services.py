"""Carrying a list of people out, and what is printed for each new account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from paicha.domain.accounts.bulk import Work, give_work
from paicha.domain.accounts.policies import Scope
from paicha.domain.staff.plan import MORE, NEW, Person


@dataclass(frozen=True, slots=True)
class Slip:
    """A first password on its way to its person: `work` is the role and place in words."""

    username: str
    name: str
    work: str
    password: str


@transaction.atomic
def carry_out(by: Scope, people: Sequence[Person]) -> list[Slip]:
    """Make the accounts of a plan and give the work of those that there are; returns a slip a new account.

    Lines that are refused or change nothing are left out. All or nothing. Raises AccountError, PermissionDenied.
    """
    passwords = give_work(
        by, [_work(p) for p in people if p.status == NEW], [_work(p) for p in people if p.status == MORE]
    )
    return [Slip(p.phone, p.name, work_of(p), passwords[p.phone]) for p in people if p.status == NEW]


def work_of(person: Person) -> str:
    """`村干部 高家堡镇桑树渠村`."""
    return f"{person.role.title if person.role else ''} {person.where}".strip()


def _work(person: Person) -> Work:
    assert person.role is not None
    return Work(person.phone, person.name, person.role, person.places, person.until)
