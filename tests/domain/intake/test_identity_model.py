"""Who each row is, over thousands of generated uploads, against a plain model; and that order plays no part.

`PAICHA_UPLOADS` says how many (without it 2,000 in a long run and a third of them in a short one).
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from random import Random
from uuid import UUID

import orjson
import pytest
from django.db import transaction
from tests.domain.intake.identity.model import Outcome, Tally, judge
from tests.domain.intake.identity.world import VILLAGES, Maker, Sheet, World, make_world, write
from tests.lengths import examples
from tests.worlds.county import OPERATOR, open_county

from paicha.core.keys import make_number
from paicha.domain.households.models import Household
from paicha.domain.households.services import NewHousehold, change_head, close, register_tag
from paicha.domain.intake.services import ImportResult, Source, import_files
from paicha.domain.responses.models import Revision

UPLOADS = int(os.environ.get("PAICHA_UPLOADS") or examples(2000))
WORLDS = 10
TOWN = "滨河新区街道"


def register(random: Random) -> tuple[World, dict[UUID, int]]:
    """A generated world in the database, answered; households' ids by their place in it."""
    world = make_world(random, ("",) * VILLAGES)
    known = {
        village: [NewHousehold(h.group, h.names[0], h.phone, 4, "general") for h in world.of(village)]
        for village in range(VILLAGES)
    }
    county = open_county(known)
    areas = county.villages[:VILLAGES]
    world.villages = [area.spoken for area in areas]
    made = list(Household.objects.filter(village__in=areas).order_by("village__code", "number"))
    ids, tag = {}, register_tag()
    for home, household in zip(world.homes, made, strict=True):
        ids[household.pk] = home.index
        world.keys[home.index] = make_number(household.number, tag)
    for village, area in enumerate(areas):
        rows = [
            {
                "household": str(household.pk), "head_name": home.names[0], "phone": home.phone or None,
                "group": home.group or None, "remark": home.remark,
            }
            for home, household in zip(world.homes, made, strict=True)
            if home.village == village
        ]  # fmt: skip
        receipts = county.submit(area, "general", rows, source=f"excel:{OPERATOR.actor}")
        assert {receipt.status for receipt in receipts} == {"stored"}
    for home, household in zip(world.homes, made, strict=True):
        for name in home.names[1:]:
            change_head(household, name, actor="5", reason="户主去世")
        if home.closed:
            close(household, actor="5", reason="全户迁走")
    return world, ids


def take(world: World, sheets: Sequence[Sheet], **options: bool) -> ImportResult:
    """Import the sheets, a file each."""
    files = [
        Source(f"{number}.csv", write(sheet, world.villages, TOWN)) for number, sheet in enumerate(sheets)
    ]
    return import_files(files, scope=OPERATOR, **options)


def outcome_of(result: ImportResult, ids: dict[UUID, int]) -> Outcome:
    """What an import did, read from what it refused and what it stored."""
    refused = {
        (int(row.file.removesuffix(".csv")), row.row - 4): [message.code for message in row.messages]
        for row in result.refused_rows
    }
    rows = Revision.objects.filter(upload=result.upload, household__isnull=False)
    stored = [
        (ids.get(household), str(household), orjson.loads(answers)["remark"])
        for household, answers in rows.values_list("household_id", "answers")
    ]
    return Outcome(refused, stored)


@pytest.mark.parametrize("seed", range(WORLDS))
def test_no_household_is_doubled_and_no_answer_is_another_s(
    seed: int, db: None, at_opening: datetime
) -> None:
    random, tally = Random(seed), Tally()
    world, ids = register(random)
    for _ in range(max(UPLOADS // WORLDS, 1)):
        sheets = Maker(random, world).upload()
        with transaction.atomic():
            result = take(world, sheets)
            judge(sheets, outcome_of(result, ids), tally)
            transaction.set_rollback(True)
    print(seed, tally.uploads, tally.rows, tally.refused, tally.sure, tally.sure_refused, dict(tally.causes))
    assert tally.broken == []
    assert 100 * tally.sure_refused < tally.sure


def statuses(world: World, sheets: Sequence[Sheet]) -> dict[tuple[object, ...], Counter[str]]:
    """What would become of each row, equal rows together."""
    found: dict[tuple[object, ...], Counter[str]] = defaultdict(Counter)
    for line in take(world, sheets, dry_run=True).plan:
        row = sheets[int(line["file"].removesuffix(".csv"))].rows[line["row"] - 4]
        found[row.content, row.key][line["status"]] += 1
    return found


@pytest.mark.parametrize("seed", range(3))
def test_order_of_rows_plays_no_part(seed: int, db: None, at_opening: datetime) -> None:
    random = Random(1000 + seed)
    world, _ = register(random)
    for _ in range(max(UPLOADS // 60, 1)):
        sheets = Maker(random, world).upload()
        first = statuses(world, sheets)
        for sheet in sheets:
            random.shuffle(sheet.rows)
        assert statuses(world, sheets) == first
