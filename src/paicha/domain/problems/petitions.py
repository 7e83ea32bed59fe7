"""Petitions 信访舆情: noted when they come, answered within the pack's days (procedure `petition`).

What holds: every function runs inside a village's transaction and is audited on its chain; a reply can be taken
back in one step by who wrote it; a petition may bring a lead or a problem, and neither by itself.
"""

from __future__ import annotations

from datetime import date, timedelta

from paicha.domain.audit.services import Entry, digest, village_chain
from paicha.domain.households.models import Household
from paicha.domain.problems.models import Petition, Problem
from paicha.domain.problems.services import add_problem
from paicha.domain.problems.told import told_petitions
from paicha.domain.responses.services import VillageWork

SOURCE = "petition"  # of a lead, by the pack's lead_sources
_DAYS = 15  # where the pack sets no limit


class PetitionError(ValueError):
    """Something about a petition that can't be taken as given; the message is one Chinese sentence."""


def note_petition(
    work: VillageWork,
    *,
    received_on: date,
    from_whom: str,
    demand: str,
    household: Household | None = None,
) -> Petition:
    """Note what somebody complained or asked for. Raises PetitionError."""
    who, what = from_whom.strip(), demand.strip()
    if not who:
        raise PetitionError("请写明反映人是谁；没留名字的写“匿名”。")
    if not what:
        raise PetitionError("请写明反映什么、要求什么。")
    for label, text, longest in (("反映人", who, 60), ("诉求", what, 1000)):
        if len(text) > longest:
            raise PetitionError(f"{label}有 {len(text)} 个字，最多 {longest} 字，请写短一些。")
    if received_on > work.days.today:
        raise PetitionError("收到日期在今天以后，请改正。")
    if household is not None and household.village_id != work.village.pk:
        raise PetitionError("这一户不是本村的，请从本村的农户里选。")
    limit = work.pack.schedule.days("petition", "replied", _DAYS)
    made = Petition.objects.create(
        round=work.round, village=work.village, household=household, received_on=received_on, from_whom=who,
        demand=what, due_on=received_on + timedelta(days=limit), noted_by=work.actor, at=work.at,
    )  # fmt: skip
    _note(work, "petition.note", made, what)
    return made


def reply(work: VillageWork, petition: Petition, text: str, replied_on: date) -> Petition:
    """Answer a petition. Raises PetitionError for one that is answered, or a day that can't be."""
    fresh = _locked(work, petition)
    if fresh.replied_on is not None:
        raise PetitionError("这件已经答复过了，请刷新页面。")
    clean = text.strip()
    if not clean:
        raise PetitionError("请写明怎么答复、怎么处理的。")
    if len(clean) > 1000:
        raise PetitionError(f"答复有 {len(clean)} 个字，最多 1000 字，请写短一些。")
    if not fresh.received_on <= replied_on <= work.days.today:
        raise PetitionError("答复日期要在收到以后、今天以前，请改正。")
    fresh.reply, fresh.replied_on, fresh.replied_by = clean, replied_on, work.actor
    fresh.save(update_fields=["reply", "replied_on", "replied_by"])
    _note(work, "petition.reply", fresh, clean)
    return fresh


def take_reply_back(work: VillageWork, petition: Petition) -> Petition:
    """Undo one's own reply, in one step. Raises PetitionError."""
    fresh = _locked(work, petition)
    if fresh.replied_on is None or fresh.replied_by != work.actor:
        raise PetitionError("只有答复的人能撤销自己的答复，请刷新页面。")
    fresh.reply, fresh.replied_on, fresh.replied_by = "", None, ""
    fresh.save(update_fields=["reply", "replied_on", "replied_by"])
    _note(work, "petition.unreply", fresh, "")
    return fresh


def list_as_problem(work: VillageWork, petition: Petition, source: str, found_by: str) -> Problem:
    """Put a petition on the problem list, by the type that the pack's lead source names. Raises ValueError."""
    fresh = _locked(work, petition)
    known = work.pack.lead_source.get(SOURCE)
    if known is None or known.problem_type is None:
        raise PetitionError("本次排查没有定信访舆情属于哪一类问题，请在问题清单里登记。")
    if fresh.problem is not None and fresh.problem.status != Problem.Status.WITHDRAWN:
        raise PetitionError("这件已经列入问题清单，不用再列。")
    problem = add_problem(
        work, known.problem_type, fresh.demand, source, household=fresh.household, found_by=found_by
    )
    fresh.problem = problem
    fresh.save(update_fields=["problem"])
    return problem


def _locked(work: VillageWork, petition: Petition) -> Petition:
    rows = Petition.objects.select_for_update().filter(round=work.round, village=work.village)
    fresh = rows.filter(pk=petition.pk).first()
    if fresh is None:
        raise PetitionError("这件信访不在本村本轮的清单里，请刷新页面。")
    return fresh


def _note(work: VillageWork, action: str, petition: Petition, content: str) -> None:
    mark = digest(content.encode()) if content else ""
    work.note(
        Entry(village_chain(work.village.pk), work.actor, action, f"petition:{petition.pk}", mark),
        recount=False,
    )
    told_petitions(work)
