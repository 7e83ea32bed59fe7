"""A town hands up to the city, the city sends back or closes the round: the same moves one level up.

What holds: a town goes up when each of its villages is up, audited, and cross-checked where nobody is monitored; its
figures are the sums of what its villages handed up, and its digest covers theirs. Locks are taken in one order
(ledger, then villages by code), so that a village's act and the town's never wait for each other in a circle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from paicha.core.area_codes import county_of, town_of, town_prefix
from paicha.core.pack import Pack
from paicha.core.refusal import text_field
from paicha.domain import clock
from paicha.domain.accounts.models import User
from paicha.domain.accounts.notices import people_with, tell
from paicha.domain.accounts.policies import code_prefix, code_range
from paicha.domain.accounts.roles import Verb
from paicha.domain.areas.models import Area
from paicha.domain.audit.services import Entry, actor_chain, append, digest
from paicha.domain.handover.checklist import Missing, town_checklist
from paicha.domain.handover.errors import HandoverError
from paicha.domain.handover.figures import Difference
from paicha.domain.handover.ledger_text import digest_of
from paicha.domain.handover.models import Ledger, Level, Return, Submission
from paicha.domain.handover.queries import contradictions, handed_up, latest, submissions
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.queries import names
from paicha.domain.responses.summary.tallies import has_rows
from paicha.domain.rounds.models import Round, RoundArea
from paicha.domain.verification.models import SampleHousehold, SpotCheck

_LONGEST = 300
_SAID = 3
_UP, _OPEN, _BACK = Ledger.Status.HANDED_UP, Ledger.Status.OPEN, Ledger.Status.RETURNED


@transaction.atomic
def submit_town(round_: Round, pack: Pack, town: Area, actor: str, note: str = "") -> Submission:
    """Hand a town's ledger up to the city. `note`: a sentence to the city. Raises HandoverError; nothing done then."""
    ledger = _lock_ledger(round_, town, Level.TOWN)
    _require_county_open(round_, town)
    if ledger.status == _UP:
        raise HandoverError("H43")
    summaries = _locked_villages(round_, town)
    areas = {a.code: a for a in RoundArea.objects.filter(round=round_, parent_code=town.code)}
    up = handed_up(round_, Level.VILLAGE, code_prefix(town.code))
    changed = contradictions(pack, up, summaries)
    missing = [line.words for line in town_missing(pack, areas, summaries, changed) if line.blocks]
    if missing:
        more = f"等 {len(missing)} 项" if len(missing) > _SAID else ""
        listed = "；".join(missing[:_SAID])
        raise HandoverError("H44", listed=listed, more=more)
    parts = [up[s.code] for s in summaries if s.code in up]
    made = _freeze(round_, town, Level.TOWN, actor, parts, note)
    Return.objects.filter(round=round_, area=town, done_at=None, taken_back_at=None).update(done_at=made.at)
    _set(ledger, _UP, made)
    _note(actor, "handover.town", made)
    people = [user for user in people_with(Verb.DRAW_SAMPLE, town.code) if str(user.pk) != actor]
    address = f"/area/{town.code}/handup/"
    tell(
        people, f"{town.name}上报了，等市级抽查。", address=address, subject=f"submission:{made.pk}", by=actor
    )
    return made


def town_missing(
    pack: Pack,
    areas: Mapping[str, RoundArea],
    summaries: Sequence[VillageSummary],
    changed: Mapping[str, Sequence[Difference]],
) -> list[Missing]:
    """What a town still lacks; `changed`: villages whose figures are no longer those they handed up, which blocks."""
    found = []
    for code, differs in changed.items():
        one = differs[0]
        said = f"{one.label}上报时 {_n(one.handed_up)}，现在 {_n(one.now)}"
        words = f"{areas[code].spoken}上报后变了：{said}"
        found.append(Missing(f"handup:{code}", len(differs), words, True))
    return found + town_checklist(pack, areas, summaries)


