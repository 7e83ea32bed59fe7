"""The lists beside the official forms: 整改台账, 线索清单, 信息变更.

What holds: a lead stands with the rule in words and the answers that made it fire, never as a verdict; a
problem stands with measure, limit and owner, and says where one is missing; a change of base information
stays listed until somebody has entered it into the national system.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from paicha.core.keys import LEDGER_SHEETS
from paicha.core.pack import LeadSource, Pack, Rule
from paicha.domain.households.models import BaseChange
from paicha.domain.problems.models import Problem
from paicha.domain.problems.queries import missing_of
from paicha.domain.reports.village import Answered
from paicha.domain.responses.models import Finding, VillageSummary
from paicha.domain.responses.rules.rule_text import answer_in_words
from paicha.domain.responses.summary.tallies import DONE, Selection
from paicha.domain.rounds.models import Round
from paicha.formats.documents import ListSheet, Value

LEDGER, LEADS, CHANGES = LEDGER_SHEETS
VILLAGE = "本村"


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead as a person reads it. `household` is None for the village's own."""

    finding: Finding
    source: Rule | LeadSource | None
    household: Answered | None
    because: str

    @property
    def title(self) -> str:
        """`S09 低保未纳入`, `L05 信访反映`; the id alone where the pack no longer has it."""
        return f"{self.finding.rule} {self.source.title}" if self.source else self.finding.rule


def ledger_sheet(pack: Pack, place: str, problems: Sequence[Problem], *, villages: bool = False) -> ListSheet:
    """整改台账: every problem in force with measure, limit, owner and state; `villages`: with the village's name."""
    types = {kind.number: kind.label for kind in pack.problem_list.types} if pack.problem_list else {}
    rows: list[list[Value]] = []
    for number, p in enumerate(problems, start=1):
        row: list[Value] = [number, p.village.spoken] if villages else [number]
        row += [
            types.get(p.type, str(p.type)), p.text, p.household.head_name if p.household else VILLAGE,
            p.measure or None, p.due_on, p.owner or None, state_text(pack, p),
        ]  # fmt: skip
        rows.append(row)
    headers = ("序号", "类型", "具体问题", "农户", "整改措施", "整改时限", "整改责任人", "整改情况")
    widths: tuple[float, ...] = (6, 22, 36, 10, 32, 13, 12, 20)
    return ListSheet(
        title=f"{place}{LEDGER}",
        name=LEDGER,
        headers=(headers[0], "村", *headers[1:]) if villages else headers,
        widths=(widths[0], 14, *widths[1:]) if villages else widths,
        rows=rows,
    )


def state_text(pack: Pack, problem: Problem) -> str:
    """How far the rectification of a problem is, and what of it is missing: '整改中，缺整改时限'."""
    label = str(Problem.Status(problem.status).label)
    if problem.found_by != Problem.Level.VILLAGE:
        label += f"，{Problem.Level(problem.found_by).label}发现"
    missing = missing_of(pack, problem)
    return f"{label}，缺{'、'.join(missing)}" if missing else label


def load_leads(
    round_: Round, pack: Pack, village_id: int, households: Iterable[Answered], summary: VillageSummary | None
) -> list[Lead]:
    """Open and decided leads of a village: its own first, then by household in the register's order, open
    ones before decided. One query."""
    by_id = {household.id: household for household in households}
    place = {id_: index for index, id_ in enumerate(by_id)}
    found = (
        Finding.objects.filter(round=round_, village_id=village_id, severity="lead")
        .exclude(state=Finding.State.LAPSED)
        .defer("before")
    )
    own = village_answers(pack, summary)
    leads = []
    for finding in found:
        household = by_id.get(finding.household_id) if finding.household_id else None
        if finding.household_id is not None and household is None:
            continue
        rule = pack.rule.get(finding.rule)
        answers = own if household is None else household.values
        source = rule or next((s for s in pack.lead_sources if s.id == finding.rule), None)
        leads.append(
            Lead(finding, source, household, because(pack, rule, answers) if rule else finding.detail)
        )
    return sorted(leads, key=lambda lead: _order(lead, place))


