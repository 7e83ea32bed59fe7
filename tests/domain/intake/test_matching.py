"""Which household a row is: key, name, group, phone; what is near enough to ask about."""

from __future__ import annotations

from uuid import UUID

import pytest

from paicha.core.keys import make_number
from paicha.domain.intake.known_households import KnownHousehold
from paicha.domain.intake.matching import BY_KEY, BY_PHONE, UNSURE, Asked, Match, Register

TAG = "A3F2"
ZHANG, LI_1, LI_2, WANG, OUYANG = (
    KnownHousehold(UUID(int=1), 1, "1", "张建国", "13900000001", "general"),
    KnownHousehold(UUID(int=2), 2, "1", "李伟", "13900000002", "general"),
    KnownHousehold(UUID(int=3), 3, "2", "李伟", "13900000003", "general"),
    KnownHousehold(UUID(int=4), 4, "2", "王秀英", "", "lifted"),
    KnownHousehold(UUID(int=5), 5, "", "欧阳焱", "0912-8331234", "general"),
)
EVERYBODY = (ZHANG, LI_1, LI_2, WANG, OUYANG)


def register(*households: KnownHousehold) -> Register:
    return Register(households or EVERYBODY, TAG)


def asked(head: str, group: str = "", phone: str = "", key: str | None = None, at: str = "表 B5") -> Asked:
    return Asked(key, group, head, phone, at)


# name, group, phone; whom the row means, or the code
BY_WORDS = [
    (asked("张建国", "1"), ZHANG),
    (asked("张建国"), ZHANG),
    (asked(" 张 建国 ", "1"), ZHANG),
    (asked("张建国", "1", "18800000000"), ZHANG),
    (asked("张建国", "3"), None),
    (asked("李伟", "1"), LI_1),
    (asked("李伟", "2"), LI_2),
    (asked("李伟"), "M02"),
    (asked("李伟", phone="13900000003"), LI_2),
    (asked("李伟", phone="18800000000"), "M02"),
    (asked("李伟", "3"), None),
    (asked("欧阳焱", "4"), OUYANG),
    (asked("贺平", "1"), None),
]


@pytest.mark.parametrize(("row", "meant"), BY_WORDS)
def test_by_words(row: Asked, meant: KnownHousehold | str | None) -> None:
    found = register().match(row)
    if isinstance(meant, str):
        assert (found.household, found.code) == (None, meant)
    else:
        assert (found.household, found.code) == (meant.id if meant else None, "")


def test_where_several_remain_the_candidates_are_named() -> None:
    said = register().match(asked("李伟")).sentence
    assert "李伟（1组，电话尾号0002）、李伟（2组，电话尾号0003）" in said


def test_an_exact_group_is_preferred_to_a_household_without_one() -> None:
    bare = KnownHousehold(UUID(int=9), 9, "", "李伟", "", "general")
    assert register(LI_1, bare).match(asked("李伟", "1")).household == LI_1.id
    assert register(LI_1, bare).match(asked("李伟", "3")).household == bare.id


def key(number: int, tag: str = TAG) -> str:
    return make_number(number, tag)


def test_a_key_finds_its_household_whatever_group_and_phone_say() -> None:
    found = register().match(asked("李伟", "9", "18800000000", key(3)))
    assert (found.household, found.code, found.notes) == (LI_2.id, "", [])


def test_a_key_beside_another_name_is_refused_with_both_names() -> None:
    found = register().match(asked("贺平", "1", key=key(1)))
    assert (found.household, found.code) == (None, "M03")
    assert "张建国" in found.sentence and "贺平" in found.sentence and "户主变更" in found.sentence


# name, group, phone, key; how surely the row tells its household
@pytest.mark.parametrize(
    ("row", "rank"),
    [
        (asked("张建国", key=key(1)), BY_KEY),
        (asked("贺平", key=key(1)), BY_KEY),
        (asked("张建国", phone="13900000001"), BY_PHONE),
        (asked("张建国", phone="13900000001", key="HBEEF-00000015"), BY_PHONE),
        (asked("张建国", phone="18800000000"), UNSURE),
        (asked("贺平", phone="13900000001"), UNSURE),
        (asked("张建国"), UNSURE),
        (asked("王秀英"), UNSURE),
    ],
)
def test_who_claims_first(row: Asked, rank: int) -> None:
    assert register().rank(row) == rank


def test_a_row_copied_and_renamed_is_refused_by_its_name() -> None:
    here = register()
    here.match(asked("张建国", key=key(1), at="表 B5"))
    assert here.match(asked("贺平", key=key(1), at="表 B6")).code == "M03"


@pytest.mark.parametrize(
    "written", [key(1, "BEEF"), key(99), "H-随便写的", key(1)[:-1] + str((int(key(1)[-1]) + 1) % 10)]
)
def test_a_key_that_this_register_does_not_know_is_noted_and_the_name_decides(written: str) -> None:
    found = register().match(asked("李伟", "2", key=written))
    assert (found.household, found.code) == (LI_2.id, "")
    assert [code for code, _ in found.notes] == ["M05"] and written in found.notes[0][1]


# Rows that match none: what is near, and what is not
NEAR = [
    (asked("张建军", "1"), "M01", ["张建国（1组"]),
    (asked("张建", "1"), "M01", ["张建国（1组"]),
    (asked("张建国平", "1"), "M01", ["张建国（1组"]),
    (asked("张建军"), "M01", ["张建国"]),
    (asked("张建军", "2"), "", []),
    (asked("贺平", "2", "13900000001"), "M01", ["张建国（1组，电话尾号0001）"]),
    (asked("欧阳淼", "4"), "M01", ["欧阳焱（未分组"]),
    (asked("李平", "1"), "M01", ["李伟（1组"]),
    (asked("贺保平", "1"), "", []),
    (asked("张三三", "1"), "", []),
]


@pytest.mark.parametrize(("row", "code", "words"), NEAR)
def test_near_misses(row: Asked, code: str, words: list[str]) -> None:
    here = register()
    assert here.match(row) == Match()
    found = here.near(row)
    assert (found.household, found.code) == (None, code)
    assert [word for word in words if word not in found.sentence] == []
    assert [c for c, _ in found.notes] == ([] if code else ["M07"])


def test_what_another_row_has_claimed_is_no_candidate() -> None:
    here = register()
    here.match_together([asked("张建国", "1")])
    assert here.near(asked("张建军", "1")).code == ""


def test_in_a_village_without_households_everybody_is_new_without_a_word() -> None:
    here = Register((), TAG)
    assert here.near(asked("张建军", "1")) == Match()
    here.add(ZHANG)  # made by this upload
    assert here.near(asked("张建军", "1")) == Match()
    assert here.match(asked("张建国", "1")).household == ZHANG.id
