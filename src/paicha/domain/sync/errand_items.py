"""A visit or a re-interview as a phone brings it → the same services as the desk's forms.

What holds: who leads the visit, or whose household it is, is asked first and in one place; an errand that was taken
from its person meanwhile is held, never dropped; of a visit each field goes by itself: what only the phone changed
is taken, what others changed otherwise stays and is listed; a re-interview is written once; a receipt tells nothing
that the village answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from paicha.core.catalogue import sentence
from paicha.core.pack import Pack
from paicha.domain import clock
from paicha.domain.accounts.models import Assignment
from paicha.domain.accounts.policies import Scope
from paicha.domain.accounts.roles import Kind, Verb
from paicha.domain.areas.models import Area
from paicha.domain.reports.documents import village_forms
from paicha.domain.responses.models import Revision
from paicha.domain.responses.queries import names, source_actor
from paicha.domain.responses.rules.rule_text import answer_in_words
from paicha.domain.responses.services import Status, VillageWork
from paicha.domain.rounds.models import RosterEntry, Round
from paicha.domain.rounds.queries import current_round
from paicha.domain.sync.devices import Sender
from paicha.domain.sync.items import ErrandItem, InterviewItem, ItemError, Look, VisitItem, values_of
from paicha.domain.sync.receipts import ItemReceipt
from paicha.domain.verification.interviews import Statement, interview_questions, record_within
from paicha.domain.verification.models import SampleHousehold, Visit, VisitHousehold
from paicha.domain.verification.visits import Result, finish, look

_REVOKED, _ENDED, _GIVEN_AWAY = "这部手机已停用", "那一轮排查已经结束", "这一户现在不归您回访"


@dataclass(frozen=True, slots=True)
class Errand:
    """An item that has its place. `subject`: what it is about; `why`: why it is held, or ''."""

    item: ErrandItem
    round: Round
    village: Area
    subject: Visit | SampleHousehold
    why: str = ""


def route_errand(sender: Sender, item: ErrandItem, by: Scope | None) -> Errand | None:
    """Where an errand belongs, None where `by`, who brings it as a file, has no business. Raises ItemError."""
    found = _visit(sender, item) if isinstance(item, VisitItem) else _interview(sender, item)
    verb = Verb.VERIFY if isinstance(item, VisitItem) else Verb.DRAW_SAMPLE
    if by is not None and not by.covers(verb, found.village.code):
        return None
    return found


def take_errand(work: VillageWork, errand: Errand, source: str) -> ItemReceipt:
    """Take an errand in. Must run inside the transaction of its village; raises Refusal, and nothing is kept then."""
    if errand.why:
        receipt = ItemReceipt(errand.item.item, Status.HELD)
        who = "镇街" if isinstance(errand.subject, Visit) else "市里"
        receipt.say("D45", "note", sentence("D45", why=errand.why, who=who))
        return receipt
    return take_in(work, errand, source)


def take_in(work: VillageWork, errand: Errand, source: str) -> ItemReceipt:
    """As `take_errand`, also what would be held: a person has looked at it."""
    if isinstance(errand.item, VisitItem):
        assert isinstance(errand.subject, Visit)
        return _take_visit(work, errand.item, errand.subject, source)
    assert isinstance(errand.subject, SampleHousehold)
    return _take_interview(work, errand.item, errand.subject, source)


def _visit(sender: Sender, item: VisitItem) -> Errand:
    visit = Visit.objects.select_related("village", "round__pack").filter(pk=item.visit).first()
    if visit is None:
        raise ItemError("D43")
    if visit.leader_id != sender.user.pk and not sender.scope.covers(Verb.VERIFY, visit.village.code):
        raise ItemError("D44")
    return Errand(item, visit.round, visit.village, visit, _why(sender, visit.round))


def _interview(sender: Sender, item: InterviewItem) -> Errand:
    rows = SampleHousehold.objects.select_related("household", "village", "sample__round__pack")
    sampled = rows.defer("sample__frame").filter(pk=item.sampled).first()
    if sampled is None:
        raise ItemError("D43")
    ref, round_ = str(sampled.sample_id), sampled.sample.round
    now = ref in sender.scope.refs(Kind.SAMPLE, Verb.REINTERVIEW)
    if now and sampled.checker_id in (None, sender.user.pk):
        return Errand(item, round_, sampled.village, sampled, _why(sender, round_))
    once = Assignment.objects.filter(
        user=sender.user, kind=Kind.SAMPLE, ref=ref, role="spot_checker", since__lte=clock.today()
    )
    if not once.exists():
        raise ItemError("D44")
    return Errand(item, round_, sampled.village, sampled, _GIVEN_AWAY)


def _why(sender: Sender, round_: Round) -> str:
    """Why what a sender brings must wait for a person, or ''."""
    if sender.revoked:
        return _REVOKED
    current = current_round()
    return "" if current is not None and current.pk == round_.pk else _ENDED


def _take_interview(
    work: VillageWork, item: InterviewItem, sampled: SampleHousehold, source: str
) -> ItemReceipt:
    entry = RosterEntry.objects.filter(round=work.round, household_id=sampled.household_id).first()
    if entry is None:
        raise ItemError("D43")
    form = work.pack.household_forms[entry.form]
    wanted = {question.name for question in interview_questions(work.pack, entry.form)}
    answers = {name: value for name, value in item.answers.items() if name in wanted}
    statement = Statement(item.outcome, values_of(work.pack, form, answers), item.note, source)
    record_within(work, sampled, statement)
    return ItemReceipt(item.item, Status.STORED)


def _take_visit(work: VillageWork, item: VisitItem, visit: Visit, source: str) -> ItemReceipt:
    visit.refresh_from_db(fields=["state"])
    if visit.state == Visit.State.DROPPED:
        raise ItemError("D46")
    receipt = ItemReceipt(item.item, Status.STORED)
    seen = _merge_looks(work, item.looks, visit, receipt)
    answers = _answers(work, item, receipt)
    differs = bool(receipt.messages)
    if item.completed and (answers or seen or visit.state == Visit.State.PLANNED):
        finish(work, visit, Result(answers, seen, source))
    elif seen:
        look(work, visit, Result({}, seen, source))
    else:
        receipt.status = Status.UNCHANGED
    if differs:
        receipt.status = Status.CONFLICT
    return receipt


def _merge_looks(
    work: VillageWork, looks: list[Look], visit: Visit, receipt: ItemReceipt
) -> dict[UUID, tuple[str, str]]:
    """What is taken of what was seen, by household; what others wrote otherwise meanwhile is said on the receipt."""
    rows = {row.pk: row for row in visit.households.select_related("household")}
    seen: dict[UUID, tuple[str, str]] = {}
    for one in looks:
        row = rows.get(one.row)
        if row is None:
            raise ItemError("D43")
        here, now = (row.found, row.note), (one.found, one.note.strip())
        if now == here:
            continue
        if here == one.was:
            seen[row.household_id] = now
        else:
            who = _author(row.by, row.at)
            said = {
                "label": f"{row.household.head_name}户",
                "here": _look_text(here),
                "phone": _look_text(now),
            }
            receipt.say("D42", "note", sentence("D42", who=who, **said))
    return seen


def _look_text(look_: tuple[str, str]) -> str:
    found, note = look_
    label = dict(VisitHousehold.Found.choices).get(found, found or "没写")
    return f"{label}，{note}" if note else str(label)


def _answers(work: VillageWork, item: VisitItem, receipt: ItemReceipt) -> dict[str, Any]:
    """What is taken of form 5; what others wrote otherwise meanwhile is said on the receipt."""
    form = work.pack.verification
    if form is None or not item.form:
        return {}
    now, was = values_of(work.pack, form, item.form), values_of(work.pack, form, item.was)
    known = village_forms(work.round, work.pack, work.village.pk).get(form.name, {})
    taken: dict[str, Any] = {}
    differ: dict[str, Any] = {}
    for name, value in now.items():
        here = known.get(name)
        if (value in (None, []) and here is None) or value == here:
            continue
        (taken if here == was.get(name) else differ)[name] = value
    if differ:
        _say_differences(work.pack, receipt, known, differ, _form_author(work, form.name))
    return taken


def _say_differences(
    pack: Pack, receipt: ItemReceipt, known: Mapping[str, Any], differ: Mapping[str, Any], who: str
) -> None:
    for name, value in differ.items():
        question = pack.questions[name]
        here, phone = (answer_in_words(question, one) or "没写" for one in (known.get(name), value))
        words = sentence("D42", label=question.label, here=here, phone=phone, who=who)
        receipt.say("D42", "note", words, name)


def _form_author(work: VillageWork, form: str) -> str:
    """Who wrote the form in force, and when."""
    rows = Revision.objects.filter(round=work.round, village=work.village, household__isnull=True, form=form)
    source, at = rows.order_by("-number").values_list("source", "at").first() or ("", None)
    return _author(source_actor(source), at)


def _author(actor: str, at: Any) -> str:
    day = f"{at.astimezone(clock.SHANGHAI):%-m月%-d日}" if at else ""
    return f"{names({actor}).get(actor, '')}{day}" or "别人"
