"""Duplicates in a demo county: planted ones found, innocent likenesses let alone, and how long it takes.

    python benchmarks/duplicates.py [--households 110000] [--home DIR] [--seed 1]

Makes the demo county in a home of its own (or works on a copy of --home), gives families members, then plants into the
register by its services: doubles of thirteen kinds (`DOUBLES`), up to a hundred of each, and innocent likenesses of six
(`INNOCENT`), two hundred of each. Prints for each kind how many are listed, what is listed besides, the seconds of
comparing everything, of comparing after one village changed, and of the first page's queries.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

EACH, INNOCENTS = 100, 200
_SOUNDS = (
    "国果",
    "英瑛",
    "平萍",
    "军君",
    "志治",
    "伟玮",
    "明鸣",
    "生升",
    "华桦",
    "林琳",
    "建健",
    "文雯",
    "武午",
    "强墙",
)
_SOUND = dict(_SOUNDS) | {b: a for a, b in _SOUNDS}


@dataclass(frozen=True)
class Home:
    """A household as it is planted."""

    village: int
    group: str
    head: str
    phone: str
    population: int | None
    members: tuple[tuple[str, str], ...] = ()
    number: str = ""


Change = Callable[[Home, "Plants"], Home]


class Plants:
    """What a planted household is changed with."""

    def __init__(self, random: Random, villages: list[int]) -> None:
        self.random, self._villages = random, villages

    def phone(self) -> str:
        return f"1{self.random.randrange(7_000_000_000, 8_000_000_000)}"  # 17…: a range of its own

    def group(self, home: Home) -> str:
        return "2" if home.group != "2" else "3"

    def village(self, home: Home) -> int:
        return self.random.choice([v for v in self._villages if v != home.village])

    def slip(self, name: str) -> str:
        return f"{name[:-1]}{self.random.choice('峁墕梁塬坪川峰岭')}"

    def sound(self, name: str) -> str:
        return "".join(_SOUND.get(c, c) for c in name)


def _wife(home: Home) -> Home:
    wife, *others = home.members
    return replace(home, head=wife[0], members=((home.head, "配偶"), *others))


DOUBLES: dict[str, Change] = {
    "one character, same phone": lambda h, p: replace(h, head=p.slip(h.head)),
    "same reading, same phone": lambda h, p: replace(h, head=p.sound(h.head)),
    "one character, phone, other group": lambda h, p: replace(h, head=p.slip(h.head), group=p.group(h)),
    "same name and phone, other group": lambda h, p: replace(h, group=p.group(h)),
    "same name, phone missing": lambda h, p: replace(h, phone=""),
    "same reading, phone missing": lambda h, p: replace(h, head=p.sound(h.head), phone=""),
    "one character, phone missing": lambda h, p: replace(h, head=p.slip(h.head), phone=""),
    "same name and phone, other village": lambda h, p: replace(h, village=p.village(h)),
    "one character, phone, other village": lambda h, p: replace(h, head=p.slip(h.head), village=p.village(h)),
    "wife as head, same members": lambda h, p: replace(_wife(h), phone=""),
    "wife as head, another phone": lambda h, p: replace(_wife(h), phone=p.phone()),
    "members, other village": lambda h, p: replace(_wife(h), phone="", village=p.village(h)),
    "same foreign number, nothing else": lambda h, p: replace(
        h, head="贺" + p.slip("满仓"), phone=p.phone(), group=p.group(h), population=9, members=()
    ),
}
INNOCENT: dict[str, Change] = {
    "namesake, phone of their own": lambda h, p: replace(h, phone=p.phone(), members=(), number=""),
    "namesake in another village": lambda h, p: replace(
        h, village=p.village(h), phone=p.phone(), members=(), number=""
    ),
    "brother, phone of his own": lambda h, p: replace(
        h, head=p.slip(h.head), phone=p.phone(), members=(), number=""
    ),
    "son on his father's phone": lambda h, p: replace(h, head=h.head[0] + "栓栓", members=(), number=""),
    "one member's name in common": lambda h, p: replace(
        h, head="郄" + p.slip("来"), phone=p.phone(), members=h.members[:1], number=""
    ),
    "brother, another population, no phone": lambda h, p: replace(
        h, head=p.slip(h.head), phone="", population=(h.population or 1) + 1, members=(), number=""
    ),
}


class People:
    """Members and numbers to be written."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self.members: list[Any] = []
        self.numbers: list[Any] = []

    def add(self, household: UUID, home: Home) -> None:
        from paicha.domain.households.models import ForeignNumber, Member

        same = {"household_id": household, "source": "", "at": self._at}
        self.members += [
            Member(id=uuid4(), name=name, relation=relation, **same) for name, relation in home.members
        ]
        if home.number:
            self.numbers.append(
                ForeignNumber(system="国家系统", kind="household", number=home.number, **same)
            )

    def write(self) -> None:
        from paicha.domain.households.models import ForeignNumber, Member

        Member.objects.bulk_create(self.members, batch_size=2000)
        ForeignNumber.objects.bulk_create(self.numbers, batch_size=2000)


