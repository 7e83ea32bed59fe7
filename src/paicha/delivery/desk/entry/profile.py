"""The village's own form (附件2) as a page: typed in the order of the paper, with what the households add up to.

What holds: a figure that can be counted stands beside its field and is taken with one press; a difference is shown
where it is, and only a hard rule stops the save; what is refused comes back as it was typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from paicha.core.bounds import whole
from paicha.core.catalogue import sentence
from paicha.core.pack import Pack, ProfileForm, Question
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place, at_place
from paicha.domain.accounts.roles import Verb
from paicha.domain.reports.profile import Counted, count_households, last_profile, people_of
from paicha.domain.reports.village import load_households
from paicha.domain.responses.models import Finding, Revision
from paicha.domain.responses.rules.row_tests import evaluate_forms, form_hits
from paicha.domain.responses.rules.rule_text import answer_in_words, message_of
from paicha.domain.responses.services import village_work
from paicha.domain.responses.services.drafts import drafts_of, drop_draft
from paicha.domain.responses.services.form_entry import (
    SavedForm,
    draft_place,
    keep,
    save_form,
    typed_answers,
)
from paicha.formats.profile_entry import profile_texts, read_profile
from paicha.formats.village_layout import place_text


@dataclass(slots=True)
class Asked:
    """One field of the page. `kind`: one of choice, number, text, long, signer."""

    question: Question
    kind: str
    label: str
    text: str
    unit: str = ""
    required: bool = False
    count: Counted | None = None
    differs: bool = False
    last: str = ""
    errors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # soft: to be looked at
    no_post: bool = False

    @property
    def name(self) -> str:
        return self.question.name

    @property
    def agrees(self) -> bool:
        """Whether the field holds what was counted."""
        return self.count is not None and self.text.strip() == str(self.count.value)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the paper: its label and its fields."""

    label: str
    fields: Sequence[Asked]
    tall: bool = False


@require_http_methods(["GET", "POST"])
@at_place(Verb.READ_STATISTICS, act=Verb.SUBMIT_ANSWERS, whole=True)
def profile(request: HttpRequest, place: Place) -> HttpResponse:
    """The form: typed, taken from the count, saved."""
    form = _form(place)
    revision, stored = _stored_answers(place, form)
    if request.method == "GET":
        draft = drafts_of(
            place.round, place.area.area_id, place.scope.actor, form=form.name, place=draft_place(form)
        ).first()
        texts = draft.answers if draft else profile_texts(place.pack, form, stored)
        base = draft.base if draft else revision
        return _page(request, place, form, texts, stored, base=base, draft=draft)
    texts = _entries(request, place.pack, form)
    base = whole(request.POST.get("base", ""), 10**6) or 0
    taken = request.POST.get("take", "")
    if taken:
        return _page(request, place, form, texts, stored, base=base, take=taken)
    return _save(request, place, form, texts, stored, base)


def _form(place: Place) -> ProfileForm:
    if not place.is_village or place.pack.profile is None:
        raise Http404
    return place.pack.profile


def _stored_answers(place: Place, form: ProfileForm) -> tuple[int, dict[str, Any]]:
    found = Revision.objects.filter(
        round=place.round, village_id=place.area.area_id, household__isnull=True, form=form.name
    )
    row = found.order_by("-number").values_list("number", "answers").first()
    return (row[0], typed_answers(place.pack, row[1])) if row else (0, {})


def _entries(request: HttpRequest, pack: Pack, form: ProfileForm) -> dict[str, str]:
    """What was typed, by question; a ticked 无此岗位 stands for the signer's name."""
    texts = {name: request.POST.get(name, "")[:2000] for name in dict.fromkeys(form.questions)}
    for signer in form.signers:
        if pack.no_post and request.POST.get(f"none_{signer.question}"):
            texts[signer.question] = pack.no_post
    return texts


def _save(
    request: HttpRequest,
    place: Place,
    form: ProfileForm,
    texts: dict[str, str],
    stored: dict[str, Any],
    base: int,
) -> HttpResponse:
    actor, read = place.scope.actor, read_profile(place.pack, form, texts, place.round.opens_on)
    errors = {name: [said] for name, said in read.faults.items()}
    with village_work(place.round, place.pack, place.area.area, actor) as work:
        if request.POST.get("forget"):
            drop_draft(work, draft_place(form))
        elif errors:
            keep(work, form, texts, base)
        else:
            saved = save_form(work, form, read.values, f"desk:{actor}", base=base, texts=texts)
            errors = _refusals(place.pack, saved)
    if request.POST.get("forget"):
        return redirect("desk:profile", place.code)
    if errors:
        return _page(request, place, form, texts, stored, base=base, errors=errors)
    messages.success(request, f"{form.label}已存下。")
    return redirect("desk:profile", place.code)


def _refusals(pack: Pack, saved: SavedForm) -> dict[str, list[str]]:
    """Why nothing was saved, by question."""
    errors: dict[str, list[str]] = {}
    for name, value in saved.clashes.items():
        now = answer_in_words(pack.questions[name], value) if value not in (None, []) else "空着"
        errors.setdefault(name, []).append(sentence("C29", now=now))
    if saved.receipt is not None and not saved.stored:
        for said in saved.receipt.said:
            errors.setdefault(said.question, []).append(said.message)
    return errors


