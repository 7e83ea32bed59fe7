"""A preview does the work of the import, village by village, and lets everybody else write meanwhile."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from tests.domain.intake.sheets import book, household_sheet, numbers, person, send
from tests.worlds.county import County

from paicha.domain.accounts.policies import operator_scope
from paicha.domain.areas.models import Area
from paicha.domain.households.models import Household
from paicha.domain.households.services import NewHousehold, add_households
from paicha.domain.intake.database_copy import on_database_copy
from paicha.domain.intake.services import Source, import_files


def files(county: County) -> list[tuple[str, bytes]]:
    """Two villages, the first in two files: the second repeats a household of the first and brings another."""
    first, second = county.villages[:2]

    def sheet(village: int, *heads: str) -> bytes:
        area = county.villages[village]
        town = area.parent.name if area.parent else ""
        return book(household_sheet(*(person(head) for head in heads), village=area.name, town=town))

    assert first != second
    return [
        ("一.xlsx", sheet(0, "张三", "李四")),
        ("二.xlsx", sheet(1, "王五")),
        ("三.xlsx", sheet(0, "张三", "赵六")),
    ]


@pytest.mark.django_db
def test_a_preview_counts_as_the_import_does_with_a_village_in_two_files(county: County) -> None:
    dry = send(*files(county), dry_run=True)
    assert Household.objects.count() == 0
    real = send(*files(county))
    assert numbers(dry) == numbers(real) == {"accepted": 4, "created": 4, "unchanged": 1}


@pytest.mark.django_db(transaction=True)
def test_others_write_while_a_preview_runs(county: County) -> None:
    wrote = 0

    def write() -> None:
        try:
            add_households(county.villages[2], [NewHousehold("1", f"外{wrote}", "", 1, "一般农户")])
        finally:
            connection.close()

    def progress(*_: object) -> None:
        nonlocal wrote
        with ThreadPoolExecutor(1) as pool:
            pool.submit(write).result()
        wrote += 1

    sources = [Source(name, data) for name, data in files(county)]
    import_files(sources, scope=operator_scope("tester"), dry_run=True, progress=progress)
    assert wrote == 5 == Household.objects.count()  # after each of three files and each of two villages


@pytest.mark.django_db(transaction=True)
def test_others_write_in_the_midst_of_a_preview_of_many_villages(county: County) -> None:
    sheets = [
        household_sheet(person("张三"), village=area.name, town=town_of(area)) for area in county.villages
    ]
    sources = [Source(f"{n}.xlsx", book(sheet)) for n, sheet in enumerate(sheets)]
    assert len(sources) > 5, "fewer are tried on the database itself"
    wrote, seen = 0, set[str]()

    def write() -> None:
        nonlocal wrote
        seen.update(file.name for file in Path(settings.PAICHA_HOME).iterdir())
        with ThreadPoolExecutor(1) as pool:
            pool.submit(add, county.villages[wrote - 1], f"外{wrote}").result()
        wrote += 1

    result = import_files(sources, scope=operator_scope("tester"), dry_run=True, between=write)
    assert numbers(result) == {"accepted": len(sources), "created": len(sources)}
    assert {head for (head,) in Household.objects.values_list("head_name")} == {
        f"外{n}" for n in range(wrote)
    }
    assert not [name for name in seen if "preview" in name], "a copy with people's data has no name"


def town_of(area: Area) -> str:
    return area.parent.name if area.parent else ""


def add(area: Area, head: str) -> None:
    """A household that somebody else adds, with a connection of their own."""
    try:
        add_households(area, [NewHousehold("1", head, "", 1, "一般农户")])
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_preview_of_many_villages_says_what_the_import_says(county: County) -> None:
    sources = [
        Source(name, data)
        for name, data in [
            *files(county),
            *((f"{area.code}.xlsx", villages_book(area, "钱七")) for area in county.villages[2:]),
            ("四.xlsx", villages_book(county.villages[0], "孙八", "张三")),
        ]
    ]
    told: dict[str, list[str]] = {}

    def tell(code: str, rows: Sequence[Mapping[str, Any]]) -> None:
        assert code not in told, "a village is told once, when the upload is through with it"
        told[code] = [f"{row['head']} {row['status']}" for row in rows]

    dry = import_files(sources, scope=operator_scope("tester"), dry_run=True, tell=tell)
    real = import_files(sources, scope=operator_scope("tester"))
    aside = {"upload", "seconds"}
    assert {k: v for k, v in dry.as_dict().items() if k not in aside} == {
        k: v for k, v in real.as_dict().items() if k not in aside
    }
    assert set(told) == {area.code for area in county.villages}
    assert told[county.villages[0].code] == [
        "张三 created", "李四 created", "张三 unchanged", "赵六 created", "张三 unchanged", "孙八 created",
    ]  # fmt: skip


def villages_book(area: Area, *heads: str) -> bytes:
    return book(household_sheet(*(person(head) for head in heads), village=area.name, town=town_of(area)))


@pytest.mark.django_db(transaction=True)
def test_what_is_written_on_a_copy_is_gone_with_it(county: County) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("a copy is SQLite's alone")
    area = county.villages[0]
    add_households(area, [NewHousehold("1", "张三", "", 1, "一般农户")])
    left = Path(settings.PAICHA_HOME) / ".preview-killed"
    left.touch()
    os.utime(left, (0, 0))  # filling it was cut short long ago
    with on_database_copy():
        assert not left.exists()
        add_households(area, [NewHousehold("1", "李四", "", 1, "一般农户")])
        assert Household.objects.count() == 2
    assert Household.objects.get().head_name == "张三"
