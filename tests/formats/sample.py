"""A village as the writers get it: every kind of answer, names and places with rare characters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import paicha
from paicha.core import pack as packs
from paicha.core.keys import make_number
from paicha.formats.documents import (
    Block,
    Document,
    HouseholdSheet,
    ListSheet,
    ProblemSheet,
    ProfileSheet,
    Sheet,
    StatisticsSheet,
)

TOWN, VILLAGE = "大保当镇", "野鸡河村"
FOLDER = Path(paicha.__file__).parent / "packs" / "shenmu_2022_spring"
NAMES = ("訾埃生", "高兰花", "折玉墕", "乔志坬", "白峁成", "贺圪堵", "欧阳焱𬭬", "阿不都·热合曼")

COMMON = {
    "population": 4, "phone": "13900002210", "residence": 1, "housing": 2, "schooling": 3, "water": 2,
    "insured_none": 0, "insured_resident": 3, "insured_employee": 1, "income_band": 3,
    "major_expense": 2, "surveyors": "赵海、刘伟", "outcome": 1, "surveyed_on": date(2022, 3, 12),
}  # fmt: skip
OF_FORM: Mapping[str, dict[str, Any]] = {
    "general": {"civil_aid": [5], "enrol": 3},
    "lifted": {
        "livelihood": [1, 2], "in_national_system": 1, "policies": "产业补贴、光伏分红", "policy_gap": 2, "enrol": 3,
    },
    "monitored": {
        "household_type": 2, "livelihood": [2], "in_national_system": 1, "bottom_aid": 3, "return_risk": 2,
        "risk_cleared": 2, "aid_effect": 1,
    },
}  # fmt: skip


@cache
def pack() -> packs.Pack:
    return packs.load({name: (FOLDER / name).read_bytes() for name in packs.FILES})


def household(form: str, number: int, group: str, **changes: Any) -> dict[str, Any]:
    """A household's row; every third has a major expense and, on the general form, several aids."""
    row: dict[str, Any] = {
        "head_name": NAMES[number % len(NAMES)] + ("" if number < len(NAMES) else f"{number}"),
        "group": group,
        **COMMON,
        **OF_FORM[form],
        "_key": make_number(number + 1),
        "_base": number % 3 + 1,
    }
    if number % 3 == 0:
        row |= {"major_expense": 1, "major_expense_reason": "大病住院"}
        if form == "general":
            row |= {"civil_aid": [1, 4], "civil_aid_other": "孤儿补助", "special": [1, 5], "income": 5200}
    return row | changes


def household_sheet(form: str, groups: Mapping[str, int]) -> HouseholdSheet:
    """Groups with their numbers of households; forms without groups get them in one block."""
    entry = pack().household_forms[form]
    blocks, number = [], 0
    for group, count in groups.items():
        blocks.append(Block(group, [household(form, number + i, group) for i in range(count)]))
        number += count
    if not entry.by_group:
        blocks = [Block(None, [row for block in blocks for row in block.rows])]
    return HouseholdSheet(entry, TOWN, VILLAGE, blocks)


SIGNERS = {"secretary": "张建国", "first_secretary": "无此岗位", "liaison_cadre": "李伟"}
PROFILE = {
    "village_type": 2, "groups": 3, "total_households": 186, "total_people": 512, "resident_households": 94,
    "resident_people": 231, "lifted_households": 21, "lifted_people": 61, "monitored_households": 1,
    "monitored_people": 3, "dibao_households": 8, "dibao_people": 15, "tekun_households": 2, "tekun_people": 2,
    "orphans_households": 0, "orphans_people": 0, "disabled_people": 17, "school_age_people": 42,
    "income_per_head": 13560, "collective_income": 356000, "grid_workers": 4, "grid_visits": 1,
    "fortnightly_meetings": 1, "system_accurate": 2, "profile_problems": "饮水管网老化，冬季容易冻裂。",
    "suggestions": "加强技能培训，增加公益性岗位。", **SIGNERS,
}  # fmt: skip
VERIFICATION = {
    "v_arranged": 1, "v_survey": 1, "v_measures": 1, "v_data": 2, "v_problems": 1, "v_petitions": 1,
    "conclusion_problems": "3户联系电话错误，1户人口未更新", "conclusion_opinion": "三日内更正系统数据",
    "area_leader": "王磊", "verifiers": "李强、贺晓燕", "verified_on": date(2022, 3, 24),
}  # fmt: skip
FIGURES = {
    "groups": 3, "total_households": 186, "total_people": 512, "resident_households": 94, "resident_people": 231,
    "surveyed": 184, "surveyed_general": 163, "surveyed_lifted": 20, "surveyed_monitored": 1, "problems": 3,
    "remark": "外出未联系上2户",
}  # fmt: skip


def village_sheets() -> list[Sheet]:
    """The seven forms of one village, and the three lists."""
    forms = pack()
    assert forms.profile and forms.problem_list and forms.statistics and forms.verification
    return [
        household_sheet("general", {"1": 20, "2": 7, "沟岔组": 16}),
        household_sheet("lifted", {"1": 15, "2": 8}),
        household_sheet("monitored", {"1": 2}),
        ProfileSheet(forms.profile, TOWN, VILLAGE, PROFILE),
        ProblemSheet(
            forms.problem_list, TOWN, VILLAGE,
            [
                (1, "李二平户住房漏雨，需维修加固"),
                (1, "前畔自来水管冬季冻裂，12户饮水不便"),
                (6, "3户联系电话变更未更新"),
            ],
            SIGNERS,
        ),
        StatisticsSheet(
            forms.statistics, f"{TOWN}{VILLAGE}", "2022年3月19日",
            [{"town_name": TOWN, "village_name": VILLAGE, **FIGURES}], None, SIGNERS,
        ),
        ProfileSheet(forms.verification, TOWN, VILLAGE, VERIFICATION),
        ListSheet(
            "整改台账", "整改台账", ["序号", "类型", "具体问题", "整改措施", "整改时限", "整改责任人", "状态"],
            [5, 18, 36, 30, 12, 10, 8],
            [[1, "数据质量方面", "3户联系电话变更未更新", "逐户核实后更新系统", date(2022, 3, 25), "张建国", "整改中"]],
        ),
        ListSheet(
            "线索清单", "线索清单", ["序号", "户主", "线索"], [5, 12, 60],
            [[1, "訾埃生", "吃低保，没纳入"]], "说明:供研判。",
        ),
        ListSheet("信息变更", "信息变更", ["序号", "户主", "原", "新"], [5, 12, 30, 30], []),
    ]  # fmt: skip


def village_document() -> Document:
    return Document(
        f"{TOWN}{VILLAGE}", village_sheets(), "导出：王磊 2022年3月19日 10:30 · 内部资料，注意保密"
    )
