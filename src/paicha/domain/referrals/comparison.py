"""A department's list against the register: matched, doubtful, not there; each difference may become a lead.

What holds: a name is looked for in the village that its row names, the group narrows, the phone breaks ties; what
is only nearly the same is for a person to pick, never taken. A lead is raised by a person's act alone, one village
a transaction, once a row. The list is deleted when its days are over.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import QuerySet

from paicha.core.normalise import name_key
from paicha.core.pack import Pack
from paicha.domain import clock
from paicha.domain.accounts.policies import code_prefix
from paicha.domain.areas.models import Area
from paicha.domain.audit.services import Entry, actor_chain, append, digest
from paicha.domain.households.matching import Heads
from paicha.domain.households.models import ForeignNumber, HouseholdEvent, Member
from paicha.domain.referrals.list_file import Listed, ListRead
from paicha.domain.referrals.models import ComparisonList, ComparisonRow
from paicha.domain.referrals.services import ReferralError
from paicha.domain.responses.models import Revision
from paicha.domain.responses.services import raise_lead, village_work
from paicha.domain.rounds.models import RosterEntry, Round, RoundArea
from paicha.domain.rounds.place_names import PlaceNames

SOURCE = "department_list"  # of a lead, by the pack's lead_sources
KEPT_DAYS = 30
_NEAR = 6
_NAMED = 12  # people named in a village's own lead
_CHUNK = 500

MATCHED, DOUBTFUL, UNMATCHED = (s.value for s in ComparisonRow.State)


@dataclass(frozen=True, slots=True)
class Known:
    """A household of the round, as a list's row is compared with it."""

    id: UUID
    village: int
    group: str
    head: str
    phone: str
    form: str
    revision: UUID | None


def find_village(names: PlaceNames, town: str, place: str, within: str = "") -> RoundArea | None:
    """The one village that a row's place names, in the town that it says, if it says one; None: none, or several.

    `within`: what codes of the area begin with that the list is about; villages elsewhere are not meant.
    """
    read = names.read(place)
    towns = {named.code for named in (names.town(town), read.town) if named is not None}
    villages = [
        area for area in read.villages
        if area.code.startswith(within) and all(area.parent_code == code for code in towns)
    ]  # fmt: skip
    return villages[0] if len(villages) == 1 else None


def compare(
    round_: Round, pack: Pack, area: RoundArea, read: ListRead, *, department: str, title: str, expects: str,
    file: str, content: bytes, actor: str,
) -> ComparisonList:  # fmt: skip
    """Compare a list with the register of a town or the county, and keep the result. Raises ReferralError."""
    if department not in pack.department:
        raise ReferralError("Q01")
    if not title.strip():
        raise ReferralError("Q02")
    if expects and expects not in dict(expectable(pack)):
        raise ReferralError("Q03")
    names = PlaceNames(RoundArea.objects.filter(round=round_).order_by("code"))
    places = [find_village(names, row.town, row.place, code_prefix(area.code)) for row in read.rows]
    wanted = {place.area_id for place in places if place is not None}
    register = Register(
        _register_rows(round_, wanted), _heads_before(wanted), _members(wanted),
        _numbers(number for row in read.rows for number in row.numbers),
    )  # fmt: skip
    with transaction.atomic():
        made = ComparisonList.objects.create(
            round=round_, area_id=area.area_id, department=department, title=title.strip()[:60], expects=expects,
            file=file[:200], ignored=read.ignored, uploaded_by=actor, at=clock.now(),
            keep_until=clock.today() + timedelta(days=KEPT_DAYS),
        )  # fmt: skip
        rows = [_row(made, listed, place, register) for listed, place in zip(read.rows, places, strict=True)]
        _judge(made, pack, rows, register.by_id)
        ComparisonRow.objects.bulk_create(rows, batch_size=_CHUNK)
        count(made)
        subject, mark = f"comparison:{made.pk}", digest(content)
        append([Entry(actor_chain(actor), actor, "comparison.make", subject, mark, len(rows))])
    return made


