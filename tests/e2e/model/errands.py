"""Visits and re-interviews in the play of phones: what leaders, a checker and the desk say, and what must be true then.

Each thing that somebody writes is one mark, so that at the end it can be asked of every one where it went.
"""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Browser
from tests.e2e.model.devices import Device
from tests.worlds.errands import FORM5, leader, planned
from tests.worlds.round import NEIGHBOUR, VILLAGE, World
from tests.worlds.sampled import drawn, said

from paicha.core.refusal import Refusal
from paicha.domain import clock
from paicha.domain.accounts.models import Assignment, User
from paicha.domain.responses.services import village_work
from paicha.domain.rounds.models import RosterEntry
from paicha.domain.sync import batches
from paicha.domain.sync.items import VisitItem
from paicha.domain.sync.models import SyncItem
from paicha.domain.verification.interviews import Statement, record_interview
from paicha.domain.verification.models import Interview, SampleHousehold, Visit, VisitHousehold
from paicha.domain.verification.visits import Result, look

HOMES = 3  # few, so that phones and the desk meet
PHONES = ("leader", "leader", "visitor")
POINTS = {name: value for name, value in FORM5.items() if name.startswith("v_")}


class Errands:
    """Two phones of one leader, one of a checker. `seen`: marks that somebody replaced who had seen them."""

    def __init__(self, world: World, browser: Browser, url: str, rng: random.Random) -> None:
        self.world, self.rng = world, rng
        self.seen: set[str] = set()
        self.written: set[str] = set()
        self.done: Counter[str] = Counter()
        leader(world)
        user = User.objects.create_user("visitor", password="a-long-password-1", name="visitor的姓名")
        world.users["visitor"] = user
        self.begin()
        answers = {name: value for name, value in said(world).items() if name != "outcome"}
        clean = {"form5": POINTS, "said": answers}
        self.devices = [Device(browser, url, world.users[who], clean) for who in PHONES]

    def begin(self) -> None:
        """A round's visits and sample: what the earlier one had is over."""
        sample = drawn(self.world, RosterEntry.objects.filter(round=self.world.round).count(), 3)
        user = self.world.users["visitor"]
        SampleHousehold.objects.filter(sample=sample).update(checker=user)
        today = clock.today()
        Assignment.objects.create(
            user=user, role="spot_checker", kind="sample", ref=str(sample.pk), since=today, until=today
        )
        self._plan()

    def _plan(self) -> None:
        for code in (VILLAGE, NEIGHBOUR):
            here = Visit.objects.filter(round=self.world.round, village__code=code, state="planned")
            if here.exists():
                continue
            visit = planned(self.world, self.world.users["leader"], code)
            roster = RosterEntry.objects.filter(round=self.world.round, village__code=code).order_by("pk")
            listed = set(visit.households.values_list("household", flat=True))
            for one in roster.exclude(household__in=listed)[:HOMES]:  # a new round has nothing yet to look at
                VisitHousehold.objects.create(visit=visit, household_id=one.household_id, reason="抽到")

    def follow(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """See every errand as it is taken in."""
        real = batches.take_errand

        def take_errand(work: Any, errand: Any, source: str) -> Any:
            notes = dict(VisitHousehold.objects.values_list("pk", "note"))
            receipt = real(work, errand, source)
            now = dict(VisitHousehold.objects.values_list("pk", "note"))
            for pk, note in notes.items():
                if now[pk] != note:
                    assert isinstance(errand.item, VisitItem)
                    (one,) = [each for each in errand.item.looks if each.row == pk]
                    assert one.was[1] == note, "what nobody saw was replaced"
                    self.seen.add(note)
            self.done[f"{errand.item.kind} {receipt.status.value}"] += 1
            return receipt

        monkeypatch.setattr(batches, "take_errand", take_errand)

    def step(self, mark: str, mode: str) -> None:
        """A phone does some things, or the desk does."""
        if self.rng.random() < 0.2:
            self._desk(mark)
            return
        device = self.rng.choice(self.devices)
        chance = self.rng.random
        act = {
            "do": "errand", "mark": mark, "visit": device is not self.devices[2], "pick": chance(), "row": chance(),
            "completed": device is self.devices[2] or chance() < 0.1, "draft": chance() < 0.1,
        }  # fmt: skip
        acts: list[dict[str, Any]] = [
            act,
            {"do": "send", "mode": mode, "locked": chance() < 0.2},
            {"do": "pull"},
        ]
        acts = [one for one in acts if one is act or chance() < 0.5]
        if chance() < 0.1:
            self.rng.choice(acts)["crash"] = self.rng.randint(0, 4)
        first = device.run(acts)[0]
        assert first.get("crashed") or "error" not in first, first
        self._plan()

    def _desk(self, mark: str) -> None:
        """The town's clerk types what was seen at a household, or another checker is faster."""
        world = self.world
        if self.rng.random() < 0.5:
            free = SampleHousehold.objects.filter(sample__round=world.round, interview__isnull=True)
            one = free.select_related("village", "household").order_by("position").first()
            if one is None:
                return
            told = said(world)
            statement = Statement(told.pop("outcome"), told, mark)
            with suppress(Refusal):  # a household of another form
                record_interview(world.round, world.pack, one, statement, actor="7")
                self.written.add(mark)
            return
        row = (
            VisitHousehold.objects.filter(visit__round=world.round, visit__state="planned")
            .order_by("?")
            .first()
        )
        if row is None:
            return
        visit = Visit.objects.select_related("village").get(pk=row.visit_id)
        with village_work(world.round, world.pack, visit.village, "7") as work:
            look(work, visit, Result({}, {row.household_id: ("differs", mark)}))
        self.seen.add(row.note)
        self.written.add(mark)

    def require_nothing_lost(self) -> None:
        """Every mark is in force, replaced by somebody who saw it, or kept with its item; nothing is there twice."""
        for device in self.devices:
            for locked in (False, True):
                device.run([{"do": "send", "mode": "ok", "locked": locked}])
            assert device.rest()["items"] == [], "an outbox doesn't empty"
        rows = {str(row.pk): row for row in SyncItem.objects.exclude(kind="answers")}
        notes = {
            note
            for model in (VisitHousehold, Interview)
            for note in model.objects.values_list("note", flat=True)
        }
        finished = {item: act["mark"] for device in self.devices for item, act in device.finished.items()}
        assert set(finished) <= set(rows), "an item is nowhere"
        kept = {item: str(row.raw) for item, row in rows.items() if row.raw is not None}
        lost = {
            mark for item, mark in finished.items()
            if mark not in notes and mark not in self.seen and f"'{mark}'" not in kept.get(item, "")
        }  # fmt: skip
        assert lost == set()
        assert self.written <= notes | self.seen
        stored = [row.errand for row in rows.values() if (row.kind, row.status) == ("interview", "stored")]
        assert len(stored) == len(set(stored))
        by = Interview.objects.filter(by=str(self.world.users["visitor"].pk)).values_list(
            "sampled", flat=True
        )
        assert sorted(by) == sorted(pk for pk in stored if pk is not None)
        assert not SyncItem.objects.filter(kind="interview", village__isnull=False).exists()
