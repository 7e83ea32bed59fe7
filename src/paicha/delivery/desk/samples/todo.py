"""What the city has to do, for the county's first page: villages that are late, cases to decide, the newest sample.

What holds: what villages say comes from their summary rows; the newest sample costs three queries, whatever
its
size, and where the ledgers stand costs one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from paicha.delivery.desk.ledger.todo import above
from paicha.delivery.desk.shell.places import Place
from paicha.delivery.desk.shell.todo import Todo
from paicha.delivery.desk.verification.cause_links import place_link
from paicha.delivery.desk.verification.todo import cases_at_level, open_work
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.summary.tallies import has_rows
from paicha.domain.rounds.queries import current_stage
from paicha.domain.verification.attention import first_stage
from paicha.domain.verification.models import Sample, SampleHousehold, SampleVillage, SpotCheck


def city_todos(place: Place, rows: Sequence[VillageSummary]) -> list[Todo]:
    """The city's lines, the most urgent first; lines with nothing to do are left out."""
    mine = [s for s in rows if has_rows(s)]
    attention = reverse("desk:attention", args=[place.code])
    late = sum(
        s.status == VillageSummary.Status.OPEN and first_stage(place.round, place.pack, s.code).over
        for s in mine
    )
    lines = [
        Todo(late, "个村过期没上报", "镇街催办，或者延期", "看名单", f"{attention}?only=overdue", late=True),
        Todo(
            cases_at_level(place, mine),
            "户纳入、消除等市级审定",
            "",
            "去审定",
            place_link("cases", place.code),
        ),
        *_sample_lines(place, mine),
        *above(place, mine),
        *open_work(place, mine),
    ]
    return [line for line in lines if line.n]


def _sample_lines(place: Place, rows: Sequence[VillageSummary]) -> Iterator[Todo]:
    """The newest sample: who goes where, what is still open; what re-interviews brought up."""
    source = place.pack.lead_source.get("spot_check")
    if source is not None:
        found = sum(s.leads.get(source.id, 0) for s in rows)
        leads = f"{reverse('desk:leads', args=[place.code])}?rule={source.id}"
        yield Todo(found, "户回访和村里填的不一致", "风险方面的，还没人处理", "去看", leads)
    sample = Sample.objects.filter(round=place.round).defer("frame").order_by("-pk").first()
    if sample is None:
        if current_stage(place.round, place.pack, code=place.code).level == "county":
            address = reverse("desk:samples", args=[place.code])
            yield Todo(len(rows), "个村里还没抽查", "零监测户村排在前面", "去抽取", address)
        return
    address = reverse("desk:sample", args=[sample.pk])
    waiting = Q(interview__isnull=True)
    counted = SampleHousehold.objects.filter(sample=sample).aggregate(
        open=Count("pk", filter=waiting), nobody=Count("pk", filter=waiting & Q(checker__isnull=True))
    )
    seen = SpotCheck.objects.filter(round=place.round, area=OuterRef("village"))
    unseen = SampleVillage.objects.filter(~Exists(seen), sample=sample).count()
    yield Todo(
        counted["nobody"],
        "户抽中了，还没分给抽查组员",
        "",
        "去分户",
        reverse("desk:checkers", args=[sample.pk]),
    )
    yield Todo(counted["open"] - counted["nobody"], "户等抽查组员回访", "", "看名单", f"{address}?state=open")
    yield Todo(unseen, "个抽中的村还没填六项", "", "去填", f"{address}#villages")
