"""The day's bulletin 日报 of a county or town: how far, what changed since yesterday, what to watch; as figures and
as sentences to send on.

What holds: every figure is a sum over village summary rows, the same that the pages show, and names the list that
it opens into; the sentences are built from the figures, so that page, PDF and pasted text say the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from paicha.core.area_codes import county_prefix, town_prefix
from paicha.core.pack import Pack
from paicha.domain import clock
from paicha.domain.accounts.policies import Scope
from paicha.domain.reports.special import special_count
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.queries import summaries
from paicha.domain.responses.summary.day_before import standing, yesterday
from paicha.domain.responses.summary.tallies import (
    Tally,
    add_up,
    has_rows,
    household_leads,
    none_monitored,
    tally,
)
from paicha.domain.rounds.models import Round, RoundArea
from paicha.domain.rounds.queries import StageState, current_stage
from paicha.domain.verification.attention import first_stage
from paicha.formats.layout import date_text

_NAMED = 6  # places that a sentence names before it says how many more
_RULES = 5
# (key, name in `standing`, label, unit, list that it opens into, how that is filtered), in the order of the page
_TABLE: tuple[tuple[str, str, str, str, str, Mapping[str, str]], ...] = (
    ("households", "", "", "", "", {}),
    ("done", "done", "已排查", "户", "households", {"outcome": "done"}),
    ("due", "due", "还差", "户", "households", {"outcome": "due"}),
    ("finished", "finished", "全部查完", "个村", "villages", {"only": "finished"}),
    ("handed_up", "handed_up", "已上报", "个村", "villages", {"only": "handed_up"}),
    ("late", "", "", "", "", {}),
    ("open_leads", "open_leads", "未处理线索", "条", "leads", {}),
    ("decided", "decided", "已处理线索", "条", "leads", {"what": "decided"}),
    ("zero", "", "", "", "", {}),
    ("conflicts", "conflicts", "两边填得不一样", "处", "conflicts", {}),
    ("soft", "soft", "要核对没写理由", "处", "leads", {"what": "soft"}),
    ("problems", "problems_open", "问题在整改", "条", "problems", {"only": "open"}),
    ("petitions", "petitions_open", "信访没答复", "件", "petitions", {"state": "open"}),
    ("special", "", "", "", "", {}),
    ("enrolled", "enrolled", "新纳入", "户", "cases", {"what": "enrolled"}),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the bulletin. `opens`: which list holds its rows, and how it is filtered; `before`: yesterday's."""

    key: str
    label: str
    n: int
    unit: str
    opens: tuple[str, Mapping[str, str]]
    before: int | None = None

    @property
    def change(self) -> int:
        return self.n - self.before if self.before is not None else 0


@dataclass(frozen=True, slots=True)
class Line:
    """A town (of the county) or a village (of a town)."""

    code: str
    name: str
    tally: Tally
    more: int  # households met since yesterday ended
    villages: int
    handed_up: int
    late: bool  # behind the calendar, and something of it isn't handed up yet


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A day of a place."""

    area: RoundArea
    title: str
    on: date
    stage: StageState
    share: int  # percent of the survey that the calendar asks for by now
    total: Tally
    figures: Sequence[Figure]
    rules: Sequence[tuple[str, str, int]]  # id, title, open leads
    zero: Sequence[tuple[str, str]]  # villages without anybody watched and with open leads: code, name
    lines: Sequence[Line]
    met_today: int  # households with today as the day of their visit; more may have arrived today
    sentences: Sequence[str] = field(default_factory=tuple)

    @property
    def heading(self) -> str:
        return f"{self.area.spoken}{self.title}日报"

    @property
    def text(self) -> str:
        """To paste into a chat or a document: the heading, then a paragraph a line."""
        return "\n".join([f"【{self.heading}】", *self.sentences])


def bulletin(round_: Round, pack: Pack, area: RoundArea, *, scope: Scope) -> Bulletin:
    """Today's bulletin of a county or town, over the villages in the scope. Two queries."""
    rows = summaries(
        scope, round_, town_prefix(area.code) if area.level == "town" else county_prefix(area.code)
    )
    areas = {
        a.code: a for a in RoundArea.objects.filter(round=round_, code__startswith=county_prefix(area.code))
    }
    stage, today = current_stage(round_, pack, code=area.code), clock.today()
    each = {s.code: tally(pack, [s]) for s in rows}
    before = {s.code: yesterday(pack, s, today) for s in rows}
    zero = [s for s in rows if none_monitored(pack, s) and household_leads(pack, s)]
    total = add_up(each.values())
    made = Bulletin(
        area, pack.title, today, stage, stage.survey_share, total,
        _figures(round_, pack, rows, total, before, len(zero)),
        [(rule, _title(pack, rule), n) for rule, n in total.leads.most_common(_RULES)],
        [(s.code, areas[s.code].spoken) for s in sorted(zero, key=lambda s: -each[s.code].open_leads)],
        _lines(pack, area, areas, rows, each, before, stage.survey_share),
        sum(int(s.figures.get("days", {}).get(today.isoformat(), 0)) for s in rows),
    )  # fmt: skip
    object.__setattr__(made, "sentences", tuple(sentences(pack, made)))
    return made


def _title(pack: Pack, rule: str) -> str:
    source = pack.rule.get(rule) or pack.messages.get(rule)
    return str(source.title) if source else rule