class Register:
    """Households of the villages that a list names, by village and name."""

    def __init__(
        self,
        households: Iterable[Known],
        before: Iterable[tuple[UUID, str]] = (),
        members: Iterable[tuple[UUID, str]] = (),
        numbers: Iterable[tuple[UUID, str]] = (),
    ) -> None:
        self.by_id: dict[UUID, Known] = {}
        former: dict[UUID, list[str]] = defaultdict(list)
        for household, head in before:
            former[household].append(head)
        self._heads: dict[int, Heads[Known]] = defaultdict(Heads)
        for known in households:
            self.by_id[known.id] = known
            self._heads[known.village].add(known, former[known.id])
        self._members: dict[tuple[int, str], list[Known]] = defaultdict(list)
        self._names: dict[UUID, set[str]] = defaultdict(set)  # of a household's people
        for household, name in members:
            if household in self.by_id:
                self._members[self.by_id[household].village, name_key(name)].append(self.by_id[household])
                self._names[household].add(name_key(name))
        self._numbers: dict[str, set[UUID]] = defaultdict(set)
        for household, number in numbers:
            if household in self.by_id:
                self._numbers[number].add(household)

    def match(self, village: int, listed: Listed) -> tuple[str, list[UUID]]:
        """(state, candidates). Another system's number tells the household where the name agrees; then the head that
        the row is, or names; then a member of that name. What only nearly agrees is doubtful."""
        told = {household for number in listed.numbers for household in self._numbers.get(number, ())}
        numbered = {household for household in told if self.by_id[household].village == village}
        if numbered:
            agreeing = [id_ for id_ in numbered if self._bears(self.by_id[id_], listed)]
            if len(numbered) == len(agreeing) == 1:
                return MATCHED, agreeing
            return DOUBTFUL, sorted(agreeing or numbered)[:_NEAR]
        if not listed.is_member or listed.head:
            found = self._by_head(village, listed.head or listed.name, listed)
            if found[0] == MATCHED or listed.head:
                return found
        else:
            found = UNMATCHED, []
        known = self._members.get((village, name_key(listed.name)), [])
        own = [one for one in known if listed.group and one.group == listed.group] or known
        if len(own) == 1 and found[0] == UNMATCHED:
            return MATCHED, [own[0].id]
        return (DOUBTFUL, list({*found[1], *(one.id for one in own)})[:_NEAR]) if own else found

    def _bears(self, known: Known, listed: Listed) -> bool:
        """Whether the row's own name, or the head that it names, is one of the household."""
        names = {name_key(known.head), *self._names.get(known.id, ())}
        return bool(names & {name_key(name) for name in (listed.name, listed.head) if name})

    def _by_head(self, village: int, name: str, listed: Listed) -> tuple[str, list[UUID]]:
        """Exactly one head of the name is matched; several, a head's name before, or nearly the name, are doubtful."""
        heads = self._heads[village]
        same = list(heads.now(name))
        if listed.group:
            exact = [k for k in same if k.group == listed.group]
            same = exact or [k for k in same if not k.group] or same
            if not exact and len(same) == 1 and same[0].group:
                return DOUBTFUL, [same[0].id]  # the name is there, in another group
        if len(same) > 1 and listed.phone:
            same = [k for k in same if k.phone == listed.phone] or same
        if len(same) == 1:
            return MATCHED, [same[0].id]
        if same:
            return DOUBTFUL, [k.id for k in same[:_NEAR]]
        near = heads.before(name) or heads.near(name, "", listed.phone)  # a person picks: any group
        return (DOUBTFUL, [k.id for k in near[:_NEAR]]) if near else (UNMATCHED, [])


def _row(made: ComparisonList, listed: Listed, place: RoundArea | None, register: Register) -> ComparisonRow:
    state, candidates = register.match(place.area_id, listed) if place else (UNMATCHED, [])
    return ComparisonRow(
        comparison=made, cell=listed.cell, name=listed.name, place=(listed.town + listed.place)[:80],
        village_id=place.area_id if place else None, group=listed.group, note=listed.note, state=state,
        household_id=candidates[0] if state == MATCHED else None,
        candidates=[str(id_) for id_ in candidates] if state == DOUBTFUL else [],
    )  # fmt: skip


def _register_rows(round_: Round, villages: Collection[int]) -> list[Known]:
    rows = RosterEntry.objects.filter(round=round_, village_id__in=villages, household__closed_at=None)
    columns = (
        "household_id", "village_id", "household__group", "household__head_name", "household__phone", "form",
        "revision",
    )  # fmt: skip
    return [Known(*row) for row in rows.values_list(*columns)]


