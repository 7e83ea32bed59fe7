"""A household's page: its answers, why it is on a list, what happened; and what may be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from paicha.core.catalogue import sentence
from paicha.core.normalise import head_name
from paicha.core.pack import HouseholdForm, Pack
from paicha.core.refusal import Refusal
from paicha.delivery.desk.households.decisions import REASONS, said_of, settle_ticked, shown_to
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Home, Place, at_household
from paicha.delivery.desk.shell.wording import (
    answer_rows,
    mask_answers,
    masked,
    outcome_text,
    rule_message,
    source_text,
    who_text,
)
from paicha.domain.accounts.roles import Verb
from paicha.domain.audit.services import read_logged
from paicha.domain.handover.queries import open_returns
from paicha.domain.households.models import BaseChange, HouseholdEvent
from paicha.domain.households.services import change_head
from paicha.domain.responses.answers.identity import identify
from paicha.domain.responses.queries import Dossier, changes_between, dossier
from paicha.domain.responses.services import village_work
from paicha.domain.responses.services.base_changes import note_change
from paicha.domain.rounds.models import RosterEntry

_EVENTS = {kind.value: kind.label for kind in HouseholdEvent.Kind}
PURPOSES = ("打电话联系这一户", "核对号码是否填对", "办理业务需要")


@dataclass(frozen=True, slots=True)
class Answer:
    """A line of the answers. `before`: what the revision before said, where it differs."""

    name: str
    label: str
    words: str
    before: str | None
    masked: bool


@at_household(closed=True)
def household(request: HttpRequest, home: Home) -> HttpResponse:
    """The page itself; one read of one household."""
    return _page(request, home)


def _page(request: HttpRequest, home: Home, **context: Any) -> HttpResponse:
    place, entry = home.place, home.entry
    pack, form = place.pack, place.pack.household_forms[entry.form]
    found = dossier(entry)
    place.log_read("household", 1)
    answers = found.answers[0] if found.answers else {}
    said = [said_of(pack, f, answers, found.names) for f in found.findings if shown_to(place, f)]
    return page(
        request, place, "households/household.html", "households",
        home=home, household=home.household, entry=entry, form=form, found=found,
        groups=_answers(pack, form, home, found), met=outcome_text(pack, entry.outcome),
        latest=found.revisions[0] if found.revisions else None,
        latest_by=source_text(found.names, found.revisions[0].source) if found.revisions else "",
        leads=[s for s in said if s.finding.severity == "lead" and s.finding.state == "open"],
        soft=[s for s in said if s.finding.severity != "lead" and s.finding.state == "open"],
        decided=[s for s in said if s.finding.state in ("confirmed", "dismissed")],
        conflicts=[h for h in found.happenings if h.what == "conflict"],
        log=_log(pack, home, found), reasons=REASONS,
        decide_at=reverse("desk:decide", args=[home.household.pk]), purposes=PURPOSES, fields=BaseChange.FIELDS[:3],
        deliberates=place.may(Verb.DELIBERATE)
        and any(home.household.household_class in p.classes for p in place.pack.schedule.case_procedures[:1]),
        may_decide=place.may(Verb.DECIDE_LEADS), may_explain=place.may(Verb.SUBMIT_ANSWERS),
        may_settle=place.may(Verb.SETTLE_CONFLICTS), may_raise=place.may(Verb.RAISE_PROBLEMS),
        may_return=place.may(Verb.RETURN), returned=_return_reason(place, entry) if entry.reopened else None,
        may_ask=place.may(Verb.VERIFY),
        may_refer=place.takes(Verb.REFER, "referral", "sent"),
        may_unmask=place.may(Verb.UNMASK_PHONES), phone=home.household.phone,
        **context,
    )  # fmt: skip


def _return_reason(place: Place, entry: RosterEntry) -> tuple[str, bool]:
    """Why this row came back, in the town's words, and whether it was changed since. One query."""
    key, open_ = str(entry.household_id), open_returns(place.round, entry.village_id)
    own = [one for one in open_ if key in one.households or entry.form in one.forms]
    numbers = [one.households[key] for one in own if key in one.households]
    changed = bool(numbers) and entry.revision_number > max(numbers)
    return "；".join(dict.fromkeys(one.reason for one in own)), changed


