"""Re-interviews 回访: what a household itself says to the city's checker, compared with what the village wrote.

What holds: the checker's answers stand in a table of their own, are written once, and only then are compared, with
the revision that is in force at that moment; nothing of the village's answers is handed out before (`asked` gives
questions, never answers). Where the two differ on what a lead rests on, the household becomes a lead (spot_check).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import transaction

from paicha.core.pack import Pack, Question
from paicha.core.refusal import text_field
from paicha.domain.audit.services import Entry, digest, village_chain
from paicha.domain.responses.models import Revision
from paicha.domain.responses.queries import source_actor
from paicha.domain.responses.rules.row_tests import entered_hits
from paicha.domain.responses.rules.rule_text import answer_in_words, message_of
from paicha.domain.responses.services import VillageWork, raise_lead, record_facts, village_work
from paicha.domain.rounds.models import RosterEntry, Round
from paicha.domain.verification.models import Interview, SampleHousehold
from paicha.domain.verification.samples import SampleError

_COMPARED = ("choice", "choices", "integer")
_SAID = 280
_NOTE = 300


def interview_questions(pack: Pack, form: str) -> list[Question]:
    """What a re-interview asks: what the form prints as choices and numbers, in the order of the paper."""
    names: list[str] = []
    for column in pack.household_forms[form].columns:
        names += [part.question for part in column.parts]
        names += [column.question] if column.question else []
    return [pack.questions[name] for name in names if pack.questions[name].type in _COMPARED]


def title_of(question: Question) -> str:
    """A question where there is little room; a count by its whole label, for 未参加 alone says nothing."""
    return question.label if question.type == "integer" else question.short or question.label


def risk_questions(pack: Pack, form: str) -> frozenset[str]:
    """Questions that a lead of the form rests on which counts as open (应纳未纳, 体外循环, 须研判)."""
    grave = pack.open_kinds
    return frozenset(
        name
        for rule in pack.rules
        if rule.scope == "household" and form in rule.forms and rule.kind in grave
        for name in rule.expression.names
        if name in pack.questions
    )


def differences(pack: Pack, mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, bool]:
    """Question → whether the two differ; what either side left blank is not compared."""
    found = {}
    for name, value in mine.items():
        other = theirs.get(name)
        if value in (None, []) or other in (None, []):
            continue
        found[name] = set(value) != set(other) if isinstance(value, list) else value != other
    return found


@dataclass(frozen=True, slots=True)
class Statement:
    """What a household said: values of `asked`, empty where nobody was met; the note says then why.

    `source`: door and person where it isn't who records it.
    """

    outcome: int | None
    answers: Mapping[str, Any]
    note: str
    source: str = ""


@transaction.atomic
def record_interview(
    round_: Round, pack: Pack, sampled: SampleHousehold, statement: Statement, *, actor: str
) -> Interview:
    """`record_within` in a transaction of its own. Raises SampleError."""
    with village_work(round_, pack, sampled.village, actor) as work:
        return record_within(work, sampled, statement)


def record_within(work: VillageWork, sampled: SampleHousehold, statement: Statement) -> Interview:
    """Write a re-interview, compare it, raise a lead where it differs on a risk question. Once for each household.

    Must run inside the transaction of the household's village. Raises SampleError before anything is written.
    """
    pack, outcome = work.pack, statement.outcome
    if Interview.objects.filter(sampled=sampled).exists():
        raise SampleError("Y30")
    entry = RosterEntry.objects.filter(round=work.round, household_id=sampled.household_id).first()
    if entry is None:
        raise SampleError("N01", head=sampled.household.head_name)
    mine = _check_answers(pack, entry.form, outcome, statement.answers, statement.note)
    revision = Revision.objects.filter(pk=entry.revision).first() if entry.revision else None
    theirs = orjson.loads(revision.answers) if revision else {}
    compared = differences(pack, mine, theirs)
    if pack.outcome and entry.outcome is not None:
        differs = pack.outcome.met(outcome) != pack.outcome.met(entry.outcome)
        compared = {pack.outcome.question: differs} | compared
    text = orjson.dumps(mine).decode()
    interview = Interview(
        sampled=sampled, outcome=outcome, answers=text, note=statement.note.strip(), compared=compared,
        revision=revision.pk if revision else None, differs=sum(compared.values()),
        by=source_actor(statement.source) or work.actor, at=work.at,
    )  # fmt: skip
    interview.save()
    mark = digest(text.encode())
    chain = village_chain(work.village.pk)
    work.note(Entry(chain, work.actor, "interview.record", f"sampled:{sampled.pk}", mark), recount=False)
    said = _difference_text(pack, entry.form, compared, mine, theirs)
    if said:
        raise_lead(work, sampled.household_id, "spot_check", said)
    tell_interviews(work)
    return interview


def _check_answers(
    pack: Pack, form: str, outcome: int | None, answers: Mapping[str, Any], note: str
) -> dict[str, Any]:
    """The answers in the order of the form, all of them where the household was met, as its own form would take
    them (`entered_hits`)."""
    text_field("说明", note, _NOTE)
    if pack.outcome and outcome not in pack.questions[pack.outcome.question].option_labels:
        raise SampleError("Y31")
    if pack.outcome and not pack.outcome.met(outcome):
        if not note.strip():
            raise SampleError("Y32")
        return {}
    wanted = interview_questions(pack, form)
    missing = [title_of(q) for q in wanted if answers.get(q.name) in (None, [])]
    if missing:
        raise SampleError("Y33", n=len(missing), missing="、".join(missing[:6]))
    mine = {question.name: answers[question.name] for question in wanted}
    row = mine | {"form": form} | ({pack.outcome.question: outcome} if pack.outcome else {})
    wrong = [
        message_of(pack, hit, row) for hit in entered_hits([row], pack, tuple(row)) if hit.severity == "hard"
    ]
    if wrong:
        raise SampleError("G05", said="；".join(wrong) + "。")
    return mine


def _difference_text(
    pack: Pack, form: str, compared: Mapping[str, bool], mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> str:
    """'人均年纯收入 村里填 4 10000元以上，回访是 1 4000元以下'; '' where nothing differs."""
    risk = risk_questions(pack, form)
    parts = []
    for name, differs in compared.items():
        if differs and name in risk:
            question = pack.questions[name]
            was, now = answer_in_words(question, theirs.get(name)), answer_in_words(question, mine.get(name))
            parts.append(f"{title_of(question)} 村里填 {was}，回访是 {now}")
    said = "；".join(parts)
    return said if len(said) <= _SAID else f"{said[:_SAID]}…"


def tell_interviews(work: VillageWork) -> None:
    """Tell the summary row the village's figures of re-interviews in this round."""
    rows = Interview.objects.filter(sampled__village=work.village, sampled__sample__round=work.round)
    listed = list(rows.values_list("differs", flat=True))
    record_facts(work, reinterviewed=len(listed), reinterviews_differ=sum(n > 0 for n in listed))
