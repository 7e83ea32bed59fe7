"""Reading the ledger: what was handed up, what came back, what is late, whether it still adds up.

What holds: nothing here reads households; lists of villages cost a query or two however many villages there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

import orjson
from django.db.models import CharField, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Cast

from paicha.core.pack import Pack
from paicha.domain.accounts.models import User
from paicha.domain.accounts.notices import working
from paicha.domain.accounts.policies import code_range
from paicha.domain.accounts.roles import Verb
from paicha.domain.handover.figures import Difference, differences, figures_of, sources_of
from paicha.domain.handover.ledger_text import forms_and_problems, household_line, is_problem, names_form
from paicha.domain.handover.models import (
    Correction,
    Ledger,
    Level,
    Return,
    SignedCopy,
    StatisticsNote,
    Submission,
)
from paicha.domain.households.events import Kind
from paicha.domain.households.models import HouseholdEvent
from paicha.domain.responses.models import HeldRevision, Revision, VillageSummary
from paicha.domain.rounds.models import RosterEntry, Round

_REMEDIES: Any = {"kind__in": (Kind.MOVE, Kind.HEAD), "undone_at": None}
_IN_FORCE = (Submission.State.SUBMITTED, Submission.State.RETURNED)

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class _Here(TypedDict):
        by_name: str | None
        here: bool

    class _Now(TypedDict):
        now: str | None

    Addressed = WithAnnotations[Return, _Here]
    Late = WithAnnotations[HeldRevision, _Now]


def submissions(round_: Round, area: int) -> list[Submission]:
    """Everything an area handed up, newest first, with its returns and corrections left out."""
    return list(Submission.objects.filter(round=round_, area=area).order_by("-number"))


def latest(listed: Sequence[Submission]) -> Submission | None:
    """The hand-up before the level above (`listed` newest first): in force, or returned and not yet up again."""
    return next((one for one in listed if one.state in _IN_FORCE), None)


def returns(round_: Round, area: int) -> list[Addressed]:
    """What came back to an area, open ones first, then newest first. One query.

    `by_name`: who sent it; `here`: whether who it was sent to works in the village today.
    """
    people = User.objects.annotate(text=Cast("pk", CharField())).filter(text=OuterRef("by"))
    rows = Return.objects.filter(round=round_, area=area).annotate(
        by_name=Subquery(people.values("name")[:1]),
        here=Exists(working(Verb.SUBMIT_ANSWERS).filter(user=OuterRef("to"), ref=OuterRef("code"))),
        had_events=_had_events(),
    )
    listed = rows.select_related("to", "submission")
    return sorted(listed, key=lambda r: (not r.is_open, -r.pk))


def open_returns(round_: Round, area: int) -> list[Return]:
    """What came back and is not yet up again, in the order in which it came."""
    rows = Return.objects.filter(round=round_, area=area, done_at=None, taken_back_at=None)
    rows = rows.annotate(had_events=_had_events())
    return list(rows.select_related("to", "submission").order_by("pk"))


@dataclass(frozen=True, slots=True)
class Target:
    """A household or form that came back. `changed`: corrected since."""

    entry: RosterEntry | None
    form: str
    changed: bool


def remedied_by_event(listed: Sequence[Return]) -> dict[int, set[str]]:
    """By return, its households that were moved, or have another head, since it came: no answer need differ then.

    One query; none where the returns were read with `had_events`, and nothing of the kind was in the village.
    """
    ids = {id_ for one in listed if getattr(one, "had_events", True) for id_ in one.households}
    if not ids:
        return {}
    first = min(one.at for one in listed)
    events = HouseholdEvent.objects.filter(household__in=ids, at__gte=first, **_REMEDIES)
    since = [(str(household), at) for household, at in events.values_list("household_id", "at")]
    return {one.pk: {id_ for id_, at in since if id_ in one.households and at >= one.at} for one in listed}


def _had_events() -> Exists:
    """Whether a household of a return's village was moved, or has another head, since it came."""
    here = {"household__village": OuterRef("area"), "at__gte": OuterRef("at")}
    return Exists(HouseholdEvent.objects.filter(**here, **_REMEDIES))


def targets(round_: Round, pack: Pack, area: int, listed: Sequence[Return]) -> dict[int, list[Target]]:
    """The single targets of returns, by return, with whether each was corrected. At most four queries."""
    ids = {id_ for one in listed for id_ in one.households}
    forms = {form for one in listed for form in one.forms}
    rows_of = forms & set(pack.household_forms)
    entries: dict[str, RosterEntry] = {}
    if ids or rows_of:
        rows = RosterEntry.objects.filter(round=round_, village=area)
        rows = rows.filter(Q(household__in=ids) | Q(form__in=rows_of)).select_related("household")
        entries = {str(e.household_id): e for e in rows}
    now = forms_and_problems(round_, pack, area, forms - rows_of) if forms - rows_of else []
    events, made = remedied_by_event(listed), dict[int, list[Target]]()
    for one in listed:
        made[one.pk] = [
            Target(
                entries[id_], entries[id_].form,
                entries[id_].revision_number > number or id_ in events.get(one.pk, ()),
            )
            for id_, number in one.households.items()
            if id_ in entries
        ]  # fmt: skip
        changed = changed_forms(pack, one, now, entries.values()) if one.forms else set()
        made[one.pk] += [Target(None, form, form in changed) for form in one.forms]
    return made


