"""What only a sheet as a whole shows: values at other rows than before, columns that went blank."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, cast

import pytest
from tests.domain.intake.sheets import (
    book,
    household_sheet,
    key_of,
    numbers,
    person,
    profile_sheet,
    said,
    send,
)
from tests.worlds.county import County

from paicha.domain.households.models import Household
from paicha.domain.households.services import NewHousehold, add_households
from paicha.domain.intake.partial_sorts import Met, find_moved
from paicha.domain.responses.models import Revision
from paicha.domain.rounds.models import RosterEntry

pytestmark = pytest.mark.usefixtures("county")
HEADS = ("张三", "李四", "王五", "赵六", "孙七", "周八", "吴九", "郑十")
INSURED = "家庭成员参加城乡居民(职工)基本医疗保险"
RIGHT = (
    "家庭人口", "联系电话", "居住地", "有无安全住房", "有无安全饮水", INSURED, "人均年纯收入", "有无较大刚性支出",
)  # fmt: skip
Rows = list[dict[str, Any]]


def filled() -> Rows:
    """A row a household: phones that tell them apart, other answers as they come."""
    return [
        person(
            head, 家庭人口=2 + n % 3, 联系电话=f"1390000000{n}", 居住地=1 + n % 2, 人均年纯收入=2 + n % 3,
            备注=f"第{n}户",
        )
        | {INSURED: f"0,{2 + n % 3},0"}
        for n, head in enumerate(HEADS)
    ]  # fmt: skip


def sorted_in_part(rows: Rows, columns: tuple[str, ...], by: Callable[[dict[str, Any]], Any]) -> Rows:
    """The columns sorted by themselves, everything else left where it stood."""
    order = sorted(rows, key=by)
    return [row | {name: other.get(name) for name in columns} for row, other in zip(rows, order, strict=True)]


def backwards(row: dict[str, Any]) -> Any:
    return -int(row["联系电话"])


def with_keys(rows: Rows) -> Rows:
    return [row | key_of(Household.objects.get(head_name=row["户主姓名"]).pk) for row in rows]


@pytest.mark.parametrize("keys", [False, True])
@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("columns", [("联系电话",), RIGHT, ("户主姓名",), ("家庭人口", INSURED, "备注")])
def test_a_sheet_that_was_sorted_in_part_is_refused_whole(
    columns: tuple[str, ...], dry_run: bool, keys: bool
) -> None:
    send(household_sheet(*filled()))
    rows = with_keys(filled()) if keys else filled()
    moved = sorted_in_part(rows, columns, backwards)
    result = send(household_sheet(*moved), dry_run=dry_run)
    assert numbers(result) == {"refused": 8}
    assert [code for code, _ in said(result)] == ["U01"]
    (message,) = result.messages
    assert "第4–11行" in message.message and "8 户" in message.message and "请撤销排序" in message.message
    assert Revision.objects.count() == 8


def test_a_prefilled_sheet_without_answers_yet_is_looked_at_too(county: Any) -> None:
    area = next(v for v in county.villages if v.name.startswith("水磨河"))
    made = add_households(
        area, [NewHousehold("1", row["户主姓名"], row["联系电话"], 3, "general") for row in filled()]
    )
    for id_, _ in made:
        RosterEntry.objects.create(round=county.round, household_id=id_, village=area, form="general")
    moved = sorted_in_part(filled(), ("联系电话",), backwards)
    result = send(household_sheet(*moved))
    assert numbers(result) == {"refused": 8} and [code for code, _ in said(result)] == ["U01"]


def test_a_sorted_sheet_with_some_corrections_is_still_seen() -> None:
    send(household_sheet(*filled()))
    moved = sorted_in_part(filled(), RIGHT, backwards)
    moved[0]["联系电话"], moved[3]["居住地"] = "13911111111", 3
    result = send(household_sheet(*moved))
    assert numbers(result) == {"refused": 8} and [code for code, _ in said(result)] == ["U01"]


def test_two_that_swapped_phones_go_in_and_it_is_said() -> None:
    send(household_sheet(*filled()))
    rows = filled()
    rows[1]["联系电话"], rows[4]["联系电话"] = rows[4]["联系电话"], rows[1]["联系电话"]
    result = send(household_sheet(*rows))
    assert numbers(result) == {"accepted": 2, "unchanged": 6} and result.warned == 2
    assert said(result, "hard", "soft") == [("U04", "D5"), ("U04", "D8")]


def drawn(draw: random.Random, n: int) -> list[dict[str, Any]]:
    """Answers of n households: phones of their own, small figures and choices as they come."""
    return [
        {
            "phone": f"139{draw.randrange(10**8):08d}", "population": draw.randint(1, 7), "housing": draw.randint(1, 4),
            "residence": draw.randint(1, 4), "water": draw.randint(1, 3), "income_band": draw.randint(1, 4),
            "remark": draw.choice([None, None, "外出", f"第{draw.randrange(1000)}户"]),
        }
        for _ in range(n)
    ]  # fmt: skip


def met(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[Met]:
    """`find_moved` looks at answers alone, so that rows need no line."""
    return [Met(cast("Any", None), before, after) for before, after in zip(old, new, strict=True)]


@pytest.mark.parametrize("seed", range(40))
def test_every_sort_of_the_phone_and_other_columns_is_seen_and_no_correction_is(
    county: County, seed: int
) -> None:
    draw = random.Random(seed)
    for _ in range(25):
        old = drawn(draw, draw.randint(6, 40))
        columns = ["phone", *(name for name in old[0] if name != "phone" and draw.random() < 0.5)]
        order = sorted(range(len(old)), key=lambda _: draw.random())
        moved = [row | {name: old[at][name] for name in columns} for row, at in zip(old, order, strict=True)]
        if sum(a["phone"] != b["phone"] for a, b in zip(old, moved, strict=True)) >= 3:
            found = find_moved(county.pack, met(old, moved))
            assert found is not None and found.is_sort, (seed, columns)
        fresh = drawn(draw, len(old))
        share = draw.choice([0.1, 0.5, 1.0])
        asked = [name for name in old[0] if draw.random() < 0.6]
        corrected = [
            row | {name: other[name] for name in asked if draw.random() < share}
            for row, other in zip(old, fresh, strict=True)
        ]
        found = find_moved(county.pack, met(old, corrected))
        assert found is None or not found.is_sort, (seed, asked, found.questions)


@pytest.mark.parametrize("whole", ["sorted", "reversed", "two rows swapped"])
def test_whole_rows_may_stand_in_any_order(whole: str) -> None:
    send(household_sheet(*filled()))
    rows = filled()
    if whole == "two rows swapped":
        rows[1], rows[4] = rows[4], rows[1]
    else:
        rows = sorted(rows, key=backwards) if whole == "sorted" else rows[::-1]
    assert numbers(send(household_sheet(*rows))) == {"unchanged": 8}


def test_one_phone_written_for_many_is_no_sort() -> None:
    send(household_sheet(*filled()))
    rows = [row | {"联系电话": "13900000003"} for row in filled()]
    result = send(household_sheet(*rows))
    assert numbers(result) == {"accepted": 7, "unchanged": 1}


def test_real_changes_of_small_answers_are_no_sort() -> None:
    """Every household has a child more: 2, 3, 4 people become 3, 4, 5."""
    send(household_sheet(*filled()))
    rows = [
        row | {"家庭人口": (n := row["家庭人口"] + 1), INSURED: f"0,{n},0", "人均年纯收入": 4}
        for row in filled()
    ]
    assert numbers(send(household_sheet(*rows))) == {"accepted": 8}


def changed(rows: Rows, **answers: Any) -> Rows:
    """The rows, with answers for some of them by number of the household: 有无安全住房={0: 1}."""
    return [row | {name: by[n] for name, by in answers.items() if n in by} for n, row in enumerate(rows)]


def test_a_column_that_went_blank_is_said_once_and_counts_its_rows() -> None:
    send(household_sheet(*filled()))
    rows = changed(filled(), 备注=dict.fromkeys(range(6)), 联系电话={0: None})
    result = send(household_sheet(*rows))
    assert numbers(result) == {"accepted": 6, "unchanged": 2} and result.warned == 6
    (said_,) = [m for m in result.messages if m.code == "U02"]
    assert (said_.severity, said_.sheet, said_.cell) == ("soft", "附件1-1", "O4")
    assert "备注" in said_.message and "6 户" in said_.message


def test_one_answer_taken_out_or_a_few_of_many_are_no_column() -> None:
    send(household_sheet(*filled()))
    for blank in ({0: None}, dict.fromkeys((1, 2, 3))):
        result = send(household_sheet(*changed(filled(), 备注=blank)))
        assert not [m for m in result.messages if m.code == "U02"]


@pytest.mark.parametrize("dry_run", [False, True])
def test_answers_that_turn_back_are_said_and_counted(dry_run: bool) -> None:
    send(household_sheet(*filled()))
    send(household_sheet(*changed(filled(), 有无安全饮水={0: 3, 1: 3, 2: 3}, 居住地={3: 3})))
    result = send(
        household_sheet(*changed(filled(), 居住地={3: 2, 4: 3}, 人均年纯收入={0: 4})), dry_run=dry_run
    )
    assert numbers(result) == {"accepted": 5, "unchanged": 3} and result.warned == 4
    assert said(result, "soft") == [("U03", "H4"), ("U03", "H5"), ("U03", "H6"), ("U03", "E7")]
    first = next(m for m in result.messages if m.code == "U03")
    assert "张三" in first.message and "第 1 稿" in first.message
    (village,) = result.changes.values()
    assert (village.households, village.back) == (5, 4)
    assert village.questions == {"water": 3, "residence": 2, "income_band": 1}
    if dry_run:
        told = {
            p["head"]: [(c["question"], c["before"], c["after"], c["back"]) for c in p["changes"]]
            for p in result.plan
        }
        assert told["张三"] == [("water", 3, 2, 1), ("income_band", 2, 4, 0)]
        assert told["孙七"] == [("residence", 1, 3, 0)] and told["郑十"] == []


@pytest.mark.parametrize("files", [1, 2])
@pytest.mark.parametrize("dry_run", [False, True])
def test_checks_over_the_village_are_said_with_the_cell(dry_run: bool, files: int) -> None:
    send(household_sheet(*filled()))
    rows = changed(filled(), 联系电话=dict.fromkeys(range(1, 7), "13900000000"))
    parts = [rows] if files == 1 else [rows[:4], rows[4:]]
    result = send(
        *((f"{n}.xlsx", book(household_sheet(*part))) for n, part in enumerate(parts)), dry_run=dry_run
    )
    assert numbers(result) == {"accepted": 6, "unchanged": 2} and result.warned == 6
    found = [m for m in result.messages if m.code == "V37"]
    assert len(found) == 6 and {m.cell for m in found} <= {f"D{n}" for n in range(4, 12)}
    assert all("另外 6 户相同" in m.message and m.read == "13900000000" for m in found)


def test_what_a_check_says_of_the_village_itself_is_said_once() -> None:
    send(profile_sheet(total_households=30, total_people=60))
    rows = [row | {"备注": None} for row in filled()]
    result = send(household_sheet(*rows))
    assert [c for c, _ in said(result, "soft")] == ["V26", "V27"] and result.warned == 0
    again = send(household_sheet(*changed(rows, 备注={0: "x"})))
    assert said(again, "soft") == []
