"""What is missing before a ledger may go up, as sentences: the village page and the hand-up ask the same list.

What holds: what blocks is what the notice demands of a ledger (every household seen, three signers, a measure, a
limit and an owner for each problem) and what two people must first agree on; the rest is named and does not block.
Each line says which page it leads to; the desk turns that into an address.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from paicha.core.pack import Pack
from paicha.core.pack.forms import Signer
from paicha.domain.handover.ledger_text import is_villages
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.summary.tallies import Selection, done, has_rows
from paicha.domain.rounds.models import RoundArea
from paicha.domain.verification.attention import cross_check, desk_audit_result, visit_owed

Signed = Mapping[str, Mapping[str, Any]]  # form → answers of it, of which the signers are read


@dataclass(frozen=True, slots=True)
class Missing:
    """One line. `page`: upload, blank, stays:4, conflicts, soft, leads, profile, total, problems, problem_list, held,
    copies, signers; of another place area:<code>, audit:<code>, handup:<code>. `blocks`: nothing goes up while it
    stands."""

    page: str
    n: int
    words: str
    blocks: bool


def village_checklist(pack: Pack, summary: VillageSummary, signed: Signed) -> list[Missing]:
    """What a village still lacks, what blocks first. `signed`: answers of forms 3 and 4, which hold their signers.

    No query: the summary row holds the rest. What came back and was not touched is the caller's to ask.
    """
    found = [
        *_rows(pack, summary), *_answers(summary), *_profile(pack, summary), *_problems(pack, summary),
        *_signers(pack, summary, signed), *_copies(pack, summary),
    ]  # fmt: skip
    return sorted(found, key=lambda line: not line.blocks)


def _rows(pack: Pack, summary: VillageSummary) -> Iterator[Missing]:
    if not summary.counts:
        yield Missing("upload", 1, "本村还没有名册，请先上传花名册或填好的表", True)
        return
    blank = Selection(outcome="blank").count(pack, summary.counts)
    if blank:
        yield Missing("blank", blank, f"{blank} 户没排查", True)
    for outcome in pack.due_by:
        n = Selection(outcome=str(outcome)).count(pack, summary.counts)
        if n:
            label = pack.questions[pack.outcome.question].option_labels.get(outcome, "没见到人")
            yield Missing(f"stays:{outcome}", n, f"{n} 户{label}，上报后备注里会写明", False)
    held = summary.fact.held
    if held:
        up = summary.handed_up
        words = f"{held} 户上报后才到，再报以后可以补报" if up else f"{held} 户迟到的表还没收下"
        yield Missing("held", held, words, not up)


def _answers(summary: VillageSummary) -> Iterator[Missing]:
    figures = summary.figures
    if n := figures.get("conflicts"):
        yield Missing("conflicts", n, f"{n} 户两边填得不一样，要定一个", True)
    if n := figures.get("soft"):
        yield Missing("soft", n, f"{n} 处要核对的没写理由", True)
    if n := figures.get("open_leads"):
        yield Missing("leads", n, f"{n} 条线索没处理", False)


def _profile(pack: Pack, summary: VillageSummary) -> Iterator[Missing]:
    form = pack.profile
    if form is None:
        return
    signers = {signer.question for signer in form.signers}
    lacking = [q for q in form.required if q not in signers and summary.profile.get(q) is None]
    if not summary.profile:
        yield Missing("profile", 1, f"{form.label}还没填", True)
    elif lacking:
        yield Missing("profile", len(lacking), f"{form.label}差 {len(lacking)} 项", True)
    check = pack.named_check("surveyed_all")
    total = summary.profile.get(check.name_of("total") or "") if check else None
    surveyed = sum(done(pack, summary.counts).values())
    if check and isinstance(total, int) and surveyed and total != surveyed:
        words = check.message.format(surveyed=surveyed, total=total).removesuffix("，请核对")
        yield Missing("total", 1, words, False)


def _problems(pack: Pack, summary: VillageSummary) -> Iterator[Missing]:
    form = pack.problem_list
    if form is None:
        return
    if n := summary.fact.problems_lacking:
        yield Missing("problems", n, f"{n} 条问题没写全整改措施、时限、责任人", True)
    if summary.figures.get("open_leads") and not summary.fact.problem_rows:
        yield Missing("problem_list", 1, f"{form.label}一条也没有，却有线索没处理", False)


def _signers(pack: Pack, summary: VillageSummary, signed: Signed) -> Iterator[Missing]:
    """V24: three signers, each a name or 无此岗位, of every form that asks for them; one line a person."""
    lacking: dict[str, list[str]] = {}
    for name, signers in signers_asked(pack).items():
        profile = pack.profile is not None and name == pack.profile.name
        answers = summary.profile if profile else signed.get(name, {})
        for signer in signers:
            if not answers.get(signer.question):
                lacking.setdefault(signer.label.removesuffix("签字"), []).append(
                    pack.village_forms[name].label
                )
    for who, forms in lacking.items():
        yield Missing("signers", 1, f"{who}没签字（{'、'.join(forms)}）", True)


def signers_asked(pack: Pack) -> dict[str, Sequence[Signer]]:
    """The signers of the village's own forms, by form, in the pack's order."""
    return {
        name: form.signers
        for name, form in pack.village_forms.items()
        if form.signers and is_villages(pack, name)
    }


def _copies(pack: Pack, summary: VillageSummary) -> Iterator[Missing]:
    known = summary.fact.signed_copies
    lacking = [pack.village_forms[name].label for name in signers_asked(pack) if not known.get(name)]
    if lacking:
        yield Missing("copies", len(lacking), f"没有附签字的扫描件：{'、'.join(lacking)}", False)


def town_checklist(
    pack: Pack, villages: Mapping[str, RoundArea], summaries: Sequence[VillageSummary]
) -> list[Missing]:
    """What a town still lacks: every village up, audited, and cross-checked where nobody is monitored.

    `villages`: the areas by code, for their names. A village is one line, those that block first.
    """
    found = []
    for summary in summaries:
        if not has_rows(summary):
            continue
        name, code = villages[summary.code].spoken, summary.code
        blocking, rest = of_village(pack, summary)
        if blocking:
            page = "area" if not summary.handed_up else "audit"
            found.append(Missing(f"{page}:{code}", 1, f"{name}：{'；'.join(blocking)}", True))
        if rest:
            found.append(Missing(f"area:{code}", 1, f"{name}：{'；'.join(rest)}", False))
    return sorted(found, key=lambda line: not line.blocks)


def of_village(pack: Pack, summary: VillageSummary) -> tuple[list[str], list[str]]:
    """What a village keeps its town waiting for, and what is only named. No query."""
    fact = summary.fact
    blocking, rest = [], []
    if fact.returns_open:
        blocking.append("退回的还没改完")
    elif not summary.handed_up:
        blocking.append("还没上报")
    elif not desk_audit_result(summary):
        blocking.append("还没审核完")
    if cross_check(pack, summary) in ("needed", "planned"):
        blocking.append(f"没有{pack.watched.label}，还没交叉核实")
    if visit_owed(summary):
        blocking.append("列入实地核实，还没去")
    if n := fact.held:
        rest.append(f"{n} 户上报后才到，还没收下")
    if n := fact.enquiries_open:
        rest.append(f"{n} 个问题没答复")
    return blocking, rest
