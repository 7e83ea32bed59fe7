"""Any order of register events beside uploads and phones: nobody is lost, nobody is there twice, totals are sums.

`PAICHA_TESTS=long` plays 2,000 steps, `PAICHA_LIFE_STEPS` any number; by default a few hundred.
"""

from __future__ import annotations

import os
from collections import Counter
from random import Random
from typing import Any
from uuid import UUID

import pytest
from tests.domain.intake.sheets import household_sheet, key_of, person, send
from tests.lengths import LONG
from tests.worlds.life import require_whole
from tests.worlds.phone import GENERAL, Phone
from tests.worlds.round import BY_FORM, CLEAN, NEIGHBOUR, VILLAGE, World

from paicha.core.refusal import Refusal
from paicha.domain.accounts.policies import operator_scope
from paicha.domain.households.events import Past, survivors
from paicha.domain.households.models import Household, HouseholdEvent
from paicha.domain.households.services import new_id
from paicha.domain.intake.undo import undo_upload
from paicha.domain.life.act import Asked
from paicha.domain.life.closing import CAUSES, close, reopen
from paicha.domain.life.merging import merge
from paicha.domain.life.moving import move
from paicha.domain.life.queries import is_standing
from paicha.domain.life.reclassing import reclass
from paicha.domain.life.splitting import Part, split
from paicha.domain.life.undoing import undo
from paicha.domain.responses.models import Conflict, HeldRevision, Revision
from paicha.domain.rounds.models import RosterEntry

WHY = Asked(operator_scope("tester"), "演练")
CODES = (VILLAGE, NEIGHBOUR)
FEWEST, MOST = 8, 40
STEPS = int(os.environ.get("PAICHA_LIFE_STEPS", "2000" if LONG else "200"))


