"""Members of households in the play of phones: what phones and the desk say of them, and what must be true then.

Each value that somebody writes is one mark, so that at the end it can be asked of every one where it went.
"""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from tests.worlds.round import VILLAGE, World

from paicha.core.refusal import Refusal
from paicha.domain.households.models import Household, Member
from paicha.domain.households.people import Typed, add_member, change_member, end_member
from paicha.domain.responses.services import village_work
from paicha.domain.sync import raised_items
from paicha.domain.sync.models import RaisedItem

NAMES = ("成甲", "成乙", "成丙")
HOMES = 4  # few, so that phones and the desk meet
_FIELDS = ("name", "relation", "health", "labour", "work", "school")


class People:
    """What is written about members. `seen`: marks that somebody replaced who had seen them."""

    def __init__(self, world: World, homes: list[UUID], rng: random.Random) -> None:
        self.world, self.homes, self.rng = world, homes[:HOMES], rng
        self.seen: set[str] = set()
        self.written: set[str] = set()
        self.done: Counter[str] = Counter()

    def act(self, mark: str) -> dict[str, Any]:
        """An act of a phone: somebody is added, or their health corrected, or they leave."""
        home, name = str(self.rng.choice(self.homes)), self.rng.choice(NAMES)
        end = self.rng.random() < 0.15
        return {"do": "member", "household": home, "name": name, "mark": mark, "end": end}

    def follow(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """See every act of a phone as it reaches the register."""
        real = raised_items.put_member

        def put_member(work: Any, data: Any, *args: Any) -> Any:
            subject, rest = real(work, data, *args)
            self.done["waits" if rest else str(data.get("act"))] += 1
            if rest is None:
                self.seen.add((data.get("was") or {}).get("health", ""))
            return subject, rest

        monkeypatch.setattr(raised_items, "put_member", put_member)

    def desk(self, mark: str) -> None:
        """Somebody at the desk adds, corrects or ends a member whom they see."""
        home, name = Household.objects.get(pk=self.rng.choice(self.homes)), self.rng.choice(NAMES)
        one = Member.objects.filter(household=home, name=name, left_at=None).first()
        self.done["desk"] += 1
        if one is None:
            add_member(home, Typed({"name": name, "health": mark}), source="desk:7")
        elif self.rng.random() < 0.1:
            end_member(one, source="desk:7")
            return
        else:
            self.seen.add(one.health)
            told = {field: getattr(one, field) for field in _FIELDS} | {"health": mark}
            change_member(one, Typed(told), source="desk:7")
        self.written.add(mark)

    def settle(self) -> None:
        """A person takes in what waits about a member."""
        row = RaisedItem.objects.filter(kind="member", status__in=("held", "refused"), round=self.world.round)
        one = row.order_by("?").first()
        if one is None:
            return
        area = self.world.areas[VILLAGE]
        with suppress(Refusal), village_work(self.world.round, self.world.pack, area, "9") as work:
            raised_items.take_in(work, one, "field:7@x")
            self.done["settled"] += 1

    def require_nothing_lost(self, marks: set[str]) -> None:
        """Every value is in force, or replaced by somebody who saw it, or waits for a person; nobody is double.

        `marks`: what phones were told is stored.
        """
        current = set(Member.objects.values_list("health", flat=True))
        waits = "".join(str(row.payload) for row in RaisedItem.objects.filter(kind="member") if row.payload)
        gone = {mark for mark in self.written | marks if mark not in current | self.seen}
        assert [mark for mark in sorted(gone) if f"'{mark}'" not in waits] == []
        here = Member.objects.filter(left_at=None).values_list("household_id", "name")
        assert [one for one, n in Counter(here).items() if n > 1] == []