@transaction.atomic
def take_town_back(round_: Round, town: Area, actor: str) -> Submission:
    """Take a town's hand-up back, by who handed up, until the city has begun. Raises HandoverError."""
    ledger = _lock_ledger(round_, town, Level.TOWN)
    _require_county_open(round_, town)
    last = latest(submissions(round_, town.pk))
    if ledger.status != _UP or last is None:
        raise HandoverError("H45")
    if last.by != actor:
        who = names({last.by}).get(last.by, "管理员")
        raise HandoverError("H19", who=who)
    if _city_begun(round_, town, ledger.handed_up_at):
        raise HandoverError("H46")
    _close(last, Submission.State.TAKEN_BACK, actor)
    back = Return.objects.filter(round=round_, area=town, done_at=last.at)
    _set(ledger, _BACK if back.update(done_at=None) else _OPEN, None)
    _note(actor, "handover.town_take_back", last)
    return last


@transaction.atomic
def return_town(round_: Round, pack: Pack, town: Area, actor: str, reason: str, to: User | None) -> Return:
    """The city sends a town's ledger back, with a reason, to a named person, who is told. Raises HandoverError."""
    said = text_field("退回的理由", reason, _LONGEST, asks="为什么退回", field="reason")
    ledger = _lock_ledger(round_, town, Level.TOWN)
    _require_county_open(round_, town)
    last = latest(submissions(round_, town.pk))
    if ledger.status != _UP or last is None:
        raise HandoverError("H47")
    able = town_people(town)
    if to not in able:
        others = "、".join(str(user) for user in able) or "（没有，请管理员先安排分工）"
        if to is None:
            raise HandoverError("H31", others=others)
        raise HandoverError("H48", to=to, others=others)
    assert to is not None
    made = Return.objects.create(
        round=round_, area=town, code=town.code, submission=last, whole=True, reason=said, to=to,
        at=clock.now(), by=actor,
    )  # fmt: skip
    _close(last, Submission.State.RETURNED, actor)
    _set(ledger, _BACK, None)
    _note(actor, "handover.town_return", last)
    words = f"市级退回{town.name}台账，请改好再报：{said}"
    tell([to], words, address=f"/area/{town.code}/handup/", subject=f"return:{made.pk}", by=actor)
    return made


@transaction.atomic
def take_town_return_back(round_: Round, town: Area, sent: Return, actor: str) -> Return:
    """Lock a town again, by who sent it back, while it is as it was handed up. Raises HandoverError."""
    ledger = _lock_ledger(round_, town, Level.TOWN)
    summaries = _locked_villages(round_, town)
    fresh = Return.objects.select_for_update().get(pk=sent.pk, area=town)
    if not fresh.is_open or ledger.status != _BACK:
        raise HandoverError("H27")
    if fresh.by != actor:
        who = names({fresh.by}).get(fresh.by, "管理员")
        raise HandoverError("H28", who=who)
    up = handed_up(round_, Level.VILLAGE, code_prefix(town.code))
    parts = [up[s.code] for s in summaries if s.code in up]
    moved = any(part.state != Submission.State.SUBMITTED for part in parts)
    if moved or digest_of(_text(parts)) != fresh.submission.digest:
        raise HandoverError("H49")
    fresh.taken_back_at = clock.now()
    fresh.save(update_fields=["taken_back_at"])
    last = fresh.submission
    last.state, last.closed_at, last.closed_by = Submission.State.SUBMITTED, None, ""
    last.save(update_fields=["state", "closed_at", "closed_by"])
    _set(ledger, _UP, last)
    _note(actor, "handover.town_return_taken_back", last)
    return fresh


@transaction.atomic
def close_round(round_: Round, county: Area, actor: str, note: str = "") -> Submission:
    """The city closes the round: every town is up; its figures are the towns' sums. Raises HandoverError."""
    ledger = _lock_ledger(round_, county, Level.COUNTY)
    if ledger.status == _UP:
        raise HandoverError("H50")
    if waiting := towns_not_up(round_):
        listed = "、".join(waiting[:_SAID])
        more = f"等 {len(waiting)} 个镇街" if len(waiting) > _SAID else ""
        raise HandoverError("H51", listed=listed, more=more)
    up = handed_up(round_, Level.TOWN, code_prefix(county.code))
    made = _freeze(round_, county, Level.COUNTY, actor, list(up.values()), note)
    _set(ledger, _UP, made)
    _note(actor, "handover.close", made)
    return made


