"""Words of the screen: dates, groups, outcomes, who did something through which door, masked phones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from paicha.core.pack import HouseholdForm, LeadSource, Pack, Rule
from paicha.domain import clock
from paicha.domain.households.queries import UNGROUPED
from paicha.domain.responses.models import Finding
from paicha.domain.responses.queries import names
from paicha.domain.responses.rules.rule_text import answer_in_words

_DOORS = {"excel": "Excel", "desk": "网页", "field": "手机", "api": "接口", "odk": "ODK"}
_DIGITS = "零一二三四五六七八九十"


def day_text(value: date | datetime) -> str:
    """'3月20日' (in Shanghai)."""
    day = timezone.localtime(value) if isinstance(value, datetime) else value
    return f"{day.month}月{day.day}日"


def time_text(value: datetime) -> str:
    """'3月14日 09:30' (in Shanghai)."""
    at = timezone.localtime(value)
    return f"{at.month}月{at.day}日 {at:%H:%M}"


def local_day(value: datetime | None) -> date | None:
    """The day of a moment in Shanghai; None of none."""
    return None if value is None else timezone.localtime(value).date()


def exact_text(value: datetime) -> str:
    """'2022-03-14 09:30:05' (in Shanghai), for a file that outlives the year."""
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"


def group_text(group: str) -> str:
    """'2' → '二组', '12' → '12组', '沟岔组' as it stands, '' → '未分组'."""
    if not group:
        return UNGROUPED
    if group.isdecimal():
        number = int(group)
        return f"{_DIGITS[number] if 0 < number <= 10 else number}组"
    return group


def masked(phone: str) -> str:
    """'15012348831' → '150****8831'; of a shorter number the last two digits stay."""
    if not phone:
        return ""
    if len(phone) < 9:
        return "*" * max(len(phone) - 2, 0) + phone[-2:]
    return f"{phone[:3]}****{phone[-4:]}"


def mask_answers(pack: Pack, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers with what is only shown masked."""
    return {
        name: masked(value) if isinstance(value, str) and pack.questions[name].masked else value
        for name, value in answers.items()
        if name in pack.questions
    }


def outcome_text(pack: Pack, outcome: int | None) -> str:
    """How a visit ended, in words; '没排查' before any."""
    if outcome is None:
        return "没排查"
    if not pack.outcome:
        return "已排查"
    return pack.questions[pack.outcome.question].option_labels.get(outcome, "已排查")


def who_text(known: Mapping[str, str], actor: str) -> str:
    """A person of the records by name; the operator of the machine by what he is."""
    if actor.startswith("operator:"):
        return "管理员"
    return known.get(actor, "已停用的账号" if actor.isdecimal() else actor)


class Names:
    """People of a file's records by name, each looked up once."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def know(self, actors: Iterable[str]) -> None:
        """Look some up at once; one query."""
        wanted = set(actors)
        found = names(wanted)
        self._known |= {actor: who_text(found, actor) for actor in wanted}

    def of(self, actor: str) -> str:
        """A person's name; '' of nobody."""
        if not actor:
            return ""
        if actor not in self._known:
            self.know({actor})
        return self._known[actor]


def source_text(names: Mapping[str, str], source: str) -> str:
    """'Excel，赵海'; where `names` has the phone, too: '手机“红米”，赵海'."""
    door, _, rest = source.partition(":")
    who, _, device = rest.partition("@")
    phone = f"“{names[device]}”" if device in names else ""
    return f"{_DOORS.get(door, door)}{phone}，{who_text(names, who)}"


def rule_message(pack: Pack, finding: Finding) -> str:
    """A finding in a cadre's words."""
    rule = pack.rule.get(finding.rule)
    if rule is not None:
        return rule.message
    said = pack.messages.get(finding.rule)
    if isinstance(said, LeadSource):
        return f"{said.message}：{finding.detail}"
    return finding.detail or (said.title if said else finding.rule)


def rule_title(pack: Pack, rule_id: str) -> str:
    """The short title of a rule or check."""
    source: Rule | Any = pack.rule.get(rule_id) or pack.messages.get(rule_id)
    return source.title if source else rule_id


def kind_text(pack: Pack, finding: Finding) -> str:
    """'疑似体外循环 · 强'."""
    strength = {"strong": " · 强", "weak": " · 弱"}.get(finding.strength, "")
    return (
        pack.kind_labels.get(finding.kind, "请核对" if finding.severity == "soft" else "镇级关注") + strength
    )


def basis_parts(pack: Pack, finding: Finding, answers: Mapping[str, Any]) -> list[str]:
    """The answers that a rule read, in words with the number of the paper: ['人均年纯收入：4000元以下（1）']."""
    rule = pack.rule.get(finding.rule)
    if rule is None:
        return []
    parts = []
    for name in rule.expression.names:
        value, question = answers.get(name), pack.questions.get(name)
        if question is not None and value not in (None, []):
            labels = question.option_labels
            chosen = value if isinstance(value, list) else [value]
            said = "、".join(f"{labels[n]}（{n}）" if n in labels else str(n) for n in chosen)
            parts.append(f"{question.short or question.label}：{said}")
    return parts


def answer_rows(
    pack: Pack, form: HouseholdForm, answers: Mapping[str, Any]
) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Answers in the order of the paper: (group of columns, [(column, label, words)]).

    Several counts of one printed cell stand in one row; a text that an option asks for stands behind it; what the
    paper does not print comes last, where it was answered.
    """
    groups: list[tuple[str, list[tuple[str, str, str]]]] = []
    for column in form.columns:
        if column.parts:
            told = [
                f"{p.label} {answers[p.question]}"
                for p in column.parts
                if answers.get(p.question) is not None
            ]
            row = (column.parts[0].question, column.label, "，".join(told))
        elif column.question:
            row = (
                column.question,
                pack.questions[column.question].label,
                _words(pack, column.question, answers),
            )
        else:
            continue
        if not groups or (groups[-1][0] != (column.group or "")):
            groups.append((column.group or "", []))
        groups[-1][1].append(row)
    rest = [
        (name, pack.questions[name].label, _words(pack, name, answers))
        for name in form.unprinted
        if answers.get(name) not in (None, [])
    ]
    if rest:
        groups.append(("表上不印的", rest))
    return groups


def _words(pack: Pack, name: str, answers: Mapping[str, Any]) -> str:
    value = answers.get(name)
    if value is None or value == []:
        return ""
    question = pack.questions[name]
    if question.format == "group":
        return group_text(str(value))
    said = answer_in_words(question, _as_date(question.type, value))
    texts = [str(answers[text]) for text in pack.texts_of(name) if answers.get(text)]
    return "：".join([said, *texts])


def _as_date(kind: str, value: Any) -> Any:
    return date.fromisoformat(value) if kind == "date" and isinstance(value, str) else value


def date_words() -> str:
    """Today as the paper writes it: '2022年3月15日'."""
    day = clock.today()
    return f"{day.year}年{day.month}月{day.day}日"
