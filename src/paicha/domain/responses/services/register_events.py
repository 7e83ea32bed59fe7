"""What of a household's answers goes along with a register event: to another village or household, out, and back.

What holds: a revision is never changed, so it stays on the chain of the village where it was given, and the roster
names it wherever the household stands; a household that leaves the roster counts nowhere, and everything that was
open about it is as it was once it comes back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Exists, OuterRef, QuerySet

from paicha.domain.households.events import Destination, Ids, carry, join_ids
from paicha.domain.responses.answers.in_force import answers_of
from paicha.domain.responses.columns import NOTHING
from paicha.domain.responses.findings.rescreen import rescreen
from paicha.domain.responses.models import Conflict, Draft, Finding, HeldRevision, Revision
from paicha.domain.responses.services.drafts import keep_draft
from paicha.domain.responses.services.form_entry import typed_answers
from paicha.domain.responses.services.withdraw import withdraw_all
from paicha.domain.responses.submission.audit_digest import SUBMIT
from paicha.domain.responses.submission.batch import Batch, IncomingRow, Status
from paicha.domain.responses.submission.revisions import NewRevision, append_part
from paicha.domain.responses.submission.submit import submit_responses
from paicha.domain.responses.work import VillageWork, record_facts
from paicha.domain.rounds.models import RosterEntry, RoundArea
from paicha.domain.rounds.services import entry_state, record_outcomes, remove_entries, restore_entry
from paicha.formats.cell_entry import typed_cells


def carry_answers(work: VillageWork, source: UUID, to: Destination, only: Ids | None = None) -> Ids:
    """What waits and what was typed goes along; with a household that only moves, its findings and conflicts, too.

    `work`: of either village. `only`: the rows that went along once, on their way back.
    """
    tables: list[QuerySet[Any]] = [
        HeldRevision.objects.filter(round=work.round, taken_at=None),
        Draft.objects.filter(round=work.round).exclude(_typed_there(to)),
    ]
    if source == to.household:
        tables += [
            Finding.objects.filter(round=work.round),
            Conflict.objects.filter(round=work.round, settled_at=None),
        ]
    wanted = only if only is not None else {}
    rows = join_ids(
        carry(rows, source, to, None if only is None else wanted.get(rows.model._meta.label_lower, []))
        for rows in tables
    )
    if source != to.household:
        typed = Draft.objects.filter(pk__in=rows.get("responses.draft", []))
        typed.update(place=str(to.household), base=0)
    return rows


def _typed_there(to: Destination) -> Exists:
    """The author has a draft of the destination already."""
    same = Draft.objects.filter(round=OuterRef("round"), village=to.village, author=OuterRef("author"))
    same = same.filter(device=OuterRef("device"), place=str(to.household))
    return Exists(same.exclude(pk=OuterRef("pk")))


def leave_roster(work: VillageWork, entry: RosterEntry) -> dict[str, Any]:
    """Take a household out of the round; what `return_to_roster` needs. Its findings lapse, its conflicts rest."""
    findings = Finding.objects.filter(round=work.round, household=entry.household_id)
    stood = findings.exclude(state=Finding.State.LAPSED)
    conflicts = Conflict.objects.filter(round=work.round, household=entry.household_id, settled_at=None)
    above = (work.village, work.village.parent, work.village.parent.parent if work.village.parent else None)
    frozen = dict(
        RoundArea.objects.filter(round=work.round, area__in=[a for a in above if a]).values_list(
            "area_id", "name"
        )
    )
    state = {
        "round": work.round.pk,
        "names": [frozen.get(area.pk) if area else None for area in above],
        "entry": entry_state(entry),
        "findings": {str(pk): kept for pk, kept in stood.values_list("pk", "state")},
        "conflicts": list(conflicts.values_list("pk", flat=True)),
    }
    stood.update(state=Finding.State.LAPSED)
    conflicts.update(settled_at=work.at, settled_by=work.actor)
    remove_entries([entry.pk])
    work.changed = True
    return state


def return_to_roster(work: VillageWork, household: UUID, state: Mapping[str, Any]) -> RosterEntry:
    """Put a household back as `leave_roster` found it, and screen it again."""
    entry = restore_entry(work.round, work.village, household, state["entry"])
    by_state: dict[str, list[int]] = {}
    for pk, kept in state["findings"].items():
        by_state.setdefault(kept, []).append(int(pk))
    rows = Finding.objects.filter(round=work.round, household=household, state=Finding.State.LAPSED)
    for kept, ids in by_state.items():
        rows.filter(pk__in=ids).update(state=kept)
    again = Conflict.objects.filter(pk__in=state["conflicts"], household=household)
    again.update(settled_at=None, settled_by="")
    work.changed = True
    rescreen(work, {household})
    return entry


def answers_in_force(entry: RosterEntry) -> dict[str, Any]:
    """The household's answers in force as they were given; {} for none."""
    return answers_given(entry.revision)