@transaction.atomic
def reopen_round(round_: Round, county: Area, actor: str) -> Submission:
    """Take the closing back, by who closed, until a later round is opened. Raises HandoverError."""
    ledger = _lock_ledger(round_, county, Level.COUNTY)
    last = latest(submissions(round_, county.pk))
    if ledger.status != _UP or last is None:
        raise HandoverError("H52")
    if last.by != actor:
        who = names({last.by}).get(last.by, "管理员")
        raise HandoverError("H53", who=who)
    if Round.objects.filter(pk__gt=round_.pk).exists():
        raise HandoverError("H54")
    _close(last, Submission.State.TAKEN_BACK, actor)
    _set(ledger, _OPEN, None)
    _note(actor, "handover.reopen", last)
    return last


def town_people(town: Area) -> list[User]:
    """Who can be sent a town's ledger today: whoever verifies in it."""
    return people_with(Verb.VERIFY, town.code)


def towns_not_up(round_: Round) -> list[str]:
    """Names of the towns with households that have not handed up, in order of code. Three queries."""
    up = set(Ledger.objects.filter(round=round_, level=Level.TOWN, status=_UP).values_list("code", flat=True))
    rows = VillageSummary.objects.filter(round=round_).only("code", "counts", "profile")
    wanted = {town_of(s.code) for s in rows if has_rows(s)} - up
    areas = RoundArea.objects.filter(round=round_, code__in=wanted).order_by("code")
    return [area.spoken for area in areas]


def _city_begun(round_: Round, town: Area, since: datetime | None) -> bool:
    """Whether the city has drawn, interviewed or looked in a town since it handed up."""
    low, high = code_range(code_prefix(town.code))
    drawn = SampleHousehold.objects.filter(
        sample__round=round_, village__code__gte=low, village__code__lt=high
    )
    looked = SpotCheck.objects.filter(round=round_, area__code__gte=low, area__code__lt=high, at__gte=since)
    return (
        drawn.filter(Q(sample__drawn_at__gte=since) | Q(interview__at__gte=since)).exists() or looked.exists()
    )


def _lock_ledger(round_: Round, area: Area, level: Level) -> Ledger:
    Ledger.objects.get_or_create(round=round_, code=area.code, defaults={"area": area, "level": level})
    return Ledger.objects.select_for_update().get(round=round_, code=area.code)


def _locked_villages(round_: Round, town: Area) -> list[VillageSummary]:
    rows = VillageSummary.objects.filter(round=round_, code__startswith=town_prefix(town.code)).order_by(
        "code"
    )
    return list(rows.select_for_update())


def _require_county_open(round_: Round, town: Area) -> None:
    county = county_of(town.code)
    if Ledger.objects.filter(round=round_, code=county, status=_UP).exists():
        raise HandoverError("H22")


def _text(parts: Sequence[Submission]) -> str:
    """One line a hand-up below: code, number, digest; in order of code."""
    return "\n".join(f"{p.code} {p.number} {p.digest}" for p in sorted(parts, key=lambda p: p.code))


def _freeze(
    round_: Round, area: Area, level: Level, actor: str, parts: Sequence[Submission], note: str
) -> Submission:
    text_field("说明", note, _LONGEST)
    text = _text(parts)
    earlier = submissions(round_, area.pk)
    figures = [row for part in sorted(parts, key=lambda p: p.code) for row in part.figures]
    return Submission.objects.create(
        round=round_, level=level, area=area, code=area.code, number=earlier[0].number + 1 if earlier else 1,
        reason=note.strip(), at=clock.now(), by=actor, figures=figures, frozen=text, digest=digest_of(text),
    )  # fmt: skip


def _close(last: Submission, state: Submission.State, actor: str) -> None:
    last.state, last.closed_at, last.closed_by = state, clock.now(), actor
    last.save(update_fields=["state", "closed_at", "closed_by"])


def _set(ledger: Ledger, status: Ledger.Status, made: Submission | None) -> None:
    ledger.status, ledger.handed_up_at = status, made.at if made else None
    ledger.save(update_fields=["status", "handed_up_at"])


def _note(actor: str, action: str, made: Submission) -> None:
    subject = f"submission:{made.pk} {made.code}"
    append([Entry(actor_chain(actor), actor, action, subject, digest(made.frozen.encode()))])


def _n(value: object) -> str:
    return "空" if value is None else str(value)