def changed_forms(pack: Pack, one: Return, now: Sequence[str], entries: Iterable[RosterEntry]) -> set[str]:
    """Forms of a return that differ from the hand-up it was made from: a household form by its rows."""
    was = set(one.submission.frozen.split("\n"))
    found = set()
    for form in one.forms:
        if form in pack.household_forms:
            mine = {household_line(e) for e in entries if e.form == form}
        else:
            listed = pack.problem_list is not None and form == pack.problem_list.name
            mine = {line for line in now if names_form(line, form) or (listed and is_problem(line))}
            before = {line for line in was if names_form(line, form) or (listed and is_problem(line))}
            if mine != before:
                found.add(form)
            continue
        if not mine <= was:
            found.add(form)
    return found


def late(round_: Round, village: int) -> list[Late]:
    """What came and waits, in the order in which it came; `now`: the answers in force. One query.

    With what phones sent for a round that is over: it is shown, and can't be taken in any more.
    """
    entry = RosterEntry.objects.filter(household=OuterRef(OuterRef("household")), round=round_)
    revision = Revision.objects.filter(pk=Subquery(entry.values("revision")[:1]))
    rows = HeldRevision.objects.filter(Q(round=round_) | Q(reason="D13"), village=village, taken_at=None)
    rows = rows.annotate(now=Subquery(revision.values("answers")[:1]))
    return list(rows.select_related("household").order_by("pk"))


def corrections(round_: Round, village: int) -> list[Correction]:
    """What the town put right with the village's consent, newest first."""
    rows = Correction.objects.filter(round=round_, village=village).select_related("household")
    return list(rows.order_by("-pk"))


def copies(round_: Round, village: int) -> list[SignedCopy]:
    """Signed copies in force, by form, in the order in which they were attached."""
    rows = SignedCopy.objects.filter(round=round_, village=village, replaced_by=None).select_related("file")
    return list(rows.order_by("form", "pk"))


def note_of(round_: Round, village: int) -> str:
    """What people added to form 4's remark of a village."""
    rows = StatisticsNote.objects.filter(round=round_, village=village).order_by("-pk")
    return rows.values_list("text", flat=True).first() or ""


def form_signers(round_: Round, pack: Pack, village: int) -> dict[str, dict[str, str]]:
    """Who signed forms 3 and 4, by form. One query; form 2's signers stand in the summary row's profile."""
    rows = Revision.objects.filter(round=round_, village=village, household__isnull=True)
    listed = rows.order_by("number").values_list("form", "answers")
    return {
        form: orjson.loads(text) for form, text in listed if pack.profile is None or form != pack.profile.name
    }


# Above villages


def ledger_status(round_: Round, code: str) -> str:
    """Where a town's or the county's ledger is; open before anybody touched it."""
    found = Ledger.objects.filter(round=round_, code=code).values_list("status", flat=True).first()
    return found or Ledger.Status.OPEN.value


def ledgers(round_: Round) -> dict[str, Ledger]:
    """Where the towns' ledgers and the county's are, by code; one query. Untouched ones are left out."""
    return {row.code: row for row in Ledger.objects.filter(round=round_)}


def handed_up(round_: Round, level: Level, prefix: str) -> dict[str, Submission]:
    """The hand-ups in force (or returned) below a code prefix, by code, without their frozen texts. One query."""
    low, high = code_range(prefix)
    rows = Submission.objects.filter(
        round=round_, level=level, code__gte=low, code__lt=high, state__in=_IN_FORCE
    ).defer("frozen").order_by("number")  # fmt: skip
    return {row.code: row for row in rows}


def row_of(submission: Submission, code: str) -> Mapping[str, object]:
    """The figures of one area in a hand-up."""
    return next((row["values"] for row in submission.figures if row["code"] == code), {})


def contradictions(
    pack: Pack, up: Mapping[str, Submission], summaries: Iterable[VillageSummary]
) -> dict[str, list[Difference]]:
    """Villages whose figures are no longer what they handed up (上报后变了), by code. `up`: see `handed_up`.

    A village with something back to correct is not held to its figures.
    """
    found = {}
    for summary in summaries:
        one = up.get(summary.code)
        if one is None or one.state != Submission.State.SUBMITTED:
            continue
        live = figures_of(pack, sources_of(summary))
        if differs := differences(pack, row_of(one, summary.code), live):
            found[summary.code] = differs
    return found