def _page(
    request: HttpRequest,
    place: Place,
    form: ProfileForm,
    texts: Mapping[str, str],
    stored: Mapping[str, Any],
    *,
    base: int,
    draft: Any = None,
    take: str = "",
    errors: Mapping[str, list[str]] | None = None,
) -> HttpResponse:
    """The page. `take`: a question whose count goes into its field, or 'all' for every empty one."""
    pack, shown = place.pack, dict(texts)
    counts = count_households(pack, form, load_households(place.round, pack, place.area.area_id))
    for name, count in counts.items():
        if count.value is not None and (take == name or (take == "all" and not shown.get(name, "").strip())):
            shown[name] = str(count.value)
    if errors and any("别人已经" in said for listed in errors.values() for said in listed):
        base = _stored_answers(place, form)[0]  # seen now: the next save is over what the other wrote
    last = last_profile(place.round, place.area.area_id)
    notes = _notes(place, form, stored)
    fields = [
        _item(pack, form, name, label, unit, shown, counts, last) for name, label, unit in _cells(pack, form)
    ]
    for asked in fields:
        asked.errors, asked.notes = list((errors or {}).get(asked.name, ())), notes.get(asked.name, [])
    by_name = {asked.name: asked for asked in fields}
    missing = [asked for asked in fields if asked.required and not asked.text.strip()]
    return page(
        request, place, "entry/profile.html", "forms", status=422 if errors else 200,
        form=form, title=place_text(form.title, place.town, place.area.spoken), base=base, draft=draft,
        lead=[by_name[cell.question] for cell in form.lead],
        lines=[Line(r.label, [by_name[c.question] for c in r.cells], r.tall) for r in form.rows],
        signers=[by_name[s.question] for s in form.signers], missing=missing, filled=bool(stored),
        countable=[a for a in fields if a.count and a.count.value is not None and not a.text.strip()],
        has_last=any(asked.last for asked in fields), unmet=max((c.unmet for c in counts.values()), default=0),
        wrong=[asked for asked in fields if asked.errors], village_notes=notes.get("", []),
    )  # fmt: skip


def _cells(pack: Pack, form: ProfileForm) -> list[tuple[str, str, str]]:
    """(question, label, unit) of every field, in the order of the paper."""
    found = [(cell.question, cell.before.strip(" :："), cell.unit) for cell in form.lead]
    for row in form.rows:
        for cell in row.cells:
            several = len(row.cells) > 1
            label = cell.before.strip(" :：") or (f"{row.label}{cell.unit}数" if several else row.label)
            found.append((cell.question, label, cell.unit))
    return found + [(s.question, s.label, "") for s in form.signers]


def _item(
    pack: Pack,
    form: ProfileForm,
    name: str,
    label: str,
    unit: str,
    texts: Mapping[str, str],
    counts: Mapping[str, Counted],
    last: Mapping[str, Any],
) -> Asked:
    question, text, count = pack.questions[name], texts.get(name, ""), counts.get(name)
    tall = any(row.tall and any(c.question == name for c in row.cells) for row in form.rows)
    signer = any(s.question == name for s in form.signers)
    kind = "signer" if signer else "choice" if question.options else "long" if tall else "text"
    kind = "number" if question.type == "integer" else kind
    made = Asked(question, kind, label, text, unit, name in form.required or signer, count)
    made.differs = bool(count and count.value is not None and text.strip() and not made.agrees)
    before = last.get(name)
    made.last = answer_in_words(question, before) if before not in (None, "", []) and kind != "long" else ""
    if signer and pack.no_post and text == pack.no_post:
        made.no_post, made.text = True, ""
        made.required = False
    return made


def _notes(place: Place, form: ProfileForm, stored: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is to be looked at in what is stored, by question ('' where it is none's)."""
    notes: dict[str, list[str]] = {}
    if not stored:
        return notes
    pack = place.pack
    for hit in form_hits(pack, form, evaluate_forms([dict(stored)], pack, form)):
        if hit.severity == "soft":
            notes.setdefault(hit.questions[0], []).append(message_of(pack, hit, dict(stored)))
    at = {c.id: c.name_of("total") or "" for c in reversed(pack.named_checks)}
    found = Finding.objects.filter(
        round=place.round, village_id=place.area.area_id, household=None, severity="soft", state="open"
    )
    for rule, detail in found.values_list("rule", "detail"):
        name = at.get(rule, "")
        notes.setdefault(name if name in form.questions else "", []).append(detail)
    return notes


@at_place(Verb.READ_HOUSEHOLDS, whole=True)
def profile_rows(request: HttpRequest, place: Place, name: str) -> HttpResponse:
    """The households that a counted figure of the form is made of."""
    form, pack = _form(place), place.pack
    count = count_households(pack, form, load_households(place.round, pack, place.area.area_id)).get(name)
    if count is None:
        raise Http404
    place.log_read(f"profile:{name}", len(count.households))
    label = next(label for question, label, _ in _cells(pack, form) if question == name)
    return page(
        request, place, "entry/profile_rows.html", "forms", form=form, label=label, count=count,
        rows=[(h, pack.household_forms[h.form].label, people_of(pack, h)) for h in count.households],
    )  # fmt: skip
