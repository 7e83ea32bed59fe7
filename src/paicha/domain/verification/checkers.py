"""The city's checkers 抽查组员: who may go to which drawn households, until when.

What holds: a checker's work is a dated assignment over one sample and ends by itself; whoever may read or write the
villages' answers can't be one, since a re-interview must not know them; an account made here is shown its first
password once. The city's officer draws the sample and names the checkers; accounts are made as the machine's own
act, logged under the officer.
"""

from __future__ import annotations

from collections import Counter
from datetime import date

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

from paicha.domain import clock
from paicha.domain.accounts.models import Assignment, User
from paicha.domain.accounts.policies import Grant, Scope, scope
from paicha.domain.accounts.roles import Kind, Verb
from paicha.domain.accounts.services import assign, create_user, end_assignment
from paicha.domain.audit.services import Entry, actor_chain, append
from paicha.domain.verification.models import Sample, SampleHousehold
from paicha.domain.verification.samples import SampleError

ROLE = "spot_checker"


@transaction.atomic
def add_checker(by: Scope, sample: Sample, username: str, name: str, until: date) -> tuple[User, str]:
    """Let somebody re-interview this sample until a day; returns the user and, for a new account, its password.

    Raises SampleError: a day that has passed, a name that can't be one, somebody who takes part in the survey.
    """
    machine = Scope(by.actor, (Grant(Kind.AREA, "", frozenset({Verb.MANAGE_ACCOUNTS})),))
    if until < clock.today():
        raise SampleError("Y20")
    user = User.objects.filter(username=username.strip()).first()
    if user is None:
        if not name.strip():
            raise SampleError("Y21")
        return create_user(
            machine,
            username.strip(),
            ROLE,
            [str(sample.pk)],
            name=name.strip(),
            kind=Kind.SAMPLE,
            until=until,
        )
    if not user.is_active:
        raise SampleError("Y22", username=username)
    known = scope(user)
    if known.allows(Verb.READ_HOUSEHOLDS) or known.allows(Verb.SUBMIT_ANSWERS):
        raise SampleError("Y23", user=user)
    for row in in_force(sample).filter(user=user):
        end_assignment(machine, row)
    assign(machine, user, ROLE, [str(sample.pk)], kind=Kind.SAMPLE, until=until)
    return user, ""


@transaction.atomic
def end_checker(by: Scope, sample: Sample, user_id: int) -> None:
    """End a checker's work on this sample today; what is not yet visited is nobody's again."""
    machine = Scope(by.actor, (Grant(Kind.AREA, "", frozenset({Verb.MANAGE_ACCOUNTS})),))
    for row in in_force(sample).filter(user_id=user_id):
        end_assignment(machine, row)
    SampleHousehold.objects.filter(sample=sample, checker_id=user_id, interview__isnull=True).update(
        checker=None
    )


def in_force(sample: Sample) -> QuerySet[Assignment]:
    """The assignments over a sample that hold today."""
    return Assignment.objects.filter(
        Q(until__isnull=True) | Q(until__gte=clock.today()),
        kind=Kind.SAMPLE, ref=str(sample.pk), role=ROLE, since__lte=clock.today(), user__is_active=True,
    ).select_related("user").order_by("user__name", "pk")  # fmt: skip


@transaction.atomic
def share_out(sample: Sample, actor: str) -> int:
    """Give what is not yet visited to the checkers, village by village and evenly; returns how many were given.

    Whole villages stay together, in order of code, so that nobody travels twice. Raises SampleError without checkers.
    """
    users = [row.user_id for row in in_force(sample)]
    if not users:
        raise SampleError("Y24")
    rows = list(
        SampleHousehold.objects.select_for_update(of=("self",))
        .filter(sample=sample, interview__isnull=True)
        .order_by("village__code", "position")
    )
    sizes = Counter(row.village_id for row in rows)
    given, chosen, place = 0, 0, None
    for row in rows:
        if row.village_id != place:
            place = row.village_id
            middle = given + sizes[place] / 2
            chosen = min(int(middle * len(users) / len(rows)), len(users) - 1)
            given += sizes[place]
        row.checker_id = users[chosen]
    SampleHousehold.objects.bulk_update(rows, ["checker"], batch_size=500)
    append([Entry(actor_chain(actor), actor, "sample.share_out", f"sample:{sample.pk}", count=len(rows))])
    return len(rows)


def progress(sample: Sample) -> dict[int | None, tuple[int, int, int]]:
    """Checker (None: nobody's) → (households, re-interviewed, of those how many differ)."""
    rows = (
        SampleHousehold.objects.filter(sample=sample)
        .values("checker")
        .annotate(
            n=Count("pk"), done=Count("interview"), differ=Count("pk", filter=Q(interview__differs__gt=0))
        )
        .order_by(F("checker").asc(nulls_last=True))
    )
    return {row["checker"]: (row["n"], row["done"], row["differ"]) for row in rows}
