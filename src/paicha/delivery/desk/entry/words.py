"""What became of a typed row, in words: stored, merged with what another changed, held, waiting for a choice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from paicha.core.catalogue import sentence
from paicha.core.pack import HouseholdForm, Pack
from paicha.delivery.desk.wording import rule_message, who_text
from paicha.domain.intake.typed import SavedRow
from paicha.domain.responses.models import Finding
from paicha.domain.responses.wording import answer_in_words
from paicha.domain.rounds.models import Round
from paicha.formats.typed import cell_of

_PLAIN = {
    "stored": "已存",
    "unchanged": "没有变化，不用再存",
    "withdrawn": "已撤销，这一户回到没排查",
    "refused": "没存，请改红框的格",
}


@dataclass(frozen=True, slots=True)
class Soft:
    """Something about a household that wants a reason: the check's id, its sentence, the cell it points at."""

    rule: str
    message: str
    cell: str


def became(pack: Pack, saved: SavedRow, known: Mapping[str, str]) -> str:
    """One sentence for what became of a row."""
    if saved.status == "held":
        return sentence("H01")
    changed = "，".join(_changed(pack, name, *pair) for name, pair in list(saved.theirs.items())[:4])
    who = who_text(known, saved.by) if saved.by else "另一位"
    if saved.status == "merged":
        return (
            f"已存。{who}刚才也改了这一户，合在一起了：{changed}"
            if changed
            else "已存，和原有的答案合在一起了"
        )
    if saved.status == "conflict":
        return f"{who}填的和您的不一样，两边都留着，等人逐项定：{changed}"
    if saved.status == "refused" and changed:
        return f"{_PLAIN['refused']}。{who}刚才也改了这一户：{changed}"
    return _PLAIN.get(saved.status, "已存")


def _changed(pack: Pack, name: str, was: object, now: object) -> str:
    question = pack.questions[name]
    label = question.short or question.label
    return f"{label}由“{answer_in_words(question, was)}”改为“{answer_in_words(question, now)}”"


def softs_of(
    round_: Round, pack: Pack, form: HouseholdForm, households: Collection[UUID], cells: Iterable[str]
) -> dict[UUID, list[Soft]]:
    """What still wants a reason in some households, by household; one query."""
    rows = Finding.objects.filter(
        round=round_, household_id__in=households, severity="soft", state=Finding.State.OPEN
    )
    have = list(cells)
    found: dict[UUID, list[Soft]] = {}
    for finding in rows.order_by("rule"):
        assert finding.household_id is not None, "asked by household"
        at = next((check.at[0] for check in pack.checks if check.id == finding.rule), "")
        cell = cell_of(pack, form, at, have) if at else ""
        soft = Soft(finding.rule, rule_message(pack, finding), cell)
        found.setdefault(finding.household_id, []).append(soft)
    return found
