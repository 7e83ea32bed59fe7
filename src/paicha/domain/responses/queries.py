"""Reading answers and what follows from them, for pages: rows of a place that a scope has already been asked for.

What holds: a page of a long list is found from the villages' counts, so that only the villages that it shows are
read; a village's own list is read whole (some 350 rows); no query counts households.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Case, CharField, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Concat

from paicha.core.bounds import wholes
from paicha.core.pack import Pack
from paicha.core.pack.naming import strength_rank
from paicha.domain.accounts.models import User
from paicha.domain.accounts.policies import Scope
from paicha.domain.accounts.roles import Verb
from paicha.domain.areas.models import Group
from paicha.domain.households.models import BaseChange, HouseholdEvent
from paicha.domain.responses.models import Conflict, Finding, Revision, VillageSummary
from paicha.domain.responses.summary.tallies import Selection, outcome_key
from paicha.domain.responses.village_facts import VillageFacts
from paicha.domain.rounds.models import PlannedVisit, RosterEntry, Round, RoundArea
from paicha.domain.rounds.services import entry_from

# Summary rows


def summaries(scope: Scope, round_: Round, prefix: str = "") -> list[VillageSummary]:
    """The summary rows of a round below a code prefix, as far as the scope reads statistics; in order of code."""
    rows = VillageSummary.objects.filter(round=round_, code__startswith=prefix)
    return list(scope.filter_villages(rows, "code", Verb.READ_STATISTICS).order_by("code"))


def summary_of(round_: Round, code: str) -> VillageSummary | None:
    """A village's summary row; None where it has none in the round. One query."""
    return VillageSummary.objects.filter(round=round_, code=code).first()


def covering(counts: Sequence[int], start: int, size: int) -> tuple[list[int], int]:
    """Which of the villages hold rows start … start+size, and how many rows to skip in the first of them."""
    chosen: list[int] = []
    skip = passed = 0
    for index, n in enumerate(counts):
        if n and passed + n > start and passed < start + size:
            if not chosen:
                skip = start - passed
            chosen.append(index)
        passed += n
    return chosen, skip


# Households


def group_order(group: str) -> tuple[int, int, str]:
    """Numbered groups by number, then named ones, then households without a group."""
    if group.isdecimal():
        return 0, int(group), ""
    return (1, 0, group) if group else (2, 0, "")


@dataclass(frozen=True, slots=True)
class HouseholdLine:
    """A household of a list."""

    id: UUID
    number: int
    village: str
    village_name: str
    group: str
    head_name: str
    form: str
    outcome: int | None
    population: int | None
    phone: str
    added: bool


_LINE = (
    "household_id", "household__number", "village__code", "village__name", "household__group",
    "household__head_name", "form", "outcome", "household__population", "household__phone", "added",
)  # fmt: skip


def household_lines(
    round_: Round,
    pack: Pack,
    villages: Collection[int],
    chosen: Selection,
    groups: Collection[str] | None = None,
) -> list[HouseholdLine]:
    """Households of some villages, village by village, group by group; `groups` None: every group."""
    rows = RosterEntry.objects.filter(round=round_, village_id__in=villages).filter(chosen.condition(pack))
    if groups is not None:
        rows = rows.filter(household__group__in=groups)
    lines = [HouseholdLine(*row) for row in rows.values_list(*_LINE)]
    return sorted(lines, key=lambda line: (line.village, group_order(line.group), line.number))


def by_group(
    round_: Round, village: int, groups: Collection[str] | None = None
) -> dict[str, dict[str, dict[str, int]]]:
    """{group: {form: {outcome or 'due': households}}} of one village, groups in order."""
    rows = RosterEntry.objects.filter(round=round_, village_id=village)
    if groups is not None:
        rows = rows.filter(household__group__in=groups)
    found: dict[str, dict[str, dict[str, int]]] = {}
    for group, form, outcome in rows.values_list("household__group", "form", "outcome"):
        by = found.setdefault(group, {}).setdefault(form, {})
        key = outcome_key(outcome)
        by[key] = by.get(key, 0) + 1
    return dict(sorted(found.items(), key=lambda item: group_order(item[0])))


# Findings


def answers_in_force(round_: Round) -> Subquery:
    """The answers of a finding's household, as an annotation of findings."""
    entry = RosterEntry.objects.filter(household=OuterRef(OuterRef("household")), round=round_)
    return Subquery(Revision.objects.filter(pk=Subquery(entry.values("revision")[:1])).values("answers")[:1])


def findings(
    round_: Round,
    villages: Collection[int],
    severities: Collection[str],
    *,
    states: Collection[str] = (Finding.State.OPEN.value,),
    rule: str = "",
    kind: str = "",
    groups: Collection[str] | None = None,
) -> list[Finding]:
    """Findings of some villages with their household and its answers (`answers`, a dict); strong ones first.

    The village's own findings come with those of its households, except where `groups` narrows.
    """
    rows = Finding.objects.filter(
        round=round_, village_id__in=villages, severity__in=severities, state__in=states
    ).select_related("household", "village__parent")
    if rule:
        rows = rows.filter(rule=rule)
    if kind:
        rows = rows.filter(kind=kind)
    if groups is not None:
        rows = rows.filter(household__group__in=groups)
    listed = list(rows.annotate(text=answers_in_force(round_)))
    for item in listed:
        item.answers = orjson.loads(item.text) if item.text else {}  # type: ignore[attr-defined]
    return sorted(listed, key=_finding_order)