def _answers(pack: Pack, form: HouseholdForm, home: Home, found: Dossier) -> list[tuple[str, list[Answer]]]:
    """Answers in official order; before the first visit, what the register knows."""
    roles = pack.roles
    known: Mapping[str, Any] = (
        identify(pack, dict(found.answers[0]), home.household.head_name, home.household.group)
        if found.answers
        else {
            name: value
            for name, value in (
                (roles.head, home.household.head_name),
                (roles.population, home.household.population),
                (roles.phone, home.household.phone),
            )
            if name and value
        }
    )
    older = found.answers[1] if len(found.answers) > 1 else None
    before: dict[str, str] = {}
    if older is not None:
        before = {
            name: words
            for _, rows in answer_rows(pack, form, mask_answers(pack, older))
            for name, _, words in rows
        }
    lines = []
    for group, rows in answer_rows(pack, form, mask_answers(pack, known)):
        listed = []
        for name, label, words in rows:
            was = before.get(name, "")
            changed = older is not None and was != words
            listed.append(
                Answer(name, label, words, (was or "没填") if changed else None, pack.questions[name].masked)
            )
        lines.append((group, listed))
    return lines


def _log(pack: Pack, home: Home, found: Dossier) -> list[tuple[Any, str]]:
    """What happened, newest first: (when, sentence)."""
    lines: list[tuple[Any, str]] = []
    for index, revision in enumerate(found.revisions):
        by = source_text(found.names, revision.source)
        older = found.answers[index + 1] if index + 1 < len(found.answers) else None
        sentence = f"第 {revision.number} 稿（{by}）"
        if older is not None:
            sentence += "：" + _change_text(pack, older, found.answers[index])
        lines.append((revision.at, sentence))
    for item in found.happenings:
        who = who_text(found.names, item.actor)
        if item.what == "change":
            entered = "，已录入全国系统" if item.reason else "，还没录入全国系统"
            was = f"由“{item.old}”变为" if item.old else "变为"
            lines.append((item.at, f"{item.kind}{was}“{item.new}”（{who}）{entered}"))
        elif item.kind == "head":
            lines.append((item.at, f"户主由{item.old}改为{item.new}（{who}）：{item.reason}"))
        elif item.kind == "class":
            lines.append(
                (
                    item.at,
                    f"类别由{_class(pack, item.old)}更正为{_class(pack, item.new)}（{who}）：{item.reason}",
                )
            )
        elif item.kind in _EVENTS:
            to = (
                f"：{item.old} → {item.new}" if item.old and item.new else f"：{item.new}" if item.new else ""
            )
            lines.append((item.at, f"{_EVENTS[item.kind]}{to}（{who}）：{item.reason}"))
    for finding in found.findings:
        if finding.decided_at and shown_to(home.place, finding):
            who = who_text(found.names, finding.decided_by)
            verdict = finding.get_state_display()
            lines.append(
                (finding.decided_at, f"{rule_message(pack, finding)}：{verdict}，{finding.reason}（{who}）")
            )
    when = home.place.round.opened_at
    lines.append(
        (when, "本轮开始，列入名册")
        if not home.entry.added
        else (home.household.created_at, "本轮中新列入名册")
    )
    return sorted(lines, key=lambda line: line[0], reverse=True)


def _class(pack: Pack, name: str) -> str:
    return next((c.label for c in pack.classes if c.name == name), name)


def _change_text(pack: Pack, older: Mapping[str, Any], newer: Mapping[str, Any]) -> str:
    names = changes_between(pack, older, newer)
    if not names:
        return "答案未变"
    labels = [pack.questions[n].short or pack.questions[n].label for n in names[:4]]
    return f"改了{'、'.join(labels)}{f'等 {len(names)} 项' if len(names) > 4 else ''}"


