"""Acts over many villages, done by the worker: leads of a whole list, referrals of a whole rule.

What holds: one village is one transaction, so that a stop between two loses nothing and a second run ends as one;
the scope is read again when the work begins; what stops for good says so where its person looks. A few villages are
done at once, in the request.
"""

from __future__ import annotations

from django.urls import reverse
from django_tasks import task

from paicha.core.catalogue import sentence
from paicha.delivery.desk.shell.places import place_of
from paicha.domain.accounts import notices
from paicha.domain.accounts.policies import scope
from paicha.domain.accounts.queries import user_of
from paicha.domain.accounts.roles import Verb
from paicha.domain.referrals import comparison as comparing
from paicha.domain.referrals import services
from paicha.domain.referrals.models import ComparisonList
from paicha.domain.responses.queries import findings, summaries
from paicha.domain.rounds.packs import pack_of

FEW_VILLAGES = 30  # done within a request


@task()
def raise_leads(comparison: int, shown: str, actor: str) -> None:
    """Every row of what is shown of a list becomes a lead."""
    made = ComparisonList.objects.select_related("round", "area").filter(pk=comparison).first()
    if made is None or not scope(user_of(actor)).covers(Verb.REFER, made.area.code):
        comparing.stop(comparison)
        return
    try:
        comparing.raise_leads(made, pack_of(made.round), shown, None, actor)
    except Exception:  # the list is free again, whatever stopped the work
        comparing.stop(made.pk)
        raise


@task()
def send_all(code: str, rule: str, department: str, question: str, actor: str) -> None:
    """Every household with an open lead of a rule is referred to a department."""
    place = place_of(scope(user_of(actor)), code, Verb.REFER)
    rows = [s for s in summaries(place.scope, place.round, place.prefix) if s.leads.get(rule)]
    for summary in rows:
        found = findings(place.round, [summary.village_id], ["lead"], rule=rule)
        services.send_found(place.round, place.pack, found, department, question, actor)


def sending_stopped(code: str, rule: str, department: str, _question: str, actor: str) -> None:
    """Tell whoever asked that not all of it was referred."""
    user = user_of(actor)
    place = place_of(scope(user), code, Verb.REFER)
    title = place.pack.department[department].title if department in place.pack.department else department
    notices.tell(
        [user], sentence("J06", department=title), address=reverse("desk:sent_referrals", args=[code]),
        subject=f"referring:{code}:{rule}:{department}", by="system",
    )  # fmt: skip