def _heads_before(villages: Collection[int]) -> list[tuple[UUID, str]]:
    """Whose head was another before, by the events of some villages. One query."""
    events = HouseholdEvent.objects.filter(household__village__in=villages, kind=HouseholdEvent.Kind.HEAD)
    return list(events.values_list("household_id", "old"))


def _members(villages: Collection[int]) -> list[tuple[UUID, str]]:
    """Who lives in the households of some villages besides their heads. One query."""
    found = Member.objects.filter(household__village__in=villages, left_at=None)
    return list(found.values_list("household_id", "name"))


def _numbers(asked: Iterable[str]) -> list[tuple[UUID, str]]:
    """Households by numbers of other systems, theirs or a person's of them. A query for 500 numbers."""
    found: list[tuple[UUID, str]] = []
    listed = sorted(set(asked))
    for start in range(0, len(listed), _CHUNK):
        rows = ForeignNumber.objects.filter(number__in=listed[start : start + _CHUNK])
        found += rows.values_list("household_id", "number")
    return found


def _judge(made: ComparisonList, pack: Pack, rows: Sequence[ComparisonRow], known: dict[UUID, Known]) -> None:
    """Whether each matched household is watched, and whether its answers hold what the list says."""
    watched = pack.watched.form
    matched = [(row, known[row.household_id]) for row in rows if row.household_id is not None]
    found_in = [household.revision for _, household in matched] if made.expects else []
    answers: dict[UUID, dict[str, Any]] = {}
    listed = sorted({revision for revision in found_in if revision is not None}, key=str)
    for start in range(0, len(listed), _CHUNK):
        found = Revision.objects.filter(pk__in=listed[start : start + _CHUNK]).values_list("pk", "answers")
        answers |= {pk: orjson.loads(text) for pk, text in found}
    question, _, option = made.expects.partition(":")
    for row, household in matched:
        row.monitored = household.form == watched
        if made.expects and household.revision in answers:
            value = answers[household.revision].get(question)
            row.agrees = int(option) in (value if isinstance(value, list) else [value])


def expectable(pack: Pack) -> list[tuple[str, str]]:
    """('question:option', its words) that a list may expect of its households, in the order of the forms."""
    found = []
    for name in pack.answer_questions:
        question = pack.questions[name]
        for option in question.options:
            label = question.short or question.label
            found.append((f"{name}:{option.number}", f"{label}：{option.number} {option.label}"))
    return found


# What a list's page shows, and how many rows each has
SHOWN = {
    "not_monitored": "对上了，没有纳入监测",
    "disagrees": "对上了，表上没有填",
    "same": "对上了，没有出入",
    "doubtful": "拿不准",
    "unmatched": "底册里没有",
}
RAISABLE = ("not_monitored", "disagrees", "unmatched")


def kept_lists(round_: Round, area: int) -> QuerySet[ComparisonList]:
    """The lists of an area whose days are not over, the newest first; the worker deletes the others."""
    rows = ComparisonList.objects.filter(round=round_, area_id=area, keep_until__gte=clock.today())
    return rows.order_by("-pk")


def rows_of(made: ComparisonList, shown: str) -> QuerySet[ComparisonRow]:
    """The rows of a list that one of `SHOWN` stands for."""
    rows = ComparisonRow.objects.filter(comparison=made)
    if shown == "not_monitored":
        rows = rows.filter(state=MATCHED, monitored=False)
    elif shown == "disagrees":
        rows = rows.filter(state=MATCHED, agrees=False)
    elif shown == "same":
        rows = rows.filter(state=MATCHED, monitored=True).exclude(agrees=False)
    else:
        rows = rows.filter(state=shown)
    return rows.select_related("household", "village").order_by("village__code", "pk")


def villages_of(made: ComparisonList, shown: str) -> int:
    """In how many villages the rows lie that are no lead yet."""
    rows = rows_of(made, shown).filter(lead_at=None, village__isnull=False).order_by()
    return rows.values("village").distinct().count()


def begin(made: ComparisonList) -> None:
    """Mark that leads are being made of a list by the worker; `count` takes the mark away."""
    made.counts = {**made.counts, "busy": 1}
    made.save(update_fields=["counts"])


def stop(comparison: int) -> None:
    """Say on a list that making leads of it was cut short; what was made stays. Beginning again takes it away."""
    made = ComparisonList.objects.filter(pk=comparison).first()
    if made is not None and made.counts.get("busy"):
        count(made)
        made.counts["stopped"] = 1
        made.save(update_fields=["counts"])