def _finding_order(item: Finding) -> tuple[object, ...]:
    household = item.household
    return (
        item.village.code,
        household.number if household else 0,
        strength_rank(item.strength),
        item.rule,
    )


def open_leads_of(round_: Round, households: Collection[UUID]) -> dict[UUID, int]:
    """How many open leads some households have."""
    found: dict[UUID, int] = {}
    rows = Finding.objects.filter(round=round_, household_id__in=households, severity="lead", state="open")
    for household in rows.values_list("household_id", flat=True):
        assert household is not None
        found[household] = found.get(household, 0) + 1
    return found


def conflicts(
    round_: Round, villages: Collection[int], groups: Collection[str] | None = None
) -> QuerySet[Conflict]:
    """Conflicts that nobody has settled, oldest first."""
    rows = Conflict.objects.filter(round=round_, village_id__in=villages, settled_at=None)
    if groups is not None:
        rows = rows.filter(household__group__in=groups)
    return rows.select_related("household", "village").order_by("village__code", "at", "pk")


# One household


@dataclass(frozen=True, slots=True)
class Happening:
    """Something in a household's past: an event, a change of base information, an open conflict."""

    what: str
    kind: str
    old: str
    new: str
    reason: str
    actor: str
    at: datetime
    id: int


@dataclass(slots=True)
class Dossier:
    """A household's round: answers of each revision (newest first), findings, happenings."""

    revisions: list[Revision]
    answers: list[dict[str, Any]]
    findings: list[Finding]
    happenings: list[Happening]
    names: dict[str, str] = field(default_factory=dict)


def dossier(entry: RosterEntry) -> Dossier:
    """Everything of one household in its round; four queries."""
    household = entry.household_id
    revisions = list(Revision.objects.filter(household=household, round=entry.round_id).order_by("-number"))
    found = Finding.objects.filter(household=household, round=entry.round_id).exclude(state="lapsed")
    listed = sorted(found, key=lambda f: (f.state != "open", strength_rank(f.strength), f.rule))
    made = Dossier(revisions, [orjson.loads(r.answers) for r in revisions], listed, happenings(household))
    actors = {source_actor(r.source) for r in revisions} | {f.decided_by for f in listed}
    actors |= {h.actor for h in made.happenings}
    made.names = names(actors)
    return made


_WHAT = Case(When(person="", then=F("field")), default=Concat(F("person"), Value("的"), F("field")))


def happenings(household: UUID) -> list[Happening]:
    """Events, changes of base information and open conflicts of a household, newest first; one query."""
    columns = ("what", "which", "was", "now", "why", "who", "when", "row")
    text = CharField()
    events = HouseholdEvent.objects.filter(household=household).annotate(
        what=Value("event", text), which=F("kind"), was=F("old"), now=F("new"), why=F("reason"), who=F("actor"),
        when=F("at"), row=F("pk"),
    )  # fmt: skip
    changes = BaseChange.objects.filter(household=household).annotate(
        what=Value("change", text), which=_WHAT, was=F("old"), now=F("new"),
        why=Cast("entered_on", text), who=F("noted_by"), when=F("noted_on"), row=F("pk"),
    )  # fmt: skip
    open_ones = Conflict.objects.filter(household=household, settled_at=None).annotate(
        what=Value("conflict", text), which=Value("", text), was=Value("", text), now=Value("", text),
        why=Value("", text), who=F("source"), when=F("at"), row=F("pk"),
    )  # fmt: skip
    arms = [arm.order_by().values_list(*columns) for arm in (events, changes, open_ones)]
    rows = arms[0].union(*arms[1:], all=True)
    listed = [Happening(a, b, c or "", d or "", e or "", f, g, h) for a, b, c, d, e, f, g, h in rows]
    return sorted(listed, key=lambda h: h.at, reverse=True)


def source_actor(source: str) -> str:
    """The person of a source ('excel:5' → '5', 'field:5@<device>' → '5')."""
    return source.partition(":")[2].partition("@")[0]


def names(actors: Iterable[str]) -> dict[str, str]:
    """Names of users by the text that stands for them in records."""
    wanted = set(wholes(actors))
    if not wanted:
        return {}
    rows = User.objects.filter(pk__in=wanted).values_list("pk", "name", "username")
    return {str(pk): name or username for pk, name, username in rows}