def _order(lead: Lead, place: Mapping[UUID, int]) -> tuple[int, bool, str]:
    where = -1 if lead.household is None else place[lead.household.id]
    return where, lead.finding.state != Finding.State.OPEN, lead.finding.rule


def because(pack: Pack, rule: Rule, answers: Mapping[str, Any]) -> str:
    """The answers that a rule looked at, in words: `人均年纯收入：1 4000元以下；是否需要纳入…：3 否`."""
    labels = {fact.name: fact.label for fact in pack.facts}
    said = []
    for name in rule.expression.names:
        value = answers.get(name)
        if name in pack.questions:
            question = pack.questions[name]
            said.append(f"{question.short or question.label}：{answer_in_words(question, value)}")
        elif name in labels:
            said.append(f"{labels[name]}：{_fact_in_words(value)}")
    return "；".join(said)


def _fact_in_words(value: Any) -> str:
    if value is None:
        return "没有记录"
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)


def village_answers(pack: Pack, summary: VillageSummary | None) -> dict[str, Any]:
    """What a village's own rules read: the profile's answers and the facts, as the summary row keeps them."""
    if summary is None:
        return {}
    facts: dict[str, Any] = {
        f"rows_{form}": Selection(form, DONE).count(pack, summary.counts) for form in pack.household_forms
    }
    facts["rows"] = Selection(outcome=DONE).count(pack, summary.counts)
    facts["open_leads"] = summary.figures.get("undismissed", 0)
    return {**summary.profile, **facts, **summary.facts}


def leads_sheet(pack: Pack, village: str, leads: Sequence[Lead]) -> ListSheet:
    """线索清单: for people to look at, with what they decided and why."""
    rows: list[list[Value]] = [
        [
            number,
            lead.household.group if lead.household else "",
            lead.household.name if lead.household else VILLAGE,
            lead.title,
            pack.kind_labels.get(lead.finding.kind, lead.finding.kind),
            lead.source.message if lead.source else "",
            lead.because,
            str(Finding.State(lead.finding.state).label),
            lead.finding.reason or None,
        ]
        for number, lead in enumerate(leads, start=1)
    ]
    return ListSheet(
        title=f"{village}{LEADS}",
        name=LEADS,
        headers=("序号", "组", "户主姓名", "线索", "类别", "说明", "依据", "处理情况", "理由"),
        widths=(6, 8, 10, 20, 14, 34, 48, 10, 24),
        rows=rows,
        foot="线索供核实研判使用，不是结论；每条由人定夺，并写明理由。",
    )


def load_changes(round_: Round, village_id: int) -> list[BaseChange]:
    """Changes noted since the round opened, and older ones that nobody has entered yet. One query."""
    wanted = Q(noted_on__gte=round_.opens_on) | Q(entered_on__isnull=True)
    found = BaseChange.objects.filter(wanted, village_id=village_id).select_related("household")
    return list(found.order_by("noted_on", "pk"))


def changes_sheet(village: str, changes: Sequence[BaseChange]) -> ListSheet:
    """信息变更: to be entered by hand into the national system, with a tick for 'entered'."""
    rows: list[list[Value]] = [
        [
            number,
            change.household.group if change.household else "",
            change.household.head_name if change.household else VILLAGE,
            change.subject,
            change.old or None,
            change.new,
            change.noted_on,
            change.entered_on or "未录入",
        ]
        for number, change in enumerate(changes, start=1)
    ]
    return ListSheet(
        title=f"{village}{CHANGES}",
        name=CHANGES,
        headers=("序号", "组", "户主姓名", "变更内容", "原来", "现在", "发现日期", "录入系统"),
        widths=(6, 8, 10, 22, 24, 24, 13, 13),
        rows=rows,
    )
