"""What became of a typed row, in words: stored, merged with what another changed, held, waiting for a choice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from paicha.core.catalogue import sentence
from paicha.core.pack import HouseholdForm, Pack
from paicha.delivery.desk.shell.wording import masked, rule_message, who_text
from paicha.domain.intake.desk_entry import SavedRow
from paicha.domain.responses.models import Finding
from paicha.domain.responses.rules.rule_text import answer_in_words
from paicha.domain.responses.services import Status
from paicha.domain.rounds.models import Round
from paicha.formats.cell_entry import cell_of

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


_ELSEWHERE = "您在另一页"  # the same person: a second tab, a page left open


def became(pack: Pack, saved: SavedRow, known: Mapping[str, str]) -> str:
    """One sentence for what became of a row."""
    if saved.status is Status.HELD:
        return sentence("H01")
    asked = [told.message for told in saved.told if told.code == "C02"]
    if asked:
        return f"{'已存别的几项' if saved.status is Status.MERGED else '没存'}。{'；'.join(asked)}"
    theirs = {name: pair for name, pair in saved.theirs.items() if name not in saved.clash}
    changed = "，".join(_change_text(pack, name, *pair) for name, pair in list(theirs.items())[:4])
    who = _ELSEWHERE if saved.by_self else who_text(known, saved.by) if saved.by else "另一位"
    if saved.status is Status.MERGED:
        return (
            f"已存。{who}刚才也改了这一户，合在一起了：{changed}"
            if changed
            else "已存，和原有的答案合在一起了"
        )
    if saved.status is Status.CONFLICT:
        clash = "，".join(_clash(pack, who, name, *pair) for name, pair in list(saved.clash.items())[:4])
        return f"{who}刚才也填了这一户，有的和您填的不一样，两边都留着，等人逐项定：{clash}"
    if saved.status is Status.REFUSED and changed:
        return f"{_PLAIN['refused']}。{who}刚才也改了这一户：{changed}"
    return _PLAIN.get(saved.status, "已存")


def _label(pack: Pack, name: str) -> str:
    return pack.questions[name].short or pack.questions[name].label


def _value_text(pack: Pack, name: str, value: object) -> str:
    question = pack.questions[name]
    return masked(str(value)) if question.masked and value else answer_in_words(question, value)


def _change_text(pack: Pack, name: str, was: object, now: object) -> str:
    return f"{_label(pack, name)}由“{_value_text(pack, name, was)}”改为“{_value_text(pack, name, now)}”"


def _clash(pack: Pack, who: str, name: str, now: object, mine: object) -> str:
    here = "这一页" if who == _ELSEWHERE else "您"
    return f"{_label(pack, name)}，{who}填“{_value_text(pack, name, now)}”，{here}填“{_value_text(pack, name, mine)}”"


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
