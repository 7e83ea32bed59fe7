"""The days of a scene one after the other: the round before, the opening, and what reaches the county each day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paicha.delivery.cli.console import CommandRefused, ProgressLine, system_user
from paicha.delivery.cli.demo_people import list_accounts, people
from paicha.delivery.cli.setup import ensure_round

if TYPE_CHECKING:
    from paicha.delivery.cli.scene.cast import Cast
    from paicha.demo.scene import Scene
    from paicha.domain.accounts.policies import Scope
    from paicha.domain.intake.result import ImportResult

SCENES = {"day7": 7}  # name → the day of the round that is today
_BEFORE = timedelta(days=180)  # from the opening of the round before to this one's
_AFTER_WORK, _MORNING = time(18), time(8)
_SURVEY_DAYS = 10
_FEW = 10  # files that one process reads
_DRAWN = 7  # the day on which the city draws its sample


@dataclass(frozen=True)
class Played:
    """What came of it. `refused`: rows of workbooks that were refused; `accounts`: as `people` makes them."""

    round: Any
    households: int
    met: int
    refused: int
    accounts: list[dict[str, str]]


def play(files: dict[str, bytes], scene: str, households: int, seed: int, folder: Path) -> Played:
    """Build the scene in this home, whose round must not have begun; `folder` takes the workbooks.

    Raises CommandRefused where the home has a round that is later than the scene's round before.
    """
    from paicha.demo import County
    from paicha.demo.scene import write_scene
    from paicha.domain import clock
    from paicha.domain.handover.round_opening import open_round
    from paicha.domain.rounds.packs import pack_of
    from paicha.domain.rounds.queries import current_round

    today = clock.today()
    opens = today - timedelta(days=SCENES[scene] - 1)
    before = opens - _BEFORE
    current = current_round()
    if current is not None and current.opens_on > before:
        raise CommandRefused("E27")
    areas = folder / "areas.csv"
    areas.write_bytes(files["areas.csv"])
    try:
        written = write_scene(
            County(areas, households, seed, (opens, today)), before, folder, ProgressLine("编写演示县")
        )
    except ValueError as error:
        raise CommandRefused("G05", said=error) from error
    with _at(before):
        first, _ = ensure_round(files, before)
        made = _import(written.before[0], "").created
    with _at(before + timedelta(days=_SURVEY_DAYS - 1)):
        _import(written.before[1], "导入上一轮")
    with _at(opens, _MORNING):
        # the rest of the county has no round before: twice in a roster, 110,000 households cost some seconds more
        round_ = open_round(first.pack, pack_of(first), opens, f"operator:{system_user()}")
        made += _import(written.roster, "导入花名册").created
        accounts = people(written.played, written.done[:2])
    from paicha.delivery.cli.scene.cast import OFFICER

    cast = _cast(round_, pack_of(round_), written)
    met = refused = 0
    for number, (workbooks, own) in enumerate(zip(written.days, written.own, strict=True), 1):
        with _at(opens + timedelta(days=number - 1)):
            for result in _import(workbooks, f"导入第 {number} 天"), _import(own, "", cast.scope(OFFICER)):
                met += result.accepted
                refused += result.refused
            accounts += _act(cast, number)
    list_accounts(accounts)
    return Played(round_, made, met, refused, accounts)


def _cast(round_: Any, pack: Any, written: Scene) -> Cast:
    from paicha.delivery.cli.scene.cast import Cast
    from paicha.domain.areas.models import Area
    from paicha.domain.rounds.models import RoundArea

    done = {area.code: area for area in Area.objects.filter(code__in=written.done).select_related("parent")}
    return Cast(
        round_, pack, Area.objects.select_related("parent").get(code=written.played),
        RoundArea.objects.get(round=round_, code=written.town), [done[code] for code in written.done],
    )  # fmt: skip


def _act(cast: Cast, day: int) -> list[dict[str, str]]:
    """What people do on a day, in its order; accounts that are new with it."""
    from paicha.delivery.cli.scene import cases, county, ledgers, village

    for act in {
        2: (cases.open_enrolments, village.list_problems, village.note_petitions, county.refer),
        4: (village.note_changes, village.change_register),
        6: (ledgers.hand_up,),
        7: (
            village.plan_survey, cases.advance_enrolments, village.decide_leads, cases.put_forward,
            cases.propose_removals, cases.plan_tonight, cases.note_weekly_round, village.ask_village,
            village.send_from_phone, ledgers.judge, county.compare_lists, county.look_for_duplicates,
        ),
    }.get(day, ()):  # fmt: skip
        act(cast)
    return [county.draw(cast)] if day == _DRAWN else []


@contextmanager
def _at(day: date, at: time = _AFTER_WORK) -> Iterator[None]:
    """A moment of a day that is past; of today it is now."""
    from paicha.domain import clock

    if day >= clock.today():
        yield
        return
    with clock.frozen(datetime.combine(day, at, clock.SHANGHAI)):
        yield


def _import(path: Path, title: str, scope: Scope | None = None) -> ImportResult:
    """Take in what lies at a path; without a scope as the machine's operator. No upload without a file."""
    from paicha.domain.accounts.policies import operator_scope
    from paicha.domain.intake.result import ImportResult
    from paicha.domain.intake.services import import_files, read_sources

    sources = read_sources([str(path)]).sources
    if not sources:
        return ImportResult("")
    many = len(sources) > _FEW
    return import_files(
        sources, scope=scope or operator_scope(system_user()), progress=ProgressLine(title) if many else None,
        processes=2 if many else 1,
    )  # fmt: skip
