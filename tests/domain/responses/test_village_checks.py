"""Validations over a whole village (V26–V30, V36–V38, V41), each on a village of a few rows typed by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest

from paicha.core.pack import Pack, load
from paicha.core.pack.named_checks import NAMED_CHECKS
from paicha.domain.responses.summary.recount_cache import brief
from paicha.domain.responses.summary.village_checks import CHECKS, Village, check_village
from paicha.packs import DEFAULT, read_pack

# Kept by other parts: intake and submit, form 4's comparison, handing up, the county, a second round.
ELSEWHERE = {
    "one_form", "area_known", "statistics_add_up", "statistics_surveyed", "statistics_profile",
    "statistics_problems", "signers", "totals_add_up", "expected_households",
}  # fmt: skip

G, L, M = "general", "lifted", "monitored"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load(read_pack(DEFAULT))


def row(form: str = G, **answers: Any) -> tuple[str, dict[str, Any]]:
    return form, {"population": 2, "outcome": 1, "phone": "13900000001"} | answers


def village(pack: Pack, rows: Sequence[tuple[str, dict[str, Any]]], profile: Mapping[str, Any]) -> Village:
    texts = [
        orjson.dumps({k: v for k, v in answers.items() if v is not None}).decode() for _, answers in rows
    ]
    answered = [
        brief(pack, UUID(int=n), form, text, datetime(2022, 3, 11, tzinfo=UTC))
        for n, ((form, _), text) in enumerate(zip(rows, texts, strict=True), 1)
    ]
    met = Counter(form for form, answers in rows if answers["outcome"] in (1, 2, 3))
    return Village(pack, answered, profile, {form: met[form] for form in pack.household_forms})


def test_every_named_check_has_its_code() -> None:
    assert set(CHECKS) | ELSEWHERE == set(NAMED_CHECKS)
    assert not set(CHECKS) & ELSEWHERE


ONE = [row()]
SAME = [row(surveyors="李四", housing=2, phone=f"1390000{n:04}") for n in range(15)]
DAY = [
    row(surveyors="李四", surveyed_on="2022-03-11", housing=1 + n % 2, phone=f"1390000{n:04}")
    for n in range(41)
]

# rule, rows, profile, words of what is said (None: nothing)
TABLE = [
    ("V26", ONE, {"total_households": 2}, "排查 1 户，村情调查表总户数 2 户"),
    ("V26", ONE, {"total_households": 1}, None),
    ("V26", ONE, {}, None),
    ("V26", [row(outcome=4)], {"total_households": 2}, None),
    ("V27", [row(population=50), row(population=49)], {"total_people": 100}, None),
    ("V27", [row(population=50), row(population=47)], {"total_people": 100}, "加起来 97 人，村情调查表总人口 100 人"),
    ("V27", [row(population=50), row(population=47, outcome=4)], {"total_people": 50}, None),
    ("V28", [row(M)], {"monitored_households": 2}, "易返贫致贫户 2 户，附件1-3有 1 户"),
    ("V28", [row(M)], {"monitored_households": 1}, None),
    ("V29", [row(L), row(M, household_type=1)], {"lifted_households": 2}, None),
    ("V29", [row(L), row(M, household_type=1)], {"lifted_households": 1}, "脱贫户 1 户，附件1-2和1-3里的脱贫户 2 户"),
    ("V29", [row(L), row(M, household_type=3)], {"lifted_households": 1}, None),
    ("V29", [row(L), row(M, household_type=3)], {"lifted_households": 2}, None),
    ("V29", [row(L), row(M, household_type=3)], {"lifted_households": 3}, "3 户"),
    ("V29", [row(L), row(M, household_type=2)], {"lifted_households": 2}, "2 户"),
    ("V30", [row(civil_aid=[1]), row(M, bottom_aid=1)], {"dibao_households": 1}, "低保户 1 户，各户表里已有 2 户"),
    ("V30", [row(civil_aid=[1]), row(M, bottom_aid=1)], {"dibao_households": 2}, None),
    ("V30", [row(civil_aid=[2, 3]), row()], {"tekun_households": 0}, "特困供养户 0 户，各户表里已有 1 户"),
    ("V36", [row(schooling=3), row(schooling=3)], {"school_age_people": 4}, "都填没有义务教育阶段学生"),
    ("V36", [row(schooling=3), row(schooling=2)], {"school_age_people": 0}, "里有义务教育阶段学生"),
    ("V36", [row(schooling=1)], {"school_age_people": 4}, None),
    ("V36", [row(schooling=3)], {"school_age_people": 0}, None),
    ("V37", [row(phone=None)], {}, "没有联系电话"),
    ("V37", [row(), row(), row()], {}, "和本村另外 2 户相同"),
    ("V37", [row(), row()], {}, None),
    ("V38", SAME, {}, "李四连续 15 户的答案完全一样"),
    ("V38", SAME[:14], {}, None),
    ("V38", [*SAME[:7], row(surveyors="李四", housing=1), *SAME[7:]], {}, None),
    ("V38", DAY, {}, "李四在3月11日一天排查了 41 户"),
    ("V38", DAY[:40], {}, None),
    ("V41", [row(income_band=2)], {"income_per_head": 4000}, "人均纯收入 4000 元"),
    ("V41", [row(income_band=2)], {"income_per_head": 4001}, None),
    ("V41", [row(income_band=2)], {"income_per_head": 6000}, None),
    ("V41", [row(income_band=2)], {"income_per_head": 6001}, "6001 元"),
    ("V41", [row(income_band=4), row(income_band=1)], {"income_per_head": 90_000}, None),
    ("V41", [row(income_band=4), row(income_band=1)], {"income_per_head": 4999}, "4999 元"),
    ("V41", [row(income_band=1, population=3), row(income_band=3, population=1)], {"income_per_head": 5500}, None),
    ("V41", [row(income_band=1, population=3), row(income_band=3, population=1)], {"income_per_head": 5501}, "5501"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "rows", "profile", "said"), TABLE)
def test_villages(
    pack: Pack, rule: str, rows: list[tuple[str, dict[str, Any]]], profile: dict[str, Any], said: str | None
) -> None:
    found = [fired for fired in check_village(village(pack, rows, profile)) if fired.rule == rule]
    assert (found == []) if said is None else all(said in fired.detail for fired in found) and found


def test_two_figures_of_one_rule_are_one_finding(pack: Pack) -> None:
    rows = [row(civil_aid=[1]), row(civil_aid=[2])]
    found = check_village(village(pack, rows, {"dibao_households": 0, "tekun_households": 0}))
    (aid,) = [fired for fired in found if fired.rule == "V30"]
    assert "低保户 0 户" in aid.detail and "特困供养户 0 户" in aid.detail


def test_a_household_s_own_words_change_its_mark_and_nothing_else_does(pack: Pack) -> None:
    first = check_village(village(pack, [row(), row(), row()], {}))
    again = check_village(village(pack, [row(), row(housing=2), row()], {}))
    more = check_village(village(pack, [row(), row(), row(), row()], {}))
    assert [f.fingerprint for f in first] == [f.fingerprint for f in again]
    assert first[0].fingerprint != more[0].fingerprint
