"""Papers of the procedures: the kit of a meeting, the public notice of a village, the day's bulletin.

Why here: a meeting of a village runs on paper; what it needs (agenda, evidence, attendance, ballots, minutes)
comes out of one print. What holds: a notice that hangs on a wall can say nothing of a household but name, group
and category, since `PosterRow` has no other field; ballots name households and the question alone; texts go to
Typst as data, never as markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from paicha.formats import fonts, pdf

_WEEKDAYS = "一二三四五六日"
_ATTENDANCE = 22  # lines of an attendance sheet, one page
_BALLOTS = 8  # where nobody said how many vote


@dataclass(frozen=True, slots=True)
class KitLead:
    """Why a household is on the agenda: the rule's (or source's) id and its sentence."""

    rule: str
    sentence: str


@dataclass(frozen=True, slots=True)
class KitItem:
    """A household on the agenda.

    `group` in words ('2组'), `category` the class's label, `question` what is to be voted on ('纳入易返贫致贫户').
    `answers`: (label, words) in the order of the form; `policies`: measures that could be thought of.
    """

    number: int
    head: str
    group: str
    category: str
    population: int | None
    question: str = ""
    leads: Sequence[KitLead] = ()
    answers: Sequence[tuple[str, str]] = ()
    policies: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class MeetingKit:
    """What a village's meeting needs on paper.

    `title` is the kind of meeting ('综合研判会议'), `village` as spoken ('水磨河村'). What isn't known yet stays a
    blank to write in. `opinions` are the boxes under each household's evidence. `voters`: how many ballots to print
    (0: as many as fill a page); `with_ballots` False leaves them out. `attending`: (name, position) known before.
    `footer`: the small print of an export.
    """

    county: str
    town: str
    village: str
    title: str
    on: date | None
    place: str
    chair: str
    items: Sequence[KitItem]
    opinions: Sequence[str] = ("纳入", "不纳入", "再核实")
    attending: Sequence[tuple[str, str]] = ()
    voters: int = 0
    with_ballots: bool = True
    footer: str = ""


@dataclass(frozen=True, slots=True)
class PosterRow:
    """All that a public notice says of a household."""

    head: str
    group: str
    category: str


@dataclass(frozen=True, slots=True)
class Poster:
    """A notice for the wall. `title`: 公示 or 公告; `lead`: the sentence that says what is made public.

    `until` is the last day (None for an announcement); `object_to`: where objections go, '' without. `issued_on`
    stands under the stamp. The letters are as large as one page allows.
    """

    county: str
    town: str
    village: str
    title: str
    lead: str
    rows: Sequence[PosterRow]
    since: date
    until: date | None = None
    object_to: str = ""
    issuer: str = ""
    issued_on: date | None = None
    size: Literal["A4", "A3"] = field(default="A4")


@dataclass(frozen=True, slots=True)
class Report:
    """A page or two of prose with a table below: the day's bulletin.

    `above`: who issues it and when; `header` and `rows` of the table, whose first column is a name and whose others
    are figures; `total` its last row.
    """

    title: str
    above: tuple[str, str]
    paragraphs: Sequence[str]
    header: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    total: Sequence[str] = ()
    footer: str = ""


def report(paper: Report) -> bytes:
    """The report as PDF, A4 portrait, the table's header on every page."""
    plan = {
        "kind": "report",
        "fonts": fonts.families(),
        "footer": paper.footer,
        "title": paper.title,
        "above": list(paper.above),
        "paragraphs": list(paper.paragraphs),
        "header": list(paper.header),
        "rows": [list(row) for row in paper.rows],
        "total": list(paper.total),
    }
    return pdf.typeset("papers.typ", plan)


def meeting_kit(kit: MeetingKit) -> bytes:
    """Agenda, a sheet of evidence a household, attendance sheet, ballots, minutes: one PDF, all A4 portrait."""
    voters = kit.voters or len(kit.attending)
    plan = {
        "kind": "kit",
        "fonts": fonts.families(),
        "footer": kit.footer,
        "place": f"{kit.county}{kit.town}{kit.village}",
        "title": kit.title,
        "facts": [
            ("时间", _day(kit.on)),
            ("地点", kit.place),
            ("主持人", kit.chair),
        ],
        "items": [_item(item) for item in kit.items],
        "opinions": list(kit.opinions),
        "attending": _attendance(kit.attending),
        "ballots": (voters or _BALLOTS) if kit.with_ballots and kit.items else 0,
        "voters": voters,
    }
    return pdf.typeset("papers.typ", plan)


def poster(notice: Poster) -> bytes:
    """The notice as PDF, portrait: one page in the largest letters that fit, else with the header on every page."""
    width, height = (210, 297) if notice.size == "A4" else (297, 420)
    until = f"至{_date(notice.until)}" if notice.until else ""
    plan = {
        "kind": "poster",
        "fonts": fonts.families(),
        "width": width,
        "height": height,
        "title": notice.title,
        "place": f"{notice.county}{notice.town}{notice.village}",
        "lead": notice.lead,
        "rows": [[str(i), row.head, row.group, row.category] for i, row in enumerate(notice.rows, 1)],
        "period": f"{notice.title}时间：{_date(notice.since)}{until}"
        + ("。" if not until else _days(notice)),
        "objections": (
            f"对以上农户有不同意见的，请在公示期内向{notice.object_to}反映，可以当面说，也可以书面写，反映人的信息予以保密。"
            if notice.object_to
            else ""
        ),
        "issuer": notice.issuer or f"{notice.town}{_committee(notice.village)}",
        "issued_on": _date(notice.issued_on or notice.since),
    }
    return pdf.typeset("papers.typ", plan)


def _committee(village: str) -> str:
    """'水磨河村' → '水磨河村村民委员会', '河东社区' → '河东社区居民委员会'."""
    return f"{village}{'居民委员会' if village.endswith('社区') else '村民委员会'}"


def _days(notice: Poster) -> str:
    assert notice.until is not None
    return f"，共 {(notice.until - notice.since).days + 1} 天。"


def _date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _day(day: date | None) -> str:
    if day is None:
        return "　　　　年　　月　　日　　时"
    return f"{_date(day)}（星期{_WEEKDAYS[day.weekday()]}）　　时"


def _item(item: KitItem) -> dict[str, Any]:
    return {
        "number": str(item.number),
        "head": item.head,
        "group": item.group,
        "category": item.category,
        "population": "" if item.population is None else f"{item.population}人",
        "question": item.question,
        "leads": [(lead.rule, lead.sentence) for lead in item.leads],
        "answers": [(label, words or "没有填") for label, words in item.answers],
        "policies": list(item.policies),
    }


def _attendance(people: Sequence[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """Numbered lines: those expected, then blank ones to the end of the page."""
    named = [(str(i), name, position) for i, (name, position) in enumerate(people, 1)]
    blank = max(_ATTENDANCE - len(named), 4 if named else 0)
    return named + [(str(i), "", "") for i in range(len(named) + 1, len(named) + blank + 1)]
