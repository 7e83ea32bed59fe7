"""What a place's pictures show, as figures: progress by day, leads by rule, answers by class, disagreements.

What holds: figures are sums of village summary rows. A page draws them itself, as bars in a table and as lines, so that
no number stands twice and nothing has to be waited for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from paicha.core.pack import Pack
from paicha.core.sampling import Estimate
from paicha.domain import clock
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.summary.tallies import Tally
from paicha.domain.rounds.models import Round
from paicha.domain.rounds.queries import stages

_DAYS_AT_MOST = 60


@dataclass(frozen=True)
class Picture:
    """A picture as figures. `key` is its name within a place; `words`: the figures in a sentence, for whoever cannot
    see it."""

    key: str
    kind: Literal["progress", "leads", "answers", "disagreement"]
    title: str
    figures: Mapping[str, Any]
    words: str


def progress(round_: Round, pack: Pack, code: str, rows: Sequence[VillageSummary], total: Tally) -> Picture:
    """Households met, day by day, against what an even pace would come to by the deadline of the first stage.

    The first day holds what is dated before the opening too, the last shown one what is dated after it.
    """
    stage = stages(round_, pack, code=code)[0]
    today, wanted = clock.today(), total.done + total.due
    last = min(max(stage.deadline, today), round_.opens_on + timedelta(days=_DAYS_AT_MOST))
    calendar = [round_.opens_on + timedelta(days=n) for n in range((last - round_.opens_on).days + 1)]
    by_day = met_by_day(rows, calendar)
    length = (stage.deadline - round_.opens_on).days + 1
    days, done = [], 0
    for number, day in enumerate(calendar, 1):
        done += by_day[day]
        days.append(
            {
                "day": _day(day),
                "iso": day.isoformat(),
                "met": by_day[day],
                "total": done if day <= max(today, calendar[0]) else None,
                "planned": min(wanted, round(wanted * number / length)),
            }
        )
    words = f"到{_day(today)}已排查 {total.done:,} 户，要排查 {wanted:,} 户，{_day(stage.deadline)}截止。"
    figures = {"days": days, "deadline": _day(stage.deadline), "wanted": wanted}
    return Picture("progress", "progress", f"{stage.title}进度（按入户那天算）", figures, words)


def met_by_day(rows: Iterable[VillageSummary], calendar: Sequence[date]) -> dict[date, int]:
    """Households met on each day of a calendar; what lies before or after it counts on its first or last."""
    found = dict.fromkeys(calendar, 0)
    for row in rows:
        for iso, n in row.figures.get("days", {}).items():
            found[min(max(date.fromisoformat(iso), calendar[0]), calendar[-1])] += n
    return found


def days_of(calendar: Sequence[str], iso: str) -> tuple[str, str]:
    """The first and last ISO day that a day of the calendar stands for."""
    low = "" if iso == calendar[0] else iso
    return low, "9999-12-31" if iso == calendar[-1] else iso


def leads(pack: Pack, total: Tally, scope: str = "household") -> Picture:
    """Open leads by rule, most first: those of households (what people bring included), or of whole villages."""
    found = [
        (rule, n)
        for rule, n in total.leads.most_common()
        if (rule in pack.rule and pack.rule[rule].scope == "village") == (scope == "village")
    ]
    bars = [{"rule": rule, "name": f"{rule} {_title(pack, rule)}", "n": n} for rule, n in found]
    words = f"一共 {sum(n for _, n in found):,} 条没处理。" + "、".join(
        f"{b['name']} {b['n']:,} 条" for b in bars
    )
    title = "没处理的村级线索" if scope == "village" else "没处理的农户线索"
    return Picture(
        "leads" if scope == "household" else "leads-village", "leads", title, {"bars": bars}, words
    )


def answers(pack: Pack, question: str, rows: Iterable[VillageSummary], total: Tally) -> Picture:
    """How many households of each class chose each option of a pictured question."""
    counted: dict[tuple[str, str], int] = {}
    for row in rows:
        for form, by_option in row.figures.get("answers", {}).get(question, {}).items():
            for option, n in by_option.items():
                counted[form, option] = counted.get((form, option), 0) + n
    asked, listed = pack.questions[question], []
    for form in pack.household_forms.values():
        met = total.by_form.get(form.name, (0, 0))[0]
        for option in asked.options if question in form.questions else ():
            n = counted.get((form.name, str(option.number)), 0)
            percent = _percent(n, met)
            listed.append(
                {
                    "class": form.label, "form": form.name, "number": str(option.number),
                    "option": f"{option.number} {option.label}", "n": n, "percent": percent,
                }
            )  # fmt: skip
    title = asked.short or asked.label
    parts = "；".join(f"{one['class']}{one['option']} {one['n']:,} 户" for one in listed if one["n"])
    words = f"{title}：{parts}。" if parts else f"{title}：还没有排查数据。"
    return Picture(f"answers-{question}", "answers", title, {"rows": listed}, words)


def disagreement(lines: Iterable[tuple[str, str, Estimate]]) -> Picture:
    """Re-interviews against what the village wrote: (question, its title, estimate) in the order to be shown."""
    rows = [
        {
            "question": question, "name": title, "percent": _round(100 * float(one.share)),
            "low": _round(100 * one.low), "high": _round(100 * one.high), "differing": one.differ, "n": one.n,
        }
        for question, title, one in lines
    ]  # fmt: skip
    parts = "；".join(f"{row['name']}比了 {row['n']:,} 户，{row['differing']:,} 户不一致" for row in rows)
    words = f"{parts}。" if parts else "还没有回访。"
    return Picture("disagreement", "disagreement", "市级抽查回访和村里填的不一致", {"rows": rows}, words)


def pictures_of(
    round_: Round, pack: Pack, code: str, rows: Sequence[VillageSummary], total: Tally
) -> list[Picture]:
    """Every picture of a county or town, over its villages' summary rows and their sum."""
    shown = [
        progress(round_, pack, code, rows, total), leads(pack, total), leads(pack, total, "village")
    ]  # fmt: skip
    return shown + [answers(pack, question, rows, total) for question in pack.pictured]


def _title(pack: Pack, rule: str) -> str:
    found = pack.rule.get(rule) or pack.messages.get(rule)
    return found.title if found else ""


def _percent(n: int, of: int) -> float:
    return _round(100 * n / of) if of else 0


def _round(percent: float) -> float:
    """One decimal, none where it is a whole number: 12, 0.4."""
    value = round(percent, 1)
    return int(value) if value == int(value) else value


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