def count(made: ComparisonList) -> None:
    """Count a list's rows again: by what is shown, and how many of each are no lead yet."""
    by: Counter[str] = Counter()
    for state, monitored, agrees, lead_at in ComparisonRow.objects.filter(comparison=made).values_list(
        "state", "monitored", "agrees", "lead_at"
    ):
        kinds = [state] if state != MATCHED else []
        kinds += ["not_monitored"] if state == MATCHED and monitored is False else []
        kinds += ["disagrees"] if state == MATCHED and agrees is False else []
        kinds += ["same"] if state == MATCHED and monitored and agrees is not False else []
        for kind in kinds:
            by[kind] += 1
            by[f"{kind}_waiting"] += lead_at is None
        by["all"] += 1
    made.counts = dict(by)
    made.save(update_fields=["counts"])


@transaction.atomic
def pick(made: ComparisonList, pack: Pack, row: ComparisonRow, household: str, actor: str) -> None:
    """A person says which candidate a doubtful row is; '' for none of them. Raises ReferralError."""
    fresh = ComparisonRow.objects.select_for_update().filter(comparison=made, pk=row.pk).first()
    if fresh is None or fresh.state != DOUBTFUL:
        raise ReferralError("Q04")
    if household and household not in fresh.candidates:
        raise ReferralError("Q05")
    fresh.state, fresh.candidates = (MATCHED, []) if household else (UNMATCHED, [])
    if household:
        entry = RosterEntry.objects.select_related("household").get(round=made.round, household_id=household)
        home = entry.household
        fresh.household = home
        known = Known(
            home.pk, entry.village_id, home.group, home.head_name, home.phone, entry.form, entry.revision
        )
        _judge(made, pack, [fresh], {home.pk: known})
    fresh.save(update_fields=["state", "candidates", "household", "monitored", "agrees"])
    append([Entry(actor_chain(actor), actor, "comparison.pick", f"comparison_row:{fresh.pk}")])
    count(made)


def raise_leads(
    made: ComparisonList, pack: Pack, shown: str, ids: Collection[int] | None, actor: str
) -> tuple[int, int]:
    """Leads for the ticked rows, or with None for all that `shown` stands for; (rows, of them without a village).

    A household gets one lead with what the list says; who is not in the register is named in one lead of the
    village. Raises ReferralError.
    """
    if shown not in RAISABLE:
        raise ReferralError("Q06")
    rows = rows_of(made, shown).filter(lead_at=None)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    by_village: dict[int | None, list[ComparisonRow]] = defaultdict(list)
    for row in rows:
        home = row.household
        by_village[home.village_id if home is not None else row.village_id].append(row)
    nowhere = len(by_village.pop(None, []))
    says = f"{pack.department[made.department].title}{made.title}上有"
    done = 0
    areas = Area.objects.filter(pk__in=[key for key in by_village if key]).order_by("code")
    for area in areas:
        with village_work(made.round, pack, area, actor) as work:
            listed = by_village[area.pk]
            absent = [row for row in listed if row.household_id is None]
            for row in listed:
                if row.household_id is not None:
                    raise_lead(work, row.household_id, SOURCE, f"{says}（{row.note}）" if row.note else says)
            if absent:
                raise_lead(work, None, SOURCE, _absent(says, absent))
            keys = [row.pk for row in listed]
            ComparisonRow.objects.filter(pk__in=keys).update(lead_at=work.at)
            done += len(keys)
    count(made)
    return done, nowhere


def _absent(says: str, rows: Sequence[ComparisonRow]) -> str:
    named = [f"{row.name}（{row.group}组）" if row.group.isdecimal() else row.name for row in rows[:_NAMED]]
    rest = f"等 {len(rows)} 人" if len(rows) > _NAMED else ""
    return f"{says}，底册里没有：{'、'.join(named)}{rest}"[:280]


@transaction.atomic
def delete(made: ComparisonList, actor: str) -> None:
    """Delete a list and its rows; what became of them (leads) stays."""
    append([Entry(actor_chain(actor), actor, "comparison.delete", f"comparison:{made.pk}")])
    made.delete()


def forget_old() -> int:
    """Delete the lists whose days are over; returns how many."""
    old = list(ComparisonList.objects.filter(keep_until__lt=clock.today()))
    for made in old:
        delete(made, "system")
    return len(old)