def plant(seed: int) -> dict[frozenset[UUID], str]:
    """Put members and planted households into the register; the kind of each pair."""
    from django.db import transaction

    from paicha.domain import clock
    from paicha.domain.areas.models import Area
    from paicha.domain.households.models import Household
    from paicha.domain.households.services import NewHousehold, add_households, count_change

    random = Random(seed)
    rows = list(
        Household.objects.filter(closed_at=None).exclude(phone="").order_by("number").values_list(
            "id", "village_id", "group", "head_name", "phone", "population"
        )
    )  # fmt: skip
    villages = sorted({row[1] for row in rows})
    plants, areas, at = Plants(random, villages), Area.objects.in_bulk(villages), clock.now()
    names = sorted({row[3] for row in rows})
    kinds = [(k, c, EACH) for k, c in DOUBLES.items()] + [(k, c, INNOCENTS) for k, c in INNOCENT.items()]
    chosen = iter(random.sample([r for r in rows if len(r[3]) == 3], sum(n for *_, n in kinds)))
    truth: dict[frozenset[UUID], str] = {}
    written = People(at)

    with transaction.atomic():
        own: dict[UUID, Home] = {}
        for place, (id_, village, group, head, phone, population) in enumerate(rows):
            family = tuple((random.choice(names), r) for r in ("配偶", "之子", "之女"))
            number = f"6108{place:08d}" if random.random() < 0.5 else ""
            own[id_] = Home(village, group, head, phone, population, family, number)
        for kind, change, n in kinds:
            for _ in range(n):
                id_ = next(chosen)[0]
                if "foreign number" in kind:
                    own[id_] = replace(own[id_], number=own[id_].number or f"6109{len(truth):08d}")
                if kind.startswith("same reading") and plants.sound(own[id_].head) == own[id_].head:
                    continue
                twin = change(own[id_], plants)
                new = NewHousehold(twin.group, twin.head, twin.phone, twin.population, "general")
                ((made, _),) = add_households(areas[twin.village], [new])
                written.add(made, twin)
                truth[frozenset((id_, made))] = kind
        for id_, home in own.items():
            written.add(id_, home)
        written.write()
        count_change(villages)
    people = f"{len(written.members)} members, {len(written.numbers)} foreign numbers"
    print(f"{len(rows)} households, {people}, {len(truth)} planted")
    return truth


def measure(truth: dict[frozenset[UUID], str]) -> None:
    """Compare everything, then after one change; print."""
    from paicha.domain.accounts.policies import operator_scope
    from paicha.domain.duplicates.models import DuplicatePair
    from paicha.domain.duplicates.queries import clusters, numbers, pairs_at, people_of
    from paicha.domain.duplicates.services import refresh
    from paicha.domain.households.models import Household
    from paicha.domain.households.services import change_head

    whole, processor = time.perf_counter(), time.process_time()
    done = refresh()
    whole, processor = time.perf_counter() - whole, time.process_time() - processor
    print(f"everything compared: {done.villages} villages, {whole:.2f} s, {processor:.2f} s of processor")
    listed = {frozenset(pair) for pair in DuplicatePair.objects.values_list("first_id", "second_id")}
    found, planted = Counter(truth.get(pair, "besides") for pair in listed), Counter(truth.values())
    for kind, n in planted.items():
        print(f"  {'double  ' if kind in DOUBLES else 'innocent'}  {kind:40} {found[kind]:5} of {n}")
    doubles = sum(found[kind] for kind in DOUBLES)
    innocent = sum(found[kind] for kind in INNOCENT)
    total = sum(planted[kind] for kind in DOUBLES)
    print(
        f"found {doubles} of {total}, besides: {innocent} planted innocents, {found['besides']} of the county itself"
    )
    household = Household.objects.filter(closed_at=None).order_by("number")[5000]
    change_head(household, "王国强", actor="benchmark", reason="benchmark")
    whole, processor = time.perf_counter(), time.process_time()
    done = refresh()
    whole, processor = time.perf_counter() - whole, time.process_time() - processor
    print(f"after one change: {done.villages} village, {whole:.2f} s, {processor:.2f} s of processor")
    began = time.perf_counter()
    rows = pairs_at(operator_scope("benchmark"), "610881000000")
    page = clusters(rows, numbers(rows)[:50])
    people_of([household.pk for cluster in page for household in cluster.households])
    print(f"first page's queries: {1000 * (time.perf_counter() - began):.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--households", type=int, default=110_000)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="paicha-duplicates-") as place:
        home = Path(place) / "home"
        os.environ |= {"PAICHA_HOME": str(home), "DJANGO_SETTINGS_MODULE": "paicha.config.settings"}
        if args.home:
            shutil.copytree(args.home, home)
        else:
            command = [
                sys.executable,
                "-m",
                "paicha.delivery.cli.main",
                "demo",
                "--households",
                str(args.households),
            ]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        measure(plant(args.seed))


if __name__ == "__main__":
    main()