def left_entry_of(household: UUID) -> RosterEntry | None:
    """Where a closed household stood in the round that it left, as `entry_of` has it. Two queries."""
    group = Group.objects.filter(village=OuterRef("village"), name=OuterRef("household__group"))
    rows = HouseholdEvent.objects.filter(
        household=household, household__closed_at__isnull=False, kind__in=("close", "merge"), undone_at=None
    )
    rows = rows.select_related("household", "village__parent__parent").annotate(
        group_id=Subquery(group.values("pk")[:1])
    )
    event = rows.order_by("-pk").first()
    if event is None or event.village is None or "entry" not in event.state:
        return None
    round_ = Round.objects.get(pk=event.state["round"])
    entry = entry_from(round_, event.village, household, event.state["entry"])
    entry.household = event.household
    entry.names_frozen = tuple(event.state["names"])  # type: ignore[attr-defined]
    entry.group_id = event.group_id  # type: ignore[attr-defined]
    return entry


def entry_of(household: UUID) -> RosterEntry | None:
    """A household's place in the newest round that has it; one query.

    With the names of village, town and county as the round froze them (`names_frozen`, from the village up) and
    the id of the household's group (`group_id`, None where it has none).
    """
    frozen = RoundArea.objects.filter(round=OuterRef("round"))
    group = Group.objects.filter(village=OuterRef("village"), name=OuterRef("household__group"))
    entry = (
        RosterEntry.objects.filter(household=household)
        .select_related("household", "round", "village__parent__parent")
        .annotate(
            name_0=Subquery(frozen.filter(area=OuterRef("village")).values("name")[:1]),
            name_1=Subquery(frozen.filter(area=OuterRef("village__parent")).values("name")[:1]),
            name_2=Subquery(frozen.filter(area=OuterRef("village__parent__parent")).values("name")[:1]),
            group_id=Subquery(group.values("pk")[:1]),
        )
        .order_by("-round__opens_on", "-round_id")
        .first()
    )
    if entry is not None:
        entry.names_frozen = (entry.name_0, entry.name_1, entry.name_2)  # type: ignore[attr-defined]
        if entry.household.village_id == entry.village_id:
            entry.household.village = entry.village  # read once
    return entry


def changes_between(pack: Pack, older: Mapping[str, Any], newer: Mapping[str, Any]) -> list[str]:
    """Questions whose answer differs, in the pack's order."""
    return [name for name in pack.answer_questions if older.get(name) != newer.get(name)]


@dataclass(slots=True)
class Waiting:
    """What else waits in some groups: open conflicts, days of changes not yet entered, and the plan of visits
    as a village's summary row keeps it (`planned`: group → day → visits). `fact`: what its summary row is told."""

    conflicts: int = 0
    fact: VillageFacts = field(default_factory=VillageFacts)
    changes: list[date] = field(default_factory=list)
    planned: dict[str, dict[str, int]] = field(default_factory=dict)


def waiting(round_: Round, village: int, groups: Collection[str]) -> Waiting:
    """What else waits in some groups of a village; one query. Of a whole village the summary row says it."""
    text = CharField()
    rows = Conflict.objects.filter(round=round_, village_id=village, settled_at=None)
    changes = BaseChange.objects.filter(village_id=village, entered_on=None)
    visits = PlannedVisit.objects.filter(round=round_, village_id=village, group__in=groups)
    one = rows.filter(household__group__in=groups).annotate(
        what=Value("conflict", text), which=Value("", text), day=Cast("at", text)
    )
    two = changes.filter(household__group__in=groups).annotate(
        what=Value("change", text), which=Value("", text), day=Cast("noted_on", text)
    )
    three = visits.annotate(what=Value("visit", text), which=F("group"), day=Cast("on", text))
    told = VillageSummary.objects.filter(round=round_, village_id=village).annotate(
        what=Value("facts", text), which=Value("", text), day=Cast("facts", text)
    )
    arms = [arm.order_by().values_list("what", "which", "day") for arm in (one, two, three, told)]
    found = Waiting()
    for what, which, day in arms[0].union(*arms[1:], all=True):
        if what == "visit":
            by = found.planned.setdefault(which, {})
            by[day or ""] = by.get(day or "", 0) + 1
        elif what == "facts":
            found.fact = VillageFacts.of(orjson.loads(day))
        elif what == "change":
            found.changes.append(date.fromisoformat(day[:10]))
        else:
            found.conflicts += 1
    return found


def changes_listed(
    villages: Collection[int], state: str, until: date, groups: Collection[str] | None = None
) -> list[BaseChange]:
    """Changes of base information of some villages: `state` open, late (noted by `until`), entered or all.

    Village by village, those not yet entered first.
    """
    rows = BaseChange.objects.filter(village_id__in=villages).select_related("household", "village__parent")
    if state in ("open", "late"):
        rows = rows.filter(entered_on=None)
    if state == "late":
        rows = rows.filter(noted_on__lte=until)
    if state == "entered":
        rows = rows.exclude(entered_on=None)
    if groups is not None:
        rows = rows.filter(household__group__in=groups)
    return list(rows.order_by("village__code", F("entered_on").desc(nulls_first=True), "noted_on", "pk"))
