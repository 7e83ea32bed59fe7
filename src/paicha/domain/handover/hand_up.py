"""A village hands its ledger up, and takes it back.

What holds: handing up signs, counts, freezes, locks and tells the town in one transaction; what is frozen is what
was counted. Whoever handed up may take back in one step until the town has begun, and then everything is as it was
before, what had come back open again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from paicha.core.pack import Pack, ProblemForm, ProfileForm, StatisticsForm
from paicha.core.refusal import text_field
from paicha.domain.accounts.notices import people_with, tell
from paicha.domain.accounts.roles import Verb
from paicha.domain.areas.models import Area
from paicha.domain.audit.services import Entry, digest, village_chain
from paicha.domain.handover.checklist import signers_asked, village_checklist
from paicha.domain.handover.errors import HandoverError
from paicha.domain.handover.ledger_text import Frozen, deviation, freeze, frozen_figures
from paicha.domain.handover.locks import apply_returns, require_town_open
from paicha.domain.handover.models import Level, Return, Submission
from paicha.domain.handover.queries import (
    form_signers,
    latest,
    note_of,
    open_returns,
    remedied_by_event,
    submissions,
)
from paicha.domain.problems.services import record_signers
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.queries import names
from paicha.domain.responses.services import (
    FormAnswers,
    VillageWork,
    record_facts,
    recount,
    submit_village_form,
    village_work,
)
from paicha.domain.rounds.models import RosterEntry, Round

_LONGEST = 300
_NAME = 40
_SAID = 3
OPEN, HANDED_UP = VillageSummary.Status.OPEN.value, VillageSummary.Status.HANDED_UP.value


def submit_village(
    round_: Round, pack: Pack, village: Area, actor: str, signers: Mapping[str, str], reply: str = ""
) -> Submission:
    """Hand a village's ledger up: `signers` {question: name or the pack's 无此岗位}, for every form that asks.

    `reply`: why something that came back goes up unchanged. Raises HandoverError, and then nothing was done: not
    open, something missing that blocks, or the town is up already.
    """
    with village_work(round_, pack, village, actor, through_lock=True) as work:
        back = open_returns(round_, village.pk)
        if work.summary.status == HANDED_UP and not back:
            raise HandoverError("H14")
        require_town_open(round_, village)
        _sign(work, signers)
        recount([work])
        missing = village_checklist(pack, work.summary, form_signers(round_, pack, village.pk))
        if blocking := [line.words for line in missing if line.blocks]:
            more = f"等 {len(blocking)} 项" if len(blocking) > _SAID else ""
            listed = "；".join(blocking[:_SAID])
            raise HandoverError("H15", listed=listed, more=more)
        _require_corrected(work, back, reply)
        before = _before(work, back)
        made = _freeze(work, Submission.Kind.WHOLE, "", before)
        for one in back:
            one.done_at, one.reply = work.at, reply.strip()[:_LONGEST]
            one.save(update_fields=["done_at", "reply"])
        work.summary.handed_up_at = work.at
        apply_returns(work, [])
        record_facts(work, audit_begun=0, returns_open=0)
        _tell_town(work, made, f"{village.spoken}{'改好又' if back else ''}上报了，等镇里审核。")
    return made


def take_hand_up_back(round_: Round, pack: Pack, village: Area, actor: str) -> Submission:
    """Take the hand-up back, by who handed up, until the town has begun; all is as before. Raises HandoverError."""
    with village_work(round_, pack, village, actor) as work:
        last = latest(submissions(round_, village.pk))
        if work.summary.status != HANDED_UP or last is None:
            raise HandoverError("H16")
        if last.state == Submission.State.RETURNED:
            raise HandoverError("H17")
        if last.kind != Submission.Kind.WHOLE:
            raise HandoverError("H18", kind=last.get_kind_display())
        if last.by != actor:
            who = names({last.by}).get(last.by, "管理员")
            raise HandoverError("H19", who=who)
        if work.summary.fact.audit_begun:
            raise HandoverError("H20")
        require_town_open(round_, village)
        last.state, last.closed_at, last.closed_by = Submission.State.TAKEN_BACK, work.at, actor
        last.save(update_fields=["state", "closed_at", "closed_by"])
        _put_back(work, last)
        _note(work, "handover.take_back", last)
    return last


def freeze_again(work: VillageWork, kind: Submission.Kind, reason: str) -> Submission:
    """After a supplement or a correction: what is in force now takes the place of what was handed up before."""
    recount([work])
    return _freeze(work, kind, reason, {})


def _sign(work: VillageWork, signers: Mapping[str, str]) -> None:
    """Write who signed onto every form that asks for it; what is given wins over what was stored."""
    pack = work.pack
    given: dict[str, str] = {}
    for signer in {s.question: s for asked in signers_asked(pack).values() for s in asked}.values():
        if name := text_field(signer.label, signers.get(signer.question, ""), _NAME):
            given[signer.question] = name
    for name, asked in signers_asked(pack).items():
        mine: dict[str, Any] = {s.question: given[s.question] for s in asked if s.question in given}
        form = pack.village_forms[name]
        if not mine:
            continue
        if isinstance(form, ProfileForm):
            if work.summary.profile:  # signed once it says something
                submit_village_form(work, FormAnswers(form, mine, f"desk:{work.actor}"))
        elif isinstance(form, ProblemForm | StatisticsForm):
            record_signers(work, form, mine, f"desk:{work.actor}")


def _require_corrected(work: VillageWork, back: list[Return], reply: str) -> None:
    text_field("说明", reply, _LONGEST)
    untouched = (
        count_unchanged(back, work.pack, freeze(work.round, work.pack, work.village.pk)) if back else 0
    )
    if untouched and not reply.strip():
        raise HandoverError("H21", untouched=untouched)


def count_unchanged(back: Sequence[Return], pack: Pack, now: Frozen) -> int:
    """How many of the targets that came back are as they were handed up; the whole ledger counts as one. One query."""
    n, events = 0, remedied_by_event(back)
    for one in back:
        if one.whole:
            n += one.submission.digest == now.digest
            continue
        differs = deviation(one.submission, now)
        changed = {*differs.forms, *differs.rows_of}
        if differs.problems and pack.problem_list:
            changed.add(pack.problem_list.name)
        touched = {str(id_) for id_ in (*differs.changed, *differs.gone)}  # gone: moved, merged or closed
        touched |= events.get(one.pk, set())
        n += sum(id_ not in touched for id_ in one.households) + len(set(one.forms) - changed)
    return n


def _before(work: VillageWork, back: list[Return]) -> dict[str, Any]:
    summary = work.summary
    return {
        "handed_up_at": summary.handed_up_at.isoformat() if summary.handed_up_at else None,
        "audit_begun": summary.fact.audit_begun,
        "returns": [one.pk for one in back],
    }


def _put_back(work: VillageWork, last: Submission) -> None:
    at = last.before.get("handed_up_at")
    back = list(Return.objects.filter(pk__in=last.before.get("returns", ())).order_by("pk"))
    for one in back:
        one.done_at, one.reply = None, ""
        one.save(update_fields=["done_at", "reply"])
    work.summary.handed_up_at = datetime.fromisoformat(at) if at else None
    apply_returns(work, back, otherwise=OPEN)
    record_facts(work, audit_begun=last.before.get("audit_begun", 0), returns_open=len(back))


def _freeze(work: VillageWork, kind: Submission.Kind, reason: str, before: dict[str, Any]) -> Submission:
    """Write what is in force as the area's next hand-up; the one before is superseded, unless it came back."""
    round_, village = work.round, work.village
    frozen = freeze(round_, work.pack, village.pk)
    earlier = submissions(round_, village.pk)
    Submission.objects.filter(round=round_, area=village, state=Submission.State.SUBMITTED).update(
        state=Submission.State.SUPERSEDED, closed_at=work.at, closed_by=work.actor
    )
    made = Submission.objects.create(
        round=round_, level=Level.VILLAGE, area=village, code=village.code,
        number=earlier[0].number + 1 if earlier else 1, kind=kind, reason=reason, at=work.at, by=work.actor,
        signers=frozen.signers, figures=[{"code": village.code, "values": _figures(work, frozen)}],
        frozen=frozen.text, digest=frozen.digest, before=before,
    )  # fmt: skip
    _note(work, f"handover.{kind}", made)
    return made


def _figures(work: VillageWork, frozen: Frozen) -> dict[str, Any]:
    enrolled = work.summary.fact.enrolled
    return frozen_figures(work.pack, frozen, enrolled, note_of(work.round, work.village.pk))


def _tell_town(work: VillageWork, made: Submission, words: str) -> None:
    code = work.village.code
    people = [user for user in people_with(Verb.VERIFY, code) if str(user.pk) != work.actor]
    tell(people, words, address=f"/area/{code}/handup/", subject=f"submission:{made.pk}", by=work.actor)


def _note(work: VillageWork, action: str, made: Submission) -> None:
    count = RosterEntry.objects.filter(round=work.round, village=work.village).count()
    mark = digest(made.frozen.encode())
    work.note(Entry(village_chain(work.village.pk), work.actor, action, f"submission:{made.pk}", mark, count))
