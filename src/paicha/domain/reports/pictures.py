"""What a place's pictures show, as figures; and the drawn ones, each kept under a hash of its figures.

Why: a picture takes a worker a tenth of a second and Vega's engine, a page has neither. What holds: a picture's
name is the hash of the figures that it shows, so the one beside a table is of that table or is not there yet;
figures are sums of village summary rows; a place's pictures stand in its own folder, so that who may see the place
may see them. Of each picture the newest few are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

import orjson
from django.conf import settings

from paicha.core.pack import Pack
from paicha.core.sampling import Estimate
from paicha.domain import clock
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.summary.tallies import Tally
from paicha.domain.rounds.models import Round
from paicha.domain.rounds.queries import stages

if TYPE_CHECKING:
    from paicha.formats.pictures import Kind

_DAYS_AT_MOST = 60
_KEPT = 3  # of each picture: pages opened a moment ago still show theirs
_RETRY = timedelta(minutes=10)
_SIZE = re.compile(rb'width="(\d+)" height="(\d+)"')


@dataclass(frozen=True)
class Picture:
    """A picture as figures. `key` is its name within a place; `figures` as `formats.pictures` draws them;
    `said`: the figures in a sentence, for whoever cannot see it."""

    key: str
    kind: Kind
    title: str
    figures: Mapping[str, Any]
    said: str

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw yet."""
        return not any(self.figures.get(name) for name in ("days", "bars", "rows"))

    @cached_property
    def digest(self) -> str:
        """Of the figures and the edition of the drawing: 24 hexadecimal digits."""
        from paicha.formats.pictures import EDITION  # noqa: PLC0415  (what draws, where something is drawn)

        text = orjson.dumps([EDITION, self.kind, self.figures], option=orjson.OPT_SORT_KEYS)
        return blake2b(text, digest_size=12).hexdigest()


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
    said = f"到{_day(today)}已排查 {total.done:,} 户，要排查 {wanted:,} 户，{_day(stage.deadline)}截止。"
    figures = {"days": days, "deadline": _day(stage.deadline), "wanted": wanted}
    return Picture("progress", "progress", f"{stage.title}进度（按入户那天算）", figures, said)


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
    said = f"一共 {sum(n for _, n in found):,} 条没处理。" + "、".join(
        f"{b['name']} {b['n']:,} 条" for b in bars
    )
    title = "没处理的村级线索" if scope == "village" else "没处理的农户线索"
    return Picture("leads" if scope == "household" else "leads-village", "leads", title, {"bars": bars}, said)


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
    said = f"{title}：{parts}。" if parts else f"{title}：还没有排查数据。"
    return Picture(f"answers-{question}", "answers", title, {"rows": listed}, said)


def disagreement(lines: Iterable[tuple[str, str, Estimate]]) -> Picture:
    """Re-interviews against what the village wrote: (question, its title, estimate) in the order to be shown."""
    rows = [
        {
            "question": question, "name": title, "percent": _rounded(100 * float(one.share)),
            "low": _rounded(100 * one.low), "high": _rounded(100 * one.high), "differing": one.differ, "n": one.n,
        }
        for question, title, one in lines
    ]  # fmt: skip
    parts = "；".join(f"{row['name']}比了 {row['n']:,} 户，{row['differing']:,} 户不一致" for row in rows)
    said = f"{parts}。" if parts else "还没有回访。"
    return Picture("disagreement", "disagreement", "市级抽查回访和村里填的不一致", {"rows": rows}, said)


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
    return _rounded(100 * n / of) if of else 0


def _rounded(percent: float) -> float:
    """One decimal, none where it is a whole number: 12, 0.4."""
    value = round(percent, 1)
    return int(value) if value == int(value) else value


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


# The drawn ones


def path_of(code: str, key: str, digest: str) -> Path:
    """Where a place's picture of some figures stands, or will."""
    return Path(settings.MEDIA_ROOT) / "pictures" / code / f"{key}.{digest}.svg"


def size_of(path: Path) -> tuple[int, int] | None:
    """Width and height in pixels; None where it isn't drawn yet."""
    try:
        with path.open("rb") as file:
            found = _SIZE.search(file.read(400))
    except FileNotFoundError:
        return None
    assert found is not None, "an SVG of ours says its size"
    return int(found[1]), int(found[2])


def claim(path: Path) -> bool:
    """Whether to ask the worker for this picture: once, and again where ten minutes later it isn't there."""
    note, now = path.with_suffix(".wanted"), clock.now()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        if now - datetime.fromisoformat(note.read_text()) < _RETRY:
            return False
    except (FileNotFoundError, ValueError):
        pass
    note.write_text(now.isoformat())
    return True


def draw(code: str, key: str, kind: Kind, figures: Mapping[str, Any]) -> bool:
    """Draw and keep a picture, once; False where it was there. For the worker."""
    from paicha.formats.pictures import picture_svg  # noqa: PLC0415  (what draws, where something is drawn)

    path = path_of(code, key, Picture(key, kind, "", figures, "").digest)
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        file.write(picture_svg(kind, figures))
    Path(file.name).replace(path)
    path.with_suffix(".wanted").unlink(missing_ok=True)
    _forget_older(path.parent, key)
    return True


def _forget_older(folder: Path, key: str) -> None:
    known = sorted(folder.glob(f"{key}.*.svg"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in known[_KEPT:]:
        path.unlink(missing_ok=True)
    for note in folder.glob(f"{key}.*.wanted"):
        note.unlink(missing_ok=True)
