"""Sheets as a clerk types them, from answers that differ from a clean household's; one village's import."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import xlsxwriter
from tests.worlds.county import OPERATOR, PROFILE

from paicha.core.keys import BASE_LABEL, NUMBER_LABEL, make_number
from paicha.domain.areas.models import Area
from paicha.domain.households.models import Household
from paicha.domain.households.services import register_tag
from paicha.domain.intake.services import ImportResult, Source, import_files

TOWN, VILLAGE = "滨河新区街道", "水磨河村"
GENERAL = {
    "户主姓名": "张三", "家庭人口": 4, "联系电话": None, "居住地": 1, "有无安全住房": 2,
    "有无义务教育阶段因贫失学辍学学生": 3, "有无安全饮水": 2, "家庭成员参加城乡居民(职工)基本医疗保险": "0,4,0",
    "人均年纯收入": 3, "有无较大刚性支出": 2, "是否享受民政政策": 5, "是否需要纳入易返贫致贫户": 3,
    "排查人员签字": "李四", "备注": None,
}  # fmt: skip
TITLE = "神木市防止返贫动态监测集中排查表(一般农户)"
LIFTED = {
    "户主姓名": "张三", "家庭人口": 4, "联系电话": None, "居住地": 1, "有无安全住房": 2,
    "有无义务教育阶段因贫失学辍学学生": 3, "有无安全饮水": 2, "家庭成员参加城乡居民(职工)基本医疗保险": "0,4,0",
    "人均年纯收入": 3, "有无较大刚性支出": 2, "类别": 1, "是否纳入全国防止返贫监测系统": 1,
    "享受哪些帮扶政策": None, "是否有应落实未落实的政策": 2, "是否需要纳入易返贫致贫户": 3, "排查人员签字": "李四",
    "备注": None,
}  # fmt: skip
LIFTED_TITLE = "神木市防止返贫动态监测集中排查表(已脱贫户)"

Row = Mapping[str, Any]
Sheet = tuple[str, list[list[Any]]]


def household_sheet(
    *rows: Row,
    village: str = VILLAGE,
    town: str = TOWN,
    group: str = "1",
    name: str = "附件1-1",
    lifted: bool = False,
    without: Sequence[str] = (),
) -> Sheet:
    """A sheet of form 1-1 (or 1-2): title, heading, header, rows from row 4 on."""
    clean, title = (LIFTED, LIFTED_TITLE) if lifted else (GENERAL, TITLE)
    more = [key for row in rows for key in row if key not in clean]
    columns = [key for key in (*clean, *dict.fromkeys(more)) if key not in without]
    heading = f"镇(街)({town}) 村({village}) 组({group})" if village or town else ""
    lines: list[list[Any]] = [[title], [heading], ["序号", *columns]]
    for number, row in enumerate(rows, 1):
        whole = clean | dict(row)
        lines.append([number, *(whole.get(key) for key in columns)])
    return name, lines


def key_of(household: UUID, base: int = 1) -> dict[str, Any]:
    """The key columns of our own workbooks for a household of this register."""
    number = Household.objects.get(pk=household).number
    return {NUMBER_LABEL: make_number(number, register_tag()), BASE_LABEL: base}


def profile_sheet(village: str = VILLAGE, town: str = TOWN, **changes: Any) -> Sheet:
    """Form 2, its figures beside their labels."""
    said = PROFILE | changes
    lines: list[list[Any]] = [
        [f"神木市{town}{village}村情调查表"],
        ["村类型", said["village_type"], "村民小组数", said["groups"]],
    ]
    labels = {
        "total": "总人口", "resident": "常住户", "lifted": "脱贫户", "monitored": "易返贫致贫户", "dibao": "低保户",
        "tekun": "特困供养户", "orphans": "孤儿(事实无人抚养儿童)",
    }  # fmt: skip
    for name, label in labels.items():
        lines.append([label, f"{said[f'{name}_households']}户{said[f'{name}_people']}人"])
    return "附件2", lines


def problem_sheet(*problems: tuple[int, str], village: str = VILLAGE, town: str = TOWN) -> Sheet:
    """Form 3: (type number, text)."""
    types = [
        "“两不愁三保障”和饮水安全方面", "帮扶政策落实方面", "收入未稳定达标方面", "“应纳未纳”“体外循环”方面",
        "网格员管理及日常排查方面", "数据质量方面", "信访舆情方面", "其他方面",
    ]  # fmt: skip
    lines: list[list[Any]] = [
        [f"{town}{village}防止返贫动态监测集中排查问题清单"],
        ["序号", "类型", "具体问题"],
    ]
    for number, label in enumerate(types, 1):
        texts = [text for kind, text in problems if kind == number] or [None]
        lines += [
            [number if n == 0 else None, label if n == 0 else None, text] for n, text in enumerate(texts)
        ]
    return "附件3", lines


def verification_sheet(*noes: int, problems: str | None = None) -> Sheet:
    """Form 5 of the village, with a 否 at these of its six points."""
    points = [
        ("安排部署", "规范及时"), ("排查工作", "扎实全面"), ("帮扶措施", "精准落实"), ("数据信息", "真实准确"),
        ("发现问题", "全面准确"), ("信访舆情", "及时处置"),
    ]  # fmt: skip
    lines: list[list[Any]] = [
        ["神木市防止返贫动态监测集中排查镇级核查表"],
        [f"镇(街)({TOWN}) 村({VILLAGE})"],
        ["核查内容", None, "是/否"],
    ]
    lines += [[what, how, "否" if n in noes else "是"] for n, (what, how) in enumerate(points, 1)]
    lines += [
        ["镇级核查结论", "存在问题", problems],
        [None, "意见建议", "继续保持"],
        ["包片(站)领导", "王磊", "核查人员", "李强", "核查时间", "2022-03-10"],
    ]
    return "附件5", lines


def statistics_sheet(*rows: Sequence[Any]) -> Sheet:
    """Form 4: one row a village, figures as typed (groups … problems), after number, town and village."""
    lines: list[list[Any]] = [
        ["神木市防止返贫动态监测集中排查统计表"],
        ["填报单位(盖章):", None, None, None, None, None, "时间:"],
        [
            "序号",
            "镇街",
            "行政村",
            "村民小组数",
            "总人口",
            None,
            "常住户",
            None,
            "排查户数",
            None,
            None,
            None,
            "发现问题数量",
            "备注",
        ],
        [None, None, None, None, "户数", "人数", "户数", "人数", "合计", "一般农户", "已脱贫户", "易返贫户"],
    ]
    for number, row in enumerate(rows, 1):
        lines.append([number, *row])
    return "附件4", lines


def book(*sheets: Sheet) -> bytes:
    """An xlsx."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as made:
        for name, lines in sheets:
            sheet = made.add_worksheet(name)
            for r, line in enumerate(lines):
                for c, value in enumerate(line):
                    if value not in (None, ""):
                        sheet.write(r, c, value)
    return stream.getvalue()


