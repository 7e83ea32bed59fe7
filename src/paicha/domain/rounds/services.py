"""Opening a round: areas and roster are frozen, one entry per household, form by class.

What holds: an entry leaves the roster, changes its place or its form with a register event alone (`domain/life`), or
with the upload that made its household; `add_entries` marks those found afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from paicha.core.pack import Pack
from paicha.core.refusal import Refusal
from paicha.domain import bulk, clock
from paicha.domain.areas.models import Area
from paicha.domain.audit.services import Entry, actor_chain, append
from paicha.domain.households.models import Household
from paicha.domain.rounds.models import PackContent, RosterEntry, Round, RoundArea
from paicha.domain.rounds.queries import stages


@transaction.atomic
def freeze_roster(content: PackContent, pack: Pack, opens_on: date, actor: str) -> Round:
    """A new round with the pack's areas and every open household of them, as they are now."""
    round_ = Round.objects.create(pack=content, opens_on=opens_on, opened_at=clock.now(), opened_by=actor)
    codes = {area.code for area in pack.areas}
    areas = Area.objects.filter(code__in=codes).select_related("parent")
    rows = [
        (round_.pk, area.pk, area.code, area.parent.code if area.parent else "", area.level, area.name)
        for area in areas.order_by("code")
    ]
    bulk.insert(RoundArea, ("round", "area", "code", "parent_code", "level", "name"), rows)
    form_of = {entry.name: entry.form for entry in pack.classes}
    known = Household.objects.filter(village__code__in=codes, closed_at__isnull=True)
    entries = [
        (round_.pk, id_, village, form_of[class_], group, False, 0)
        for id_, village, class_, group in known.order_by("number").values_list(
            "id", "village_id", "household_class", "group"
        )
        if class_ in form_of
    ]
    bulk.insert(RosterEntry, _COLUMNS, entries)
    return round_


_COLUMNS = ("round", "household", "village", "form", "group", "added", "revision_number")


@dataclass(slots=True)
class NewEntry:
    """A household found after the opening, with its first answers."""

    household: UUID
    form: str
    group: str
    outcome: int | None
    revision: UUID | None
    number: int


def add_entries(round_: Round, village: Area, entries: Sequence[NewEntry]) -> None:
    """Add households found after the opening, marked."""
    bulk.insert(
        RosterEntry,
        ("round", "household", "village", "form", "group", "added", "outcome", "revision", "revision_number"),
        [
            (round_.pk, e.household, village.pk, e.form, e.group, True, e.outcome, e.revision, e.number)
            for e in entries
        ],
    )


def add_due(round_: Round, village: Area, entries: Sequence[NewEntry]) -> None:
    """Add households that a roster names and nobody has met yet; they are due."""
    bulk.insert(
        RosterEntry,
        _COLUMNS,
        [(round_.pk, e.household, village.pk, e.form, e.group, False, 0) for e in entries],
    )


def remove_entries(entries: Collection[int]) -> None:
    """Take households out of the roster that an upload brought and that is taken back; by the entries' ids."""
    RosterEntry.objects.filter(pk__in=entries).delete()


def entry_state(entry: RosterEntry) -> dict[str, Any]:
    """A household's place in the round as data, for `restore_entry`."""
    return {
        "pk": entry.pk, "form": entry.form, "group": entry.group, "added": entry.added, "outcome": entry.outcome,
        "revision": str(entry.revision) if entry.revision else None, "number": entry.revision_number,
        "facts": entry.facts, "reopened": entry.reopened,
    }  # fmt: skip


def entry_from(round_: Round, village: Area, household: UUID, state: Mapping[str, Any]) -> RosterEntry:
    """The place that `entry_state` tells of, not in the roster."""
    revision = UUID(state["revision"]) if state["revision"] else None
    return RosterEntry(
        pk=state["pk"], round=round_, village=village, household_id=household, form=state["form"],
        group=state["group"], added=state["added"], outcome=state["outcome"], revision=revision,
        revision_number=state["number"], facts=state["facts"], reopened=state["reopened"],
    )  # fmt: skip


def restore_entry(round_: Round, village: Area, household: UUID, state: Mapping[str, Any]) -> RosterEntry:
    """Put a household back to its place in the roster, where it stood."""
    entry = entry_from(round_, village, household, state)
    entry.save(force_insert=True)
    return entry


def move_entry(entry: RosterEntry, village: Area, group: str) -> None:
    """A household goes to another village or group within the round; it is open there like any other."""
    if entry.village_id != village.pk:
        entry.reopened = False
    entry.village, entry.group = village, group
    entry.save(update_fields=["village", "group", "reopened"])


def record_outcomes(rows: Sequence[tuple[int | None, UUID | None, int, int]]) -> None:
    """How visits ended: (outcome, revision in force or None, the last number, roster entry)."""
    bulk.update(RosterEntry, ("outcome", "revision", "revision_number"), list(rows))


class ScheduleError(Refusal):
    """A change of the calendar that can't be taken as given."""


@transaction.atomic
def extend_stage(
    round_: Round, pack: Pack, stage_id: str, area_prefix: str, deadline: date, reason: str, actor: str
) -> Round:
    """Move a stage's deadline to a later day, for the whole round ('') or an area, with a reason.

    An extension is added, never taken back: the latest of those that cover a place holds. Raises ScheduleError.
    """
    fresh = Round.objects.select_for_update().get(pk=round_.pk)
    stage = next((s for s in stages(fresh, pack, code=area_prefix) if s.id == stage_id), None)
    if stage is None:
        raise ScheduleError("T04")
    if not reason.strip():
        raise ScheduleError("T05")
    if deadline <= stage.deadline:
        raise ScheduleError("T06", title=stage.title, deadline=f"{stage.deadline:%Y-%m-%d}")
    listed = stages(fresh, pack, code=area_prefix)
    later = next((s for s in listed[listed.index(stage) + 1 :] if s.deadline < deadline), None)
    if later is not None:
        raise ScheduleError(
            "T07", later=later.title, deadline=f"{later.deadline:%Y-%m-%d}", title=stage.title
        )
    fresh.extensions = [
        *fresh.extensions,
        {
            "stage": stage_id, "area": area_prefix, "deadline": deadline.isoformat(), "reason": reason.strip()[:200],
            "by": actor, "at": clock.now().isoformat(),
        },
    ]  # fmt: skip
    fresh.save(update_fields=["extensions"])
    subject = f"round:{fresh.pk} {stage_id} {area_prefix} {deadline}"
    append([Entry(actor_chain(actor), actor, "round.extend", subject)])
    return fresh
