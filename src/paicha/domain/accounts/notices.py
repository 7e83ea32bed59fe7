"""Notices inside the application: who is told what, once, and where to go.

Why here: every app above addresses people by their assignments, and accounts alone knows those. What holds: a
notice never carries a household's answers; the same thing is not told again while the first is unread.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from paicha.domain import clock
from paicha.domain.accounts.models import Assignment, Notice, User
from paicha.domain.accounts.roles import ROLES, Kind, Verb


def people_with(verb: Verb, code: str, *, exactly: Iterable[str] = ()) -> list[User]:
    """Active users who hold `verb` over an area by code today, the smallest assignment's holders first.

    `exactly`: of these roles alone. A village's cadre comes before the town's clerk who covers it, too.
    """
    today = clock.today()
    roles = [key for key, role in ROLES.items() if verb in role.verbs and (not exactly or key in exactly)]
    prefixes = [code[:n] for n in (2, 4, 6, 9, 12)]
    rows = Assignment.objects.filter(
        Q(until__isnull=True) | Q(until__gte=today),
        role__in=roles, kind__in=(Kind.AREA, Kind.VILLAGE), ref__in=prefixes, since__lte=today,
        user__is_active=True,
    ).select_related("user")  # fmt: skip
    found: dict[int, User] = {}
    for row in sorted(rows, key=lambda row: (-len(row.ref), row.pk)):
        found.setdefault(row.user_id, row.user)
    return list(found.values())


def officers(department: str) -> list[User]:
    """Active users who answer for a department (its id in the pack) today."""
    today = clock.today()
    rows = Assignment.objects.filter(
        Q(until__isnull=True) | Q(until__gte=today), kind=Kind.DEPARTMENT, ref=department, since__lte=today,
        user__is_active=True,
    )  # fmt: skip
    return list(User.objects.filter(pk__in=rows.values("user")).order_by("pk"))


def tell(users: Iterable[User], words: str, *, address: str, subject: str, by: str) -> int:
    """Tell each user once; returns how many were told. `address` is a path of this application."""
    wanted = {user.pk: user for user in users}
    waiting = set(
        Notice.objects.filter(user__in=wanted, subject=subject, read_at=None).values_list(
            "user_id", flat=True
        )
    )
    fresh = [user for pk, user in wanted.items() if pk not in waiting]
    Notice.objects.bulk_create(
        Notice(user=user, words=words[:200], address=address, subject=subject, at=clock.now(), by=by)
        for user in fresh
    )
    return len(fresh)


def working(verb: Verb) -> QuerySet[Assignment]:
    """Work in a village that grants `verb` today, of active users."""
    today = clock.today()
    roles = [key for key, role in ROLES.items() if verb in role.verbs]
    return Assignment.objects.filter(
        Q(until__isnull=True) | Q(until__gte=today),
        role__in=roles, kind=Kind.VILLAGE, since__lte=today, user__is_active=True,
    )  # fmt: skip


def village_people(verb: Verb, codes: Iterable[str]) -> dict[str, list[User]]:
    """Active users who hold `verb` today over just these villages, by the village's code; one query.

    Who answers for the village (may hand it up) comes first.
    """
    rows = working(verb).filter(ref__in=list(codes)).select_related("user")
    found: dict[str, list[User]] = {}
    for row in sorted(rows, key=lambda row: (Verb.HAND_UP not in ROLES[row.role].verbs, row.pk)):
        listed = found.setdefault(row.ref, [])
        if row.user not in listed:
            listed.append(row.user)
    return found


def unread(user: User) -> int:
    """How many notices a user has not opened."""
    return Notice.objects.filter(user=user, read_at=None).count()


def read(user: User, pk: int) -> Notice | None:
    """Open a notice of one's own: marked as read, returned; None where it isn't one's own."""
    notice = Notice.objects.filter(user=user, pk=pk).first()
    if notice is not None and notice.read_at is None:
        notice.read_at = clock.now()
        notice.save(update_fields=["read_at"])
    return notice


def read_all(user: User) -> int:
    """Mark every notice of a user as read; returns how many were not."""
    return Notice.objects.filter(user=user, read_at=None).update(read_at=clock.now())
