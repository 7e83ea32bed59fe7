"""Who claims a household: keys first, then phones, then names, whatever the order of rows and files."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from tests.domain.intake.sheets import book, household_sheet, key_of, numbers, person, said, send

from paicha.domain.households.models import Household

pytestmark = pytest.mark.usefixtures("county")
OLD, NEW = "13900000001", "13900000002"


def upload(where: str, *rows: dict[str, Any]) -> list[Any]:
    if where == "one sheet":
        return [household_sheet(*rows)]
    return [(f"{number}.xlsx", book(household_sheet(row))) for number, row in enumerate(rows)]


@pytest.mark.parametrize("where", ["one sheet", "a file each"])
@pytest.mark.parametrize("sure", ["key", "phone"])
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_namesake_never_takes_a_household_that_a_surer_row_names(
    order: tuple[int, ...], sure: str, where: str
) -> None:
    send(household_sheet(person("张三", 联系电话=OLD), person("王五")))
    known = Household.objects.get(head_name="张三")
    own = person("张三", 联系电话=OLD) | (key_of(known.pk) if sure == "key" else {})
    rows = [own, person("张三", 联系电话=NEW, 有无安全饮水=3), person("王五")]
    result = send(*upload(where, *(rows[at] for at in order)))
    assert numbers(result) == {"accepted": 1, "created": 1, "unchanged": 2}
    assert [code for code, _ in said(result, "soft", "hard")] == ["M07"]
    known.refresh_from_db()
    assert (known.phone, known.population) == (OLD, 4)


@pytest.mark.parametrize("where", ["one sheet", "a file each"])
@pytest.mark.parametrize("keyed_at", [0, 1])
def test_a_row_that_may_be_the_same_household_is_refused_for_the_keyed_one(where: str, keyed_at: int) -> None:
    send(household_sheet(person("张三", 联系电话=OLD)))
    keyed = person("张三", 联系电话=OLD) | key_of(Household.objects.get().pk)
    rows = [person("张三", 家庭人口=2)]
    rows.insert(keyed_at, keyed)
    result = send(*upload(where, *rows))
    assert numbers(result) == {"unchanged": 1, "refused": 1}
    assert [code for code, _ in said(result, "hard")] == ["V11"]
    assert Household.objects.get().population == 4


def test_equal_rows_of_a_repeated_key_are_unchanged_and_different_ones_refused_with_both_addresses() -> None:
    send(household_sheet(person("张三"), person("李四")))
    keys = {head: key_of(Household.objects.get(head_name=head).pk) for head in ("张三", "李四")}
    first = household_sheet(*(person(head) | keys[head] for head in keys))
    second = household_sheet(person("张三") | keys["张三"], person("李四", 有无安全住房=1) | keys["李四"])
    result = send(("一.xlsx", book(first)), ("二.xlsx", book(second)))
    assert numbers(result) == {"unchanged": 3, "refused": 1}
    (message,) = [m for m in result.messages if m.severity == "hard"]
    assert "一.xlsx 附件1-1!B5" in message.message and "二.xlsx 附件1-1!B5" in message.message


# What the model of tests/domain/intake/identity found, and what was asked of it


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_namesakes_with_unknown_phones_are_both_refused_with_the_household(
    order: tuple[int, ...],
) -> None:
    send(household_sheet(person("张三", 联系电话=OLD), person("王五")))
    rows = [person("张三", 联系电话=NEW, 有无安全饮水=3), person("张三", 联系电话="13900000003")]
    result = send(household_sheet(*(rows[at] for at in order)))
    assert numbers(result) == {"refused": 2}
    assert [code for code, _ in said(result, "hard")] == ["M16", "M16"]
    assert "张三（1组，电话尾号0001）" in result.messages[0].message
    assert Household.objects.count() == 2


def test_whom_a_row_with_a_copied_key_means_by_its_words_is_no_other_row_s() -> None:
    send(household_sheet(person("张三", 联系电话=OLD), person("王五")))
    copied = person("张三", 联系电话=OLD) | key_of(Household.objects.get(head_name="王五").pk)
    result = send(household_sheet(copied, person("张三", 联系电话=NEW, 有无安全饮水=3)))
    assert [code for code, _ in said(result, "hard")] == ["M03", "M16"]
    assert Household.objects.count() == 2


def test_a_sorted_sheet_lends_its_phones_to_no_other_file() -> None:
    heads = [("张三", OLD), ("李四", "13900000011"), ("王五", "13900000012"), ("贺平", "13900000013")]
    send(household_sheet(*(person(head, 联系电话=phone) for head, phone in heads)))
    phones = [phone for _, phone in heads[1:] + heads[:1]]
    moved = [person(head, 联系电话=phone, 备注="新") for (head, _), phone in zip(heads, phones, strict=True)]
    alone = household_sheet(person("张三", 联系电话=NEW))
    result = send(("一.xlsx", book(household_sheet(*moved))), ("二.xlsx", book(alone)))
    assert numbers(result) == {"refused": 5}
    assert {code for code, _ in said(result, "hard")} == {"U01", "M16"}
    assert Household.objects.count() == 4


def test_a_copy_without_keys_after_a_changed_phone_is_the_same_household() -> None:
    send(household_sheet(person("张三", 联系电话=OLD)))
    row = person("张三", 联系电话=NEW)
    result = send(
        household_sheet(row | key_of(Household.objects.get().pk)), household_sheet(row, name="附件1-1 (2)")
    )
    assert numbers(result) == {"accepted": 1, "unchanged": 1}


def test_one_letter_wrong_beside_the_same_phone_is_asked_though_the_household_has_its_row() -> None:
    send(household_sheet(person("张建国", 联系电话=OLD)))
    rows = [person("张建国", 联系电话=OLD), person("张建军", 联系电话=OLD, 有无安全饮水=3)]
    result = send(household_sheet(*rows))
    assert numbers(result) == {"unchanged": 1, "refused": 1}
    assert [code for code, _ in said(result, "hard")] == ["M01"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_different_rows_of_one_key_the_one_that_is_in_force_stands(order: tuple[int, ...]) -> None:
    send(household_sheet(person("张三")))
    key = key_of(Household.objects.get().pk)
    rows = [person("张三") | key, person("张三", 有无安全饮水=3) | key]
    result = send(household_sheet(*(rows[at] for at in order)))
    assert numbers(result) == {"unchanged": 1, "refused": 1}
    assert said(result, "hard") == [("V11", f"B{4 + order.index(1)}")]


def test_a_roster_in_the_same_upload_lends_no_phone_to_a_form() -> None:
    """The roster names every household; a form's row with another phone is still the only one of its name."""
    send(household_sheet(person("张三", 联系电话=OLD)))
    roster = f"村,组,户主,人口,类别,联系电话\n水磨河村,1,张三,4,一般农户,{OLD}\n".encode("utf-8-sig")
    result = send(("花名册.csv", roster), ("表.xlsx", book(household_sheet(person("张三", 联系电话=NEW)))))
    assert (result.created, result.refused, Household.objects.count()) == (0, 0, 1)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_namesakes_one_moved_and_one_new_neither_is_guessed(order: tuple[int, ...]) -> None:
    """Found by the model: a newcomer without a group took the household whose own row had moved to another group."""
    send(household_sheet(person("张三", 联系电话=OLD), person("王五")))
    moved = person("张三", 联系电话=NEW, 村民小组="2")
    newcomer = person("张三", 联系电话="13900000003", 村民小组="1", 有无安全饮水=3)
    result = send(household_sheet(*([moved, newcomer][at] for at in order), group=""))
    assert numbers(result) == {"refused": 2}
    assert {code for code, _ in said(result, "hard")} == {"M16"}
    assert Household.objects.count() == 2


def test_a_namesake_with_the_phone_of_a_third_household_is_asked_about() -> None:
    """Found by the model: two rows of a household, one of them with a neighbour's phone from a sorted column."""
    send(household_sheet(person("张三", 联系电话=OLD), person("贺保平", 联系电话=NEW)))
    rows = [person("张三", 联系电话=OLD), person("贺保平"), person("张三", 联系电话=NEW, 有无安全饮水=3)]
    result = send(household_sheet(*rows))
    assert said(result, "hard") == [("M17", "B6")]
    assert Household.objects.count() == 2
