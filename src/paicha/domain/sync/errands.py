"""What a phone takes along besides a village's roster: the visits that its person leads, and the drawn households that
its person re-interviews.

What holds: a phone gets the own errands alone, while they are to be done; of a drawn household nothing that the
village wrote, so that the re-interview stays blind; a phone number only where its person may see it whole; each
errand that is sent is an entry in the audit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any
from uuid import UUID

import orjson
from django.db.models import QuerySet

from paicha.core.pack import Pack, ProfileForm
from paicha.domain.accounts.models import Assignment
from paicha.domain.accounts.roles import Kind, Verb
from paicha.domain.areas.models import Area
from paicha.domain.audit.services import read_logged
from paicha.domain.reports.documents import village_forms
from paicha.domain.rounds.models import RosterEntry, Round
from paicha.domain.rounds.packs import pack_of
from paicha.domain.rounds.queries import current_round
from paicha.domain.sync.devices import Sender
from paicha.domain.verification.interviews import interview_questions, title_of
from paicha.domain.verification.models import SampleHousehold, Visit

MOST = 400  # errands of one person at a time


def visits_of(sender: Sender, round_: Round) -> QuerySet[Visit]:
    """Visits that the sender leads and has still to make, where the village may be read; the nearest day first."""
    rows = Visit.objects.filter(round=round_, leader=sender.user, state=Visit.State.PLANNED)
    seen = sender.scope.narrow(rows, Verb.READ_HOUSEHOLDS, village="village__code")
    return seen.select_related("village__parent").order_by("planned_on", "pk")


def interviews_of(sender: Sender, round_: Round) -> QuerySet[SampleHousehold]:
    """Drawn households that are the sender's own and not re-interviewed yet, as one walks."""
    rows = SampleHousehold.objects.filter(sample__round=round_, checker=sender.user, interview__isnull=True)
    mine = sender.scope.narrow(rows, Verb.REINTERVIEW, sample="sample")
    return mine.select_related("household", "village__parent").order_by(
        "village__code", "household__group", "position"
    )


def errands(sender: Sender, have: Mapping[str, str] | None) -> dict[str, Any]:
    """Errands that the device lacks or has otherwise, the ids that are gone, and what is asked in them.

    `have`: digest by id, None for nothing yet. Logged as read, an entry an errand.
    """
    round_ = current_round()
    gone, rows = set(have or ()), []
    pack = pack_of(round_) if round_ else None
    if round_ and pack:
        for row, subject, households in _rows(sender, round_, pack):
            mark = blake2b(orjson.dumps(row, default=str), digest_size=6).hexdigest()
            gone.discard(row["id"])
            if have is None or have.get(row["id"]) != mark:
                rows.append(row | {"digest": mark})
                read_logged(sender.scope.actor, "field", subject, households)
    return {
        "rows": rows, "gone": sorted(gone),
        "visit_form": _form(pack, pack.verification) if pack and pack.verification else None,
        "asked": {
            form: [q.name for q in interview_questions(pack, form)] for form in pack.household_forms
        } if pack else {},
        "titles": _titles(pack) if pack else {},
    }  # fmt: skip


def _titles(pack: Pack) -> dict[str, str]:
    """What a re-interview calls its questions."""
    return {q.name: title_of(q) for form in pack.household_forms for q in interview_questions(pack, form)}


def _rows(sender: Sender, round_: Round, pack: Pack) -> Iterator[tuple[dict[str, Any], str, int]]:
    """(errand, its subject in the audit, households on it)."""
    for visit in visits_of(sender, round_)[:MOST]:
        row = _visit(sender, round_, pack, visit)
        yield row, f"visit:{visit.pk}", len(row["households"])
    listed = list(interviews_of(sender, round_)[:MOST])
    forms = _forms(round_, [one.household_id for one in listed])
    until = _until(sender)
    for one in listed:
        if one.household_id in forms:
            row = _interview(one, forms[one.household_id], until.get(str(one.sample_id), ""))
            yield row, f"sampled:{one.pk}", 1


def _visit(sender: Sender, round_: Round, pack: Pack, visit: Visit) -> dict[str, Any]:
    whole = sender.scope.covers(Verb.UNMASK_PHONES, visit.village.code)
    form = pack.verification
    known = village_forms(round_, pack, visit.village_id).get(form.name, {}) if form else {}
    return _place("visit", visit.pk, visit.village) | {
        "due": visit.planned_on, "title": visit.get_kind_display(), "team": visit.team,
        "leader": sender.user.name or sender.user.username, "reasons": list(visit.reasons),
        "form": {name: known[name] for name in form.questions if name in known} if form else {},
        "households": [
            {
                "row": row.pk, "head": row.household.head_name, "group": row.household.group,
                "phone": row.household.phone if whole else "", "reason": row.reason, "found": row.found,
                "note": row.note,
            }
            for row in visit.households.select_related("household").order_by("pk")
        ],
    }  # fmt: skip


def _interview(one: SampleHousehold, form: str, until: str) -> dict[str, Any]:
    """A drawn household: who it is and where, and the form whose questions are asked; nothing that was answered."""
    home = one.household
    return _place("interview", one.pk, one.village) | {
        "due": until, "head": home.head_name, "group": home.group, "number": home.number, "household_form": form,
    }  # fmt: skip


def _place(kind: str, subject: int, village: Area) -> dict[str, Any]:
    town = village.parent.spoken if village.parent else ""
    return {
        "id": f"{kind}-{subject}", "kind": kind, "subject": subject, "village": village.code,
        "place": village.spoken, "town": town,
    }  # fmt: skip


def _forms(round_: Round, households: list[UUID]) -> dict[UUID, str]:
    rows = RosterEntry.objects.filter(round=round_, household__in=households)
    return dict(rows.values_list("household", "form"))


def _until(sender: Sender) -> dict[str, str]:
    """By the id of a sample: the last day of the sender's work on it."""
    rows = Assignment.objects.filter(user=sender.user, kind=Kind.SAMPLE, until__isnull=False)
    return {
        ref: until.isoformat() for ref, until in rows.order_by("until").values_list("ref", "until") if until
    }


def _form(pack: Pack, form: ProfileForm) -> dict[str, Any]:
    """Form 5 as a phone asks it: the points and texts in the order of the paper, then who signs."""
    cells = [cell.question for row in form.rows for cell in row.cells]
    return {
        "label": form.label, "points": list(form.points),
        "cells": [_question(pack, name) for name in dict.fromkeys(cells)],
        "signers": [_question(pack, one.question) | {"label": one.label} for one in form.signers],
    }  # fmt: skip


def _question(pack: Pack, name: str) -> dict[str, Any]:
    question = pack.questions[name]
    return {
        "name": name, "label": question.label, "type": question.type,
        "options": [{"number": o.number, "label": o.label} for o in question.options],
    }  # fmt: skip
