"""The register as columns, a village at a time: read anew where it changed, kept for the others.

Columns: `number` of the household, `village` (permanent id), `group`, `name` (the head's `name_key`), `phone`,
`population`, `readings` of the head's name, `members` (`name_key` of who is there besides the head), `homes` and
`persons` (the household's and its people's numbers in other systems, 'system number'). A text column that holds several
joins them by a line break; what is not known is '' or null.

What holds: closed households and members who left are in no column; equal registers give equal columns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from io import BytesIO
from typing import Any

import polars as pl

from paicha.core.normalise import name_key
from paicha.core.readings import readings
from paicha.domain.duplicates.models import VillageColumns
from paicha.domain.households.models import ForeignNumber, Household, Member, RegisterVersion

BREAK = "\n"
SCHEMA = {
    "number": pl.Int64, "village": pl.Int64, "group": pl.String, "name": pl.String, "phone": pl.String,
    "population": pl.Int16, "readings": pl.String, "members": pl.String, "homes": pl.String, "persons": pl.String,
}  # fmt: skip
_AT_ONCE = 400  # ids in one condition: SQLite takes some thousands


def versions() -> dict[int, int]:
    """Which version of each village's register the columns were read from."""
    return dict(VillageColumns.objects.values_list("village_id", "version"))


def stale() -> dict[int, int]:
    """Villages whose columns are not those of the register now, each with the version to be read."""
    known = versions()
    now = dict(RegisterVersion.objects.values_list("village_id", "version"))
    return {village: version for village, version in now.items() if known.get(village) != version}


def stored_columns(villages: Collection[int] | None = None) -> dict[int, pl.DataFrame]:
    """The columns as they were read last, of these villages or of all."""
    rows = VillageColumns.objects.all()
    if villages is not None:
        rows = rows.filter(village__in=villages)
    return {
        village: pl.read_ipc(BytesIO(bytes(data))) for village, data in rows.values_list("village_id", "data")
    }


def keep(frames: Mapping[int, pl.DataFrame], versions: Mapping[int, int]) -> None:
    """Keep the columns of some villages in place of what there was."""
    VillageColumns.objects.filter(village__in=list(frames)).delete()
    VillageColumns.objects.bulk_create(
        (
            VillageColumns(village_id=village, version=versions[village], data=_bytes(frame))
            for village, frame in frames.items()
        ),
        batch_size=50,
    )


def read(villages: Collection[int]) -> dict[int, pl.DataFrame]:
    """The columns of some villages as the register is now."""
    listed = sorted(villages)
    rows: dict[int, list[tuple[Any, ...]]] = {village: [] for village in listed}
    for start in range(0, len(listed), _AT_ONCE):
        part = listed[start : start + _AT_ONCE]
        members, homes, persons = _members(part), _numbers(part, "household"), _numbers(part, "person")
        households = Household.objects.filter(village__in=part, closed_at=None).order_by("number")
        for number, village, group, head, phone, population in households.values_list(
            "number", "village_id", "group", "head_name", "phone", "population"
        ):
            name = name_key(head)
            rows[village].append((
                number, village, group, name, phone, population, BREAK.join(readings(name)),
                _join(members.get(number)), _join(homes.get(number)), _join(persons.get(number)),
            ))  # fmt: skip
    return {village: pl.DataFrame(rows[village], schema=SCHEMA, orient="row") for village in listed}


def together(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The columns of several villages as one frame, in the order of numbers."""
    return pl.concat([pl.DataFrame(schema=SCHEMA), *frames]).sort("number")


def changed_rows(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """The rows that only one of two frames has: as households were, and as they are."""
    every = list(SCHEMA)
    return pl.concat([
        before.join(after, on=every, how="anti", nulls_equal=True),
        after.join(before, on=every, how="anti", nulls_equal=True),
    ])  # fmt: skip


def _members(villages: Collection[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    rows = Member.objects.filter(household__village__in=villages, left_at=None)
    for number, name in rows.values_list("household__number", "name"):
        found[number].add(name_key(name))
    return found


def _numbers(villages: Collection[int], kind: str) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    rows = ForeignNumber.objects.filter(household__village__in=villages, kind=kind, member__left_at=None)
    for household, system, number in rows.values_list("household__number", "system", "number"):
        found[household].add(f"{system} {number}")
    return found


def _join(texts: Collection[str] | None) -> str:
    return BREAK.join(sorted(texts)) if texts else ""


def _bytes(frame: pl.DataFrame) -> bytes:
    file = BytesIO()
    frame.write_ipc(file, compression="zstd")
    return file.getvalue()
