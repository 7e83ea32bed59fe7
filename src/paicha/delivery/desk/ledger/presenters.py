"""How a hand-up reads on the screen: its figures beside those of now, who signed, what was changed behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from paicha.core.pack import Pack
from paicha.delivery.desk.shell.places import Place
from paicha.domain.handover.checklist import signers_asked
from paicha.domain.handover.figures import COUNTED
from paicha.domain.handover.ledger_text import Deviation


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A figure of form 4 as handed up, and now; `address`: its rows."""

    label: str
    handed_up: Any
    now: Any
    address: str

    @property
    def differs(self) -> bool:
        return bool(self.handed_up != self.now)


def figure_lines(place: Place, frozen: Mapping[str, Any], live: Mapping[str, Any]) -> list[FigureLine]:
    """Form 4's counted figures in the order of the form, and its remark."""
    form = place.pack.statistics
    lines = []
    for figure in form.figures if form else ():
        if figure.source in COUNTED or figure.source == "remark":
            label = f"{figure.group}{figure.label}" if figure.group else figure.label
            address = _rows_of(place, figure.source, figure.form)
            lines.append(FigureLine(label, frozen.get(figure.name), live.get(figure.name), address))
    return lines


def _rows_of(place: Place, source: str, form: str | None) -> str:
    up = "" if place.is_village else "&up=1"  # above villages: what those that are up come to
    if source == "surveyed":
        query = f"?outcome=done&form={form}" if form else "?outcome=done"
        return reverse("desk:households", args=[place.code]) + query + up
    if up:
        return f"{reverse('desk:problems', args=[place.code])}?up=1" if source == "problems" else ""
    pack = place.pack
    named = pack.problem_list if source == "problems" else pack.profile if source == "profile" else None
    return reverse("desk:form", args=[place.code, named.name]) if named else ""


@dataclass(frozen=True, slots=True)
class SignerField:
    """A signer to be named. `no_post`: the pack's 无此岗位 is ticked."""

    question: str
    label: str
    name: str
    no_post: bool


def signer_fields(pack: Pack, known: Mapping[str, Any], typed: Mapping[str, str] | None) -> list[SignerField]:
    """The three signers, each once, prefilled with what was typed, else with who signed last."""
    values = known if typed is None else typed
    fields = []
    for question, label in _labels(pack).items():
        name = str(values.get(question) or "")
        none = bool(pack.no_post) and name == pack.no_post
        fields.append(SignerField(question, label, "" if none else name, none))
    return fields


def signers_typed(pack: Pack, post: Mapping[str, str]) -> dict[str, str]:
    """Who signs, by question, as typed; a ticked 无此岗位 stands for a name."""
    return {
        question: pack.no_post if pack.no_post and post.get(f"none_{question}") else post.get(question, "")
        for question in _labels(pack)
    }


def _labels(pack: Pack) -> dict[str, str]:
    found: dict[str, str] = {}
    for signers in signers_asked(pack).values():
        for signer in signers:
            found.setdefault(signer.question, signer.label.removesuffix("签字"))
    return found


def said_of_deviation(pack: Pack, found: Deviation) -> list[str]:
    """What is in force and was not handed up, as sentences; none where it still holds."""
    said = []
    if found.added:
        said.append(f"名册多了 {len(found.added)} 户")
    if found.gone:
        said.append(f"名册少了 {len(found.gone)} 户")
    if found.changed:
        said.append(f"{len(found.changed)} 户的答案变了")
    said += [f"{pack.village_forms[name].label}变了" for name in found.forms]
    if found.problems and pack.problem_list:
        said.append(f"{pack.problem_list.label}变了")
    return said