def _figures(
    round_: Round,
    pack: Pack,
    rows: Sequence[VillageSummary],
    total: Tally,
    before: Mapping[str, Mapping[str, int]],
    zero: int,
) -> list[Figure]:
    now, then = Counter[str](), Counter[str]()
    for summary in rows:
        now.update(standing(pack, summary))
        then.update(before[summary.code])
    late = sum(
        s.status == VillageSummary.Status.OPEN and first_stage(round_, pack, s.code).over
        for s in rows
        if has_rows(s)
    )
    watched = pack.watched.label
    fixed = {
        "households": Figure("households", "应排查", total.households, "户", ("households", {})),
        "late": Figure("late", "过期没上报", late, "个村", ("attention", {"only": "overdue"})),
        "zero": Figure("zero", f"没有{watched}却有线索", zero, "个村", ("villages", {"only": "zero_leads"})),
    }
    listed = sum(special_count(pack, s) for s in rows)
    fixed["special"] = Figure("special", "特殊情形", listed, "条", ("special", {}))
    return [
        fixed.get(key) or Figure(key, label, now[name], unit, (opens, query), then[name])
        for key, name, label, unit, opens, query in _TABLE
        if key != "special" or pack.roles.special
    ]


def _lines(
    pack: Pack,
    area: RoundArea,
    areas: Mapping[str, RoundArea],
    rows: Sequence[VillageSummary],
    each: Mapping[str, Tally],
    before: Mapping[str, Mapping[str, int]],
    share: int,
) -> list[Line]:
    """Towns of a county, or villages of a town, in order of code; places without households are left out."""
    below: dict[str, list[VillageSummary]] = {}
    for summary in rows:
        if has_rows(summary):
            code = areas[summary.code].parent_code if area.level == "county" else summary.code
            below.setdefault(code, []).append(summary)
    lines = []
    for code, mine in sorted(below.items()):
        total = add_up(each[s.code] for s in mine)
        more = total.done - sum(before[s.code]["done"] for s in mine)
        handed = sum(s.handed_up for s in mine)
        late = bool(total.due) and total.percent < share and handed < len(mine)
        lines.append(Line(code, areas[code].spoken, total, more, len(mine), handed, late))
    return lines


# The same in sentences


def sentences(pack: Pack, made: Bulletin) -> list[str]:
    """One paragraph a subject; what is nothing is not said."""
    figures = {figure.key: figure for figure in made.figures}
    stage = made.stage
    when = (
        f"{stage.title}已于{date_text(stage.deadline)}截止"
        if stage.over
        else f"{stage.title}第 {stage.nth} 天，还有 {stage.left} 天"
    )
    found = [f"{date_text(made.on)}，{when}。", _progress(made, figures), _leads(made, figures)]
    watch = [
        f"{figures[key].label} {figures[key].n} {figures[key].unit}"
        for key in ("late", "conflicts", "soft", "problems", "petitions", "special")
        if key in figures and figures[key].n
    ]
    if made.zero:
        named = _names([name for _, name in made.zero], "个村")
        watch.insert(0, f"{figures['zero'].label}的 {len(made.zero)} 个村（{named}）")
    if watch:
        found.append(f"三、要盯住。{'；'.join(watch)}。")
    if figures["enrolled"].n:
        found.append(f"{'四' if watch else '三'}、纳入。本轮{_with_change(figures['enrolled'])}。")
    return found


def _progress(made: Bulletin, figures: Mapping[str, Figure]) -> str:
    total, done = made.total, figures["done"]
    said = [
        f"应排查 {total.households} 户，已排查 {done.n} 户{_arrival_text(done.change, made.met_today)}，"
        f"查完的占 {total.percent}%，还差 {total.due} 户",
    ]
    ended = [
        f"{figures[key].n} 个村{words}"
        for key, words in (("finished", "全部查完"), ("handed_up", "已上报"))
        if figures[key].n
    ]
    said.append("，".join(ended) or "还没有查完的村")
    late = [line.name for line in made.lines if line.late]
    if late:
        unit = "个镇街" if made.area.level == "county" else "个村"
        said.append(f"进度落后于日程的有 {len(late)} {unit}：{_names(late, unit)}")
    return f"一、进度。{'。'.join(said)}。"


def _leads(made: Bulletin, figures: Mapping[str, Figure]) -> str:
    now, decided = figures["open_leads"], figures["decided"]
    said = f"二、线索。未处理 {now.n} 条{_since(now.change)}，已处理 {decided.n} 条{_since(decided.change)}。"
    if made.rules:
        said += "最多的是" + "、".join(f"{title} {n} 条" for _, title, n in made.rules[:3]) + "。"
    return said


def _since(change: int) -> str:
    if not change:
        return ""
    return f"（比昨天{'多' if change > 0 else '少'} {abs(change)}）"


def _arrival_text(change: int, met: int) -> str:
    """What came in since yesterday, and how much of the work was done today: paper arrives later than its visit."""
    if change <= 0:
        return _since(change)
    return f"（比昨天多收到 {change} 户，其中今天入户的 {min(met, change)} 户）"


def _with_change(figure: Figure) -> str:
    return f"{figure.label} {figure.n} {figure.unit}{_since(figure.change)}"


def _names(names: Sequence[str], unit: str) -> str:
    """'甲、乙、丙'; of many the first few, and how many more."""
    shown = "、".join(names[:_NAMED])
    more = len(names) - _NAMED
    return f"{shown}，另有 {more} {unit}" if more > 0 else shown
