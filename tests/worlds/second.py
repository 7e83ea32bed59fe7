"""The workbooks of another county, for the pack of tests/packs/second."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from paicha.domain.accounts.policies import operator_scope

FOLDER = Path(__file__).parents[1] / "packs" / "second"
OPENS = date(2024, 9, 1)
SCOPE = operator_scope("tester")

# 表甲 as a clerk retyped it: another order, options in the header, no grouped header, an extra column.
ALONE_HEADER = [
    "编号", "老人姓名", "一日三餐 1.自己做 2.子女送 3.吃食堂 8.没有着落", "出生日期", "慢性病", "同住人数", "子女数",
    "呼叫器(1.装了 2.没装)", "养老金", "走访人", "民族",
]  # fmt: skip
ALONE = [
    [1, "张墕", "没有着落", "1935.3.2", "1、2", 1, "1.本县0个 2.外地3个", 2, 250, "王五", "汉"],
    [2, "李四", 1, "1950年1月1日", "没病", "1人", "本县2,外地0", "装了", 1200, "王五", "汉"],
    [3, "王坬", "③", "1949-10-01", 6, 1, "0、1", 1, 900, "王五", "汉"],  # 别的病 without its name
    [4, "赵甲", "1或2", "1949-10-01", 9, 1, "0、1", 1, 900, "王五", "汉"],  # two readings
    [5, "钱乙", 1, "2091-10-01", "6,痛风", 1, "0、1", 1, 900, "王五", "汉"],  # born tomorrow
]
FAMILY_HEADER = [
    "编号",
    "老人姓名",
    "出生日期",
    "同住人数",
    "每月养老金",
    "愿不愿意到食堂吃",
    "走访人",
    "走访日期",
]
FAMILY = [
    [1, "孙丙", "1948/5/6", 3, 120, "愿意", "周七", "9月2日"],
    [2, "吴丁", None, 9, 2000, 2, "周七", "2024-09-02"],  # nine people: to be explained
]


def workbook(sheets: dict[str, Sequence[Sequence[Any]]]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, list(row))
    return target.getvalue()


def alone(town: str, village: str, rows: Sequence[Sequence[Any]]) -> list[Sequence[Any]]:
    return [["清源县独居老人走访表"], [f"乡镇（{town}）  村（{village}）"], ALONE_HEADER, *rows]


LIUHE = workbook(
    {
        "第一张": alone("柳河镇", "柳河村", ALONE),
        "第二张": [
            ["清源县柳河镇柳河村敬老情况表"], ["季节：春秋"], ["老人数", "5位", "2位男"], ["其中独居", 2],
            ["食堂", 0, "个"], ["食堂是否天天开", "否"], ["开办日期", "2020年6月1日"], ["村主任签字：", "冯主任"],
        ],
        "第三张": [
            ["清源县老年人需求清单"], ["柳河镇柳河村"], ["号", "方面", "具体需求"], [1, "吃饭方面", "张墕没人做饭"],
            [2, "看病方面", ""], [5, "其他需求", "修路灯"],
        ],
        "第四张": [
            ["清源县老年人走访汇总表"], ["号", "乡镇", "村", "老人数", "走访", "", "", "需求条数"],
            ["", "", "", "", "合计", "独居老人", "同住老人", ""], [1, "柳河镇", "柳河村", 5, 6, 5, 0, 2],
        ],
    }
)  # fmt: skip
SHIYAN = workbook({"表": [["同住老人走访表"], ["东山乡石墕村"], FAMILY_HEADER, *FAMILY]})
