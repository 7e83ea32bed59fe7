"""A village's summary row says what its rows say, whatever was sent, corrected, disputed and decided."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.lengths import examples
from tests.worlds.village import DESK, EXCEL, FilledVillage

from paicha.domain.audit.queries import verify
from paicha.domain.responses.audit_check import broken_parts
from paicha.domain.responses.models import Conflict, Finding, Revision, VillageSummary
from paicha.domain.responses.services import village_work
from paicha.domain.responses.summary.recount_cache import forget
from paicha.domain.responses.summary.tallies import Selection, tally
from paicha.domain.rounds.models import RosterEntry

FORMS = ("general", "lifted", "monitored")
# What a row may differ in from a clean one: each of them makes some rule fire, and no hard one.
DIFFERS = st.fixed_dictionaries(
    {},
    optional={
        "housing": st.sampled_from([1, 2, 3]),
        "income_band": st.sampled_from([1, 2, 4]),
        "insured": st.booleans(),
        "special": st.sampled_from([[1], [5], None]),
        "income_stable": st.sampled_from([1, 3]),
        "phone": st.sampled_from(["13900000001", "13900000002", None]),
        "remark": st.sampled_from(["瓦房", None]),
        "outcome": st.sampled_from([1, 2, 3, 4, 5, 6, 7, None]),
    },
)
# A delivery: which household of the form, who sends it, what it says. 'due' only puts it on the roster.
DELIVERY = st.tuples(
    st.sampled_from(FORMS), st.integers(0, 4), st.sampled_from([EXCEL, DESK, "due", "decide"]), DIFFERS
)


def deliver(village: FilledVillage, known: dict[tuple[str, int], Any], delivery: tuple[Any, ...]) -> None:
    form, number, source, differs = delivery
    place, head = (form, number), "张李王赵钱"[number] + "某"
    if source == "due":
        if place not in known:
            known[place] = village.register(head, form)
        return
    if source == "decide":
        found = Finding.objects.filter(village=village.area, state="open", severity="lead").order_by("pk")
        if found:
            village.decide(found[number % len(found)], ("confirmed", "dismissed")[number % 2])
        return
    row = dict(differs)
    if row.pop("insured", False):
        row |= {"insured_none": 1, "insured_resident": 3}
    if row.get("outcome") in (4, 5, 6, 7):
        row["remark"] = "不在"
    receipt = village.one(source, form=form, household=known.get(place), head_name=head, **row)
    assert receipt.status != "refused", receipt.said
    known[place] = receipt.household


def check(village: FilledVillage) -> None:
    """The summary against a group-by over the rows themselves."""
    summary, pack = village.summary, village.county.pack
    entries = list(RosterEntry.objects.filter(village=village.area))
    grouped: dict[str, Counter[str]] = {}
    for entry in entries:
        key = "due" if entry.outcome is None else str(entry.outcome)
        grouped.setdefault(entry.form, Counter())[key] += 1
    assert summary.counts == {form: dict(by) for form, by in grouped.items()}
    assert summary.added == sum(entry.added for entry in entries)
    met = {entry.revision for entry in entries if entry.outcome in (1, 2, 3)}
    answers = [village.answers(e.household_id) for e in entries if e.revision in met]
    assert summary.figures["people"] == sum(row["population"] for row in answers)

    findings = list(Finding.objects.filter(village=village.area))
    leads = Counter(f.rule for f in findings if f.severity == "lead" and f.state == "open")
    assert summary.leads == dict(leads)
    assert summary.figures["open_leads"] == leads.total()
    for severity in ("soft", "office"):
        waiting = [f for f in findings if f.severity == severity and f.state == "open"]
        assert summary.figures[severity] == len(waiting)
    decided = [f for f in findings if f.severity == "lead" and f.state in ("confirmed", "dismissed")]
    assert summary.figures["decided"] == len(decided)
    assert (
        summary.figures["conflicts"] == Conflict.objects.filter(village=village.area, settled_at=None).count()
    )

    for form in ("", *FORMS):
        for outcome in ("", "done", "due", "blank", "4"):
            chosen = Selection(form, outcome)
            rows = RosterEntry.objects.filter(village=village.area).filter(chosen.condition(pack))
            assert chosen.count(pack, summary.counts) == rows.count()


def check_afresh(village: FilledVillage) -> None:
    """What a process keeps of answers changes no count: nothing kept, the same summary and findings."""

    def stands() -> tuple[Any, Any]:
        summary = VillageSummary.objects.values().get(village=village.area)
        summary.pop("counted_at")
        return summary, list(Finding.objects.filter(village=village.area).order_by("pk").values())

    before = stands()
    forget()
    with village_work(village.county.round, village.county.pack, village.area, "tester") as work:
        work.changed = True
    assert stands() == before


def check_tally(villages: list[FilledVillage]) -> None:
    """Above a village everything is a sum of its villages."""
    summaries = list(VillageSummary.objects.all())
    total = tally(villages[0].county.pack, summaries)
    entries = RosterEntry.objects.all()
    assert total.households == entries.count()
    assert total.done == entries.filter(outcome__in=(1, 2, 3)).count()
    assert total.due == entries.exclude(outcome__in=(1, 2, 3, 5, 6)).count()
    assert total.by_form == {
        form: (entries.filter(form=form, outcome__in=(1, 2, 3)).count(), entries.filter(form=form).count())
        for form in FORMS
    }
    assert total.leads == Counter(
        Finding.objects.filter(severity="lead", state="open").values_list("rule", flat=True)
    )


@given(here=st.lists(DELIVERY, max_size=10), there=st.lists(DELIVERY, max_size=3))
@settings(
    max_examples=examples(25), deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
def test_a_summary_is_what_its_rows_say(village: FilledVillage, here: list[Any], there: list[Any]) -> None:
    neighbour = FilledVillage(village.county, village.county.villages[1])
    with transaction.atomic():
        for one, deliveries in ((village, here), (neighbour, there)):
            known: dict[tuple[str, int], Any] = {}
            for delivery in deliveries:
                deliver(one, known, delivery)
            one.screen()  # rows put on the roster behind its back are counted, too
            check(one)
            check_afresh(one)
        check_tally([village, neighbour])
        assert verify() == [] and broken_parts() == []
        numbers = Revision.objects.filter(household__isnull=False).values_list("household", "number")
        latest = dict(sorted(numbers, key=str))
        in_force = RosterEntry.objects.exclude(revision=None).values_list("household", "revision_number")
        assert dict(in_force) == latest
        transaction.set_rollback(True)


def test_an_equal_delivery_touches_nothing(village: FilledVillage) -> None:
    household = village.new(civil_aid=[1])
    before = VillageSummary.objects.values().get(village=village.area)
    village.one(household=household, civil_aid=[1])
    assert VillageSummary.objects.values().get(village=village.area) == before