def answers_given(revision: UUID | str | None) -> dict[str, Any]:
    """The answers of a revision by its id; {} for none."""
    if revision is None:
        return {}
    text = Revision.objects.filter(pk=revision).values_list("answers", flat=True).first()
    found: dict[str, Any] = orjson.loads(text) if text else {}
    return found


def shared_answers(work: VillageWork, answers: Mapping[str, Any], form: str) -> dict[str, Any]:
    """Answers to questions that a form has, too, without who and where: these are the register's."""
    asked, roles = work.pack.household_forms[form].questions, work.pack.roles
    own = {roles.head, roles.group}
    return {name: answers[name] for name in asked if name in answers and name not in own}


def open_questions(work: VillageWork, answers: Mapping[str, Any], form: str) -> list[str]:
    """Labels of the questions of a form that these answers leave open, in its order."""
    roles = work.pack.roles
    names = [
        n
        for n in work.pack.household_forms[form].questions
        if n not in answers and n not in (roles.head, roles.group)
    ]
    return [work.pack.questions[n].short or work.pack.questions[n].label for n in names]


def take_answers(
    work: VillageWork,
    entry: RosterEntry,
    answers: Mapping[str, Any],
    source: str,
    address: str,
    *,
    merge: bool,
) -> dict[str, Any]:
    """Answers that an event brings to a household of `work`, by `submit_responses` like any other.

    `merge`: beside what is in force, as from somebody else; else in its place. Where a hard rule refuses them they
    wait as the actor's draft. Returns the status, the numbers of the revisions before and after, and what is open.
    """
    before = entry.revision_number
    row = IncomingRow(
        entry.form, entry.household_id, text=orjson.dumps(dict(answers)).decode(), address=address,
        base=None if merge else before, base_text=NOTHING if merge else None,
    )  # fmt: skip
    receipt = submit_responses(work, Batch.of(work, [row], source=source))[0]
    if receipt.status is Status.REFUSED:
        form = work.pack.household_forms[entry.form]
        typed = typed_cells(work.pack, form, typed_answers(work.pack, row.text or NOTHING))
        keep_draft(
            work,
            str(entry.household_id),
            form=entry.form,
            answers=typed,
            base=before,
            household=entry.household_id,
        )
    after = receipt.revision if receipt.status.goes_in else before
    return {
        "status": receipt.status.value, "before": before, "after": after,
        "open": open_questions(work, answers, entry.form),
    }  # fmt: skip


def held_answers_join(work: VillageWork, rows: Ids, source: UUID) -> None:
    """Held answers that went along from a merged household are compared with what they were made from, as a text."""
    for held in HeldRevision.objects.filter(pk__in=rows.get("responses.heldrevision", []), base_text=None):
        texts = answers_of(work, {(source, held.base)})
        held.base_text, held.base = texts.get((source, held.base), NOTHING), 0
        held.save(update_fields=["base_text", "base"])


def settle_listed(work: VillageWork, household: UUID, address: str) -> None:
    """Conflicts that an event listed are settled with its undoing."""
    rows = Conflict.objects.filter(round=work.round, household=household, address=address, settled_at=None)
    rows.update(settled_at=work.at, settled_by=work.actor)


def put_in_force(
    work: VillageWork,
    entry: RosterEntry,
    answers: Mapping[str, Any],
    outcome: int | None,
    source: str,
    address: str,
) -> None:
    """Answers that were in force once are again, as a new revision whatever the rules say today; {}: due again."""
    if not answers:
        withdraw_all(work, [entry], source, address)
        return
    asked = work.pack.household_forms[entry.form].questions
    text = orjson.dumps({name: answers[name] for name in asked if name in answers}).decode()
    number = entry.revision_number + 1
    (id_,) = append_part(
        work, SUBMIT,
        [NewRevision(entry.household_id, entry.form, number, entry.revision_number, text, source, address=address)],
    )  # fmt: skip
    record_outcomes([(outcome, id_, number, entry.pk)])
    entry.revision, entry.revision_number, entry.outcome = id_, number, outcome
    rescreen(work, {entry.household_id})


def tell_answers(work: VillageWork) -> None:
    """Tell the summary row what waits and what is typed in the village, after rows came or went."""
    authors: dict[str, int] = {}
    for author in Draft.objects.filter(round=work.round, village=work.village).values_list(
        "author", flat=True
    ):
        authors[author] = authors.get(author, 0) + 1
    held = HeldRevision.objects.filter(round=work.round, village=work.village, taken_at=None)
    record_facts(work, drafts=authors, held=held.count())