@require_POST
@at_household(act=Verb.UNMASK_PHONES)
def phone(request: HttpRequest, home: Home) -> HttpResponse:
    """The whole number, for a purpose, logged; only this piece of the page is answered."""
    purpose = request.POST.get("purpose", "")
    if purpose not in PURPOSES:
        return render(request, "desk/households/_phone.html", {"household": home.household, "purposes": PURPOSES,
                      "asked": True, "masked": masked(_phone_of(home)), "may_unmask": True}, status=422)  # fmt: skip
    read_logged(
        home.place.scope.actor, f"phone:{PURPOSES.index(purpose) + 1}", f"household:{home.household.pk}", 1
    )
    return render(
        request, "desk/households/_phone.html", {"household": home.household, "number": _phone_of(home)}
    )


def _phone_of(home: Home) -> str:
    return home.household.phone


@require_POST
@at_household()
def decide(request: HttpRequest, home: Home) -> HttpResponse:
    """One reason for the findings that were ticked: 属实 or 不属实."""
    try:
        n = settle_ticked(request, home.place, household=home.household)
    except Refusal as error:
        return _page(request, home, error=str(error), typed=request.POST.get("reason", ""), status=422)
    messages.success(request, n)
    return redirect("desk:household", home.household.pk)


class HeadForm(forms.Form):
    """Another head of the same household."""

    head = forms.CharField(max_length=40, error_messages={"required": sentence("G02", asks="新户主的姓名")})
    reason = forms.CharField(
        max_length=200, error_messages={"required": sentence("G02", asks="更换户主的原因")}
    )


class ChangeForm(forms.Form):
    """A change of base information."""

    field = forms.ChoiceField(
        choices=[(f, f) for f in BaseChange.FIELDS[:3]],
        error_messages={"required": sentence("C17"), "invalid_choice": sentence("C17")},
    )
    person = forms.CharField(max_length=40, required=False)
    old = forms.CharField(max_length=100, required=False)
    new = forms.CharField(max_length=100, error_messages={"required": sentence("C17")})


@require_POST
@at_household(act=Verb.SUBMIT_ANSWERS)
def head(request: HttpRequest, home: Home) -> HttpResponse:
    """Record a change of head, so that Excel rows under the new name find this household."""
    form = HeadForm(request.POST)
    if not form.is_valid():
        return _page(request, home, error=_first_error(form), open="head", status=422)
    name = head_name(form.cleaned_data["head"], home.place.pack.silences)
    if not name or name == home.household.head_name:
        return _page(request, home, error=sentence("C32"), open="head", status=422)
    change_head(
        home.household, name, actor=home.place.scope.actor, reason=form.cleaned_data["reason"].strip()
    )
    messages.success(request, f"户主已改为{name}。")
    return redirect("desk:household", home.household.pk)


@require_POST
@at_household(act=Verb.RAISE_PROBLEMS)
def change(request: HttpRequest, home: Home) -> HttpResponse:
    """Note a change of base information, for entry into the national system."""
    form = ChangeForm(request.POST)
    if not form.is_valid():
        return _page(request, home, error=_first_error(form), open="change", status=422)
    data = form.cleaned_data
    place = home.place
    try:
        with village_work(place.round, place.pack, home.entry.village, place.scope.actor) as work:
            note_change(
                work,
                home.household,
                field=data["field"],
                old=data["old"],
                new=data["new"],
                person=data["person"],
            )
    except Refusal as error:
        return _page(request, home, error=str(error), open="change", status=422)
    messages.success(request, f"{data['field']}的变更已记下，请录入全国系统。")
    return redirect("desk:household", home.household.pk)


def _first_error(form: forms.Form) -> str:
    for errors in form.errors.values():
        return str(errors[0])
    raise Http404