def send(*files: tuple[str, bytes] | Sheet, **options: Any) -> ImportResult:
    """Import files given as (name, bytes), or sheets that become 表.xlsx together."""
    sheets = [entry for entry in files if not isinstance(entry[1], bytes)]
    sources = [Source(name, data) for name, data in files if isinstance(data, bytes)]
    if sheets:
        sources.append(Source("表.xlsx", book(*sheets)))  # type: ignore[arg-type]
    return import_files(sources, scope=options.pop("scope", OPERATOR), **options)


def said(result: ImportResult, *severities: str) -> list[tuple[str, str]]:
    """(code, cell) of what was said, hard unless asked otherwise."""
    wanted = severities or ("hard",)
    return [(m.code, m.cell) for m in result.messages if m.severity in wanted]


def numbers(result: ImportResult) -> dict[str, int]:
    """The counts that aren't 0."""
    counted = result.as_dict()
    names = (
        "accepted", "unchanged", "created", "conflicts", "refused", "skipped", "forms", "forms_refused",
    )  # fmt: skip
    assert counted["rows"] == sum(counted[n] for n in ("accepted", "unchanged", "conflicts", "refused"))
    return {name: counted[name] for name in names if counted[name]}


def person(head: str, **more: Any) -> dict[str, Any]:
    return {"户主姓名": head} | more


def code(name: str = "水磨河") -> str:
    return Area.objects.get(name__startswith=name, level="village").code
