"""Petitions 信访舆情: noted when they come, answered within the pack's days (procedure `petition`).

What holds: every function runs inside a village's transaction and is audited on its chain; a reply can be taken
back in one step by who wrote it; a petition may bring a lead or a problem, and neither by itself.
"""

from __future__ import annotations

from datetime import date

from paicha.core.refusal import Refusal, text_field
from paicha.domain.audit.services import Entry, digest, village_chain
from paicha.domain.households.models import Household
from paicha.domain.problems.models import Petition, Problem
from paicha.domain.problems.services import add_problem
from paicha.domain.problems.summary_facts import told_petitions
from paicha.domain.responses.services import VillageWork

SOURCE = "petition"  # of a lead, by the pack's lead_sources
_DAYS = 15  # where the pack sets no limit


class PetitionError(Refusal):
    """Something about a petition that can't be taken as given."""


def note_petition(
    work: VillageWork,
    *,
    received_on: date,
    from_whom: str,
    demand: str,
    household: Household | None = None,
) -> Petition:
    """Note what somebody complained or asked for. Raises PetitionError."""
    who, what = text_field("反映人", from_whom, 60), text_field("诉求", demand, 1000)
    needed = work.pack.schedule.required("petition", "received", {"who": "反映人", "demand": "诉求"})
    if not who and "who" in needed:
        raise PetitionError("Z01")
    if not what and "demand" in needed:
        raise PetitionError("Z02")
    if received_on > work.days.today:
        raise PetitionError("Z03")
    if household is not None and household.village_id != work.village.pk:
        raise PetitionError("Z04")
    limit = work.pack.schedule.due_on("petition", "replied", received_on, _DAYS)
    made = Petition.objects.create(
        round=work.round, village=work.village, household=household, received_on=received_on, from_whom=who,
        demand=what, due_on=limit, noted_by=work.actor, at=work.at,
    )  # fmt: skip
    _note(work, "petition.note", made, what)
    return made


def reply(work: VillageWork, petition: Petition, text: str, replied_on: date) -> Petition:
    """Answer a petition. Raises PetitionError for one that is answered, or a day that can't be."""
    fresh = _lock(work, petition)
    if fresh.replied_on is not None:
        raise PetitionError("Z05")
    clean = text_field("答复", text, 1000, asks="怎么答复、怎么处理的")
    if not fresh.received_on <= replied_on <= work.days.today:
        raise PetitionError("Z06")
    fresh.reply, fresh.replied_on, fresh.replied_by = clean, replied_on, work.actor
    fresh.save(update_fields=["reply", "replied_on", "replied_by"])
    _note(work, "petition.reply", fresh, clean)
    return fresh


def take_reply_back(work: VillageWork, petition: Petition) -> Petition:
    """Undo one's own reply, in one step. Raises PetitionError."""
    fresh = _lock(work, petition)
    if fresh.replied_on is None or fresh.replied_by != work.actor:
        raise PetitionError("G09")
    fresh.reply, fresh.replied_on, fresh.replied_by = "", None, ""
    fresh.save(update_fields=["reply", "replied_on", "replied_by"])
    _note(work, "petition.unreply", fresh, "")
    return fresh


def list_as_problem(work: VillageWork, petition: Petition, source: str, found_by: str) -> Problem:
    """Put a petition on the problem list, by the type that the pack's lead source names. Raises ValueError."""
    fresh = _lock(work, petition)
    known = work.pack.lead_source.get(SOURCE)
    if known is None or known.problem_type is None:
        raise PetitionError("Z08")
    if fresh.problem is not None and fresh.problem.status != Problem.Status.WITHDRAWN:
        raise PetitionError("Z09")
    problem = add_problem(
        work, known.problem_type, fresh.demand, source, household=fresh.household, found_by=found_by
    )
    fresh.problem = problem
    fresh.save(update_fields=["problem"])
    return problem


def _lock(work: VillageWork, petition: Petition) -> Petition:
    rows = Petition.objects.select_for_update().filter(round=work.round, village=work.village)
    fresh = rows.filter(pk=petition.pk).first()
    if fresh is None:
        raise PetitionError("Z10")
    return fresh


def _note(work: VillageWork, action: str, petition: Petition, content: str) -> None:
    mark = digest(content.encode()) if content else ""
    work.note(
        Entry(village_chain(work.village.pk), work.actor, action, f"petition:{petition.pk}", mark),
        recount=False,
    )
    told_petitions(work)