class Play:
    """A register played with: what people believe of it stands in `open`, by what they did alone."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.random = world, Random(seed)
        self.open = set(Household.objects.filter(closed_at=None).values_list("pk", flat=True))
        self.phones = [Phone(world.users[who]) for who in ("town", "cadre")]
        self.marks: dict[str, str] = {}  # remark that somebody wrote → what became of it
        self.typed: list[dict[str, Any]] = []  # on its way: a phone's items, made before what happens next
        self.uploads: list[UUID] = []
        self.done = Counter[str]()

    def step(self) -> None:
        """One act, chosen and aimed by chance; what is refused changes nothing."""
        act = self.random.choice(
            ("move", "move", "close", "reopen", "merge", "split", "reclass", "undo", "undo", "undo", "fill", "fill",
             "type", "type", "send", "send", "upload", "upload", "take_back")
        )  # fmt: skip
        try:
            getattr(self, act)()
        except Refusal as refused:
            self.done[f"{act} {refused.code}"] += 1
        else:
            self.done[act] += 1

    def any(self) -> UUID:
        return self.random.choice(sorted(self.open))

    def move(self) -> None:
        village = self.world.areas[self.random.choice(CODES)]
        move(self.world.round, self.world.pack, self.any(), village, str(self.random.randint(1, 3)), WHY)

    def _fewer(self) -> bool:
        """Whether one may leave; a village that dies out is no play."""
        return len(self.open) > FEWEST

    def close(self) -> None:
        if not self._fewer():
            return
        home = self.any()
        close(self.world.round, self.world.pack, home, self.random.choice(list(CAUSES)), WHY)
        self.open.remove(home)

    def reopen(self) -> None:
        closed = sorted(Household.objects.exclude(closed_at=None).values_list("pk", flat=True))
        if closed:
            home = self.random.choice(closed)
            reopen(self.world.round, self.world.pack, home, WHY)
            self.open.add(home)

    def merge(self) -> None:
        if not self._fewer():
            return
        home, other = self.any(), self.any()
        merge(self.world.round, self.world.pack, home, other, WHY)
        self.open.remove(home)

    def split(self) -> None:
        if len(self.open) > MOST:
            return
        part = Part(f"新户{len(self.marks)}{self.random.randint(0, 999)}", population=2)
        self.open.add(split(self.world.round, self.world.pack, self.any(), part, WHY).household_id)

    def reclass(self) -> None:
        class_ = self.random.choice([one.name for one in self.world.pack.classes])
        reclass(self.world.round, self.world.pack, self.any(), class_, WHY)

    def undo(self) -> None:
        standing = [event for event in HouseholdEvent.objects.order_by("-pk")[:12] if is_standing(event)]
        if not standing:
            return
        event = self.random.choice(standing)
        undo(self.world.round, self.world.pack, event.pk, WHY.scope)
        home = event.household_id
        {
            "close": self.open.add, "merge": self.open.add, "reopen": self.open.discard, "split": self.open.discard,
        }.get(event.kind, lambda _: None)(home)  # fmt: skip

    def _mark(self) -> str:
        mark = f"记号{len(self.marks)}。"
        self.marks[mark] = ""
        return mark

    def fill(self) -> None:
        """A row of a workbook, with the household's key and no base."""
        entry = RosterEntry.objects.select_related("household", "village").get(household=self.any())
        mark = self._mark()
        row = {
            "household": str(entry.household_id),
            "form": entry.form,
            "head_name": entry.household.head_name,
        }
        home = entry.household
        row |= CLEAN | BY_FORM[entry.form] | {"remark": mark}
        row["group"] = self.random.choice(
            sorted({home.group, *Past.of(home.past).groups})
        )  # as of now, or of before
        (receipt,) = self.world.answer(entry.village.code, [row], f"excel:{self.random.randint(1, 2)}")
        self.marks[mark] = str(receipt.status)

    def upload(self) -> None:
        """A workbook of the official form with one row, by its key or by its name, in a group of now or of before."""
        entry = RosterEntry.objects.select_related("household", "village__parent").get(household=self.any())
        home, area, mark = entry.household, entry.village, self._mark()
        row = person(home.head_name, 备注=mark)
        if self.random.random() < 0.5:
            row |= key_of(home.pk, base=self.random.randint(1, entry.revision_number + 1))
        group = self.random.choice(sorted({home.group, *Past.of(home.past).groups}))
        assert area.parent is not None
        sheet = household_sheet(
            row, village=area.spoken, town=area.parent.spoken, group=group, lifted=entry.form == "lifted"
        )
        result = send(sheet, scope=WHY.scope)
        assert result.created == 0, "doubled"
        self.uploads.append(UUID(result.upload))
        self.marks[mark] = "stored" if result.accepted else "conflict" if result.conflicts else ""

    def take_back(self) -> None:
        if self.uploads:
            undo_upload(self.random.choice(self.uploads), scope=WHY.scope)

    def type(self) -> None:
        """Somebody answers on the phone for the household as it is now; it is sent later."""
        entry = RosterEntry.objects.get(household=self.any())
        mark = self._mark()
        answers = {**GENERAL, "remark": mark}
        if entry.form != "general":
            answers = {**CLEAN, **BY_FORM[entry.form], "remark": mark}
        self.typed.append(
            {
                "item": str(new_id()), "household_id": str(entry.household_id), "base": entry.revision_number or None,
                "answers": answers, "completed": True, "confirmed": [], "raised": [],
                "answered_at": "2022-03-15T09:00:00+08:00", "mark": mark,
            }
        )  # fmt: skip

    def send(self) -> None:
        if not self.typed:
            return
        sent = self.typed.pop(self.random.randrange(len(self.typed)))
        mark = sent.pop("mark")
        (receipt,) = self.random.choice(self.phones).send(sent)
        self.marks[mark] = str(receipt.status)
        asked = UUID(sent["household_id"])
        if receipt.status != "refused":  # it is the household's, or the one that it became part of
            assert receipt.household == survivors([asked]).get(asked, asked)

    def require(self, *, chains: bool = True) -> None:
        """Nobody lost, nobody twice; every answer is somewhere; every total is the sum of its rows."""
        kept = list(Household.objects.filter(closed_at=None).values_list("pk", flat=True))
        roster = list(
            RosterEntry.objects.filter(round=self.world.round).values_list("household_id", flat=True)
        )
        assert sorted(kept) == sorted(roster) == sorted(self.open)
        for home, survivor in survivors(
            list(Household.objects.exclude(closed_at=None).values_list("pk", flat=True))
        ).items():
            assert home not in self.open and survivor not in (home,)
        texts = [
            *Revision.objects.values_list("answers", flat=True),
            *Conflict.objects.values_list("answers", flat=True),
            *HeldRevision.objects.values_list("answers", flat=True),
        ]
        everything = "".join(texts)
        for mark, status in self.marks.items():
            if status in ("stored", "merged", "conflict", "held"):
                assert mark in everything, (mark, status)
        require_whole(self.world, chains=chains)


@pytest.mark.parametrize("seed", range(2 if STEPS <= 200 else 4))
def test_nobody_is_lost_and_nobody_is_there_twice(plain: World, seed: int) -> None:
    play = Play(plain, seed)
    steps = STEPS // (2 if STEPS <= 200 else 4)
    for n in range(1, steps + 1):
        play.step()
        if n % 25 == 0:
            play.require(chains=n % 250 == 0)
        if n % 500 == 0:
            print(seed, n, flush=True)
    play.require()
    print(seed, steps, sorted(play.done.items()), sorted(Counter(play.marks.values()).items()))
