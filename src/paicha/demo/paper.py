"""What the notice prints on forms 1-1, 1-2 and 1-3: the demo's own copy, typed after the paper.

Kept apart from the pack: a slip in either then shows as a difference.
"""

from __future__ import annotations

from dataclasses import dataclass

TITLE = "神木市防止返贫动态监测集中排查表({kind})"
KINDS = {"general": "一般农户", "lifted": "已脱贫户", "monitored": "易返贫致贫户"}
SHEETS = {"general": "附件1-1", "lifted": "附件1-2", "monitored": "附件1-3"}
ROWS_A_PAGE = {"general": 15, "lifted": 20, "monitored": 20}
FEET = {
    "general": "说明:根据实际情况选填对应选项序号。",
    "lifted": "说明:根据实际情况选择对应选项序号。",
    "monitored": "说明:根据实际勾选填列对应选项序号。",
}
INSURANCE = "家庭成员参加城乡居民(职工)基本医疗保险"

LABELS = {
    "head_name": "户主姓名",
    "population": "家庭人口",
    "phone": "联系电话",
    "household_type": "户属性",
    "residence": "居住地",
    "housing": "有无安全住房",
    "schooling": "有无义务教育阶段因贫失学辍学学生",
    "water": "有无安全饮水",
    "insurance": INSURANCE,
    "income_band": "人均年纯收入",
    "major_expense": "有无较大刚性支出",
    "civil_aid": "是否享受民政政策",
    "livelihood": "类别",
    "in_national_system": "是否纳入全国防止返贫监测系统",
    "policies": "享受哪些帮扶政策",
    "policy_gap": "是否有应落实未落实的政策",
    "bottom_aid": "是否享受兜底帮扶政策",
    "return_risk": "是否有返贫风险",
    "enrol": "是否需要纳入易返贫致贫户",
    "risk_cleared": "是否标注风险消除",
    "surveyors": "排查人员签字",
    "remark": "备注",
    # right of the table, never printed
    "group": "村民小组",
    "outcome": "排查情况",
    "surveyed_on": "排查日期",
    "special": "特殊情形",
    "special_detail": "特殊情形说明",
    "income": "人均年纯收入(元)",
    "income_stable": "收入是否稳定",
    "migrant_workers": "外出务工人数",
    "aid_effect": "帮扶成效",
    "petition": "信访或舆情",
    "insured_other": "其他参保情形人数",
    "insured_other_reason": "其他参保情形说明",
    "policy_gap_detail": "未落实政策说明",
}
_PRINTED_OTHERWISE = {("monitored", "in_national_system"): "就业信息"}

_YES_NO = ("是", "否")
OPTIONS: dict[str, tuple[str, ...]] = {
    "household_type": ("脱贫不稳定户", "边缘易致贫户", "突发严重困难户"),
    "residence": ("本村", "村外镇内", "神木市城区", "神木市域内其他镇街", "市外"),
    "housing": ("不安全", "自有住房且安全", "租房且安全"),
    "schooling": ("有失学辍学", "有学生且无失学辍学", "无义务教育阶段学生"),
    "water": ("不安全", "自来水供水且安全", "分散取水且安全"),
    "income_band": ("4000元以下", "4000元—6000元(含)", "6000元—10000元(含)", "10000元以上"),
    "civil_aid": ("低保", "特困供养", "临时救助", "其他____", "否"),
    "livelihood": ("农业", "务工", "自主经营", "无"),
    "in_national_system": _YES_NO,
    "policy_gap": _YES_NO,
    "bottom_aid": ("低保", "特困", "否"),
    "return_risk": _YES_NO,
    "enrol": ("是", "不确定,需研判", "否"),
    "risk_cleared": ("是", "不确定", "否"),
    "outcome": (
        "入户",
        "电话或视频",
        "亲属邻居代答",
        "整户外出未联系上",
        "空户",
        "已迁出、销户或合户",
        "拒访",
    ),
    "special": ("因灾", "因疫", "人员回流", "滞留在外", "突发困难"),
    "income_stable": ("稳定", "有波动", "明显下降"),
    "aid_effect": ("明显", "一般", "不明显"),
    "petition": ("有", "无"),
}
SEVERAL = frozenset(("civil_aid", "livelihood", "special"))
INSURED = ("insured_none", "insured_resident", "insured_employee")
INSURED_PRINTED = ("1.未参加____人", "2.参加城乡居民医保____人", "3.参加职工医保____人")

_SAFE = ("“三保障”及安全饮水情况", ("housing", "schooling", "water", "insurance"))
_MONEY = ("收支情况", ("income_band", "major_expense"))
_WORK = ("发展产业就业情况", ("livelihood", "in_national_system"))

# Grouped headers with their questions; '' is no group.
COLUMNS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "general": (
        ("", ("head_name", "population", "phone", "residence", "housing", "schooling", "water", "insurance")),
        ("", ("income_band", "major_expense", "civil_aid", "enrol", "surveyors", "remark")),
    ),
    "lifted": (
        ("基础信息", ("head_name", "population", "phone", "residence")),
        _SAFE,
        _MONEY,
        _WORK,
        ("政策落实情况", ("policies", "policy_gap")),
        ("", ("enrol", "surveyors", "remark")),
    ),
    "monitored": (
        ("基础信息", ("head_name", "population", "phone", "household_type", "residence")),
        _SAFE,
        _MONEY,
        _WORK,
        ("政策落实情况", ("bottom_aid", "return_risk")),
        ("", ("risk_cleared", "surveyors", "remark")),
    ),
}

EXTRA = (
    "group", "outcome", "surveyed_on", "income", "income_stable", "migrant_workers", "special", "special_detail",
    "petition", "insured_other", "insured_other_reason", "policy_gap_detail", "aid_effect", "policies", "policy_gap",
)  # fmt: skip

WIDTHS = {
    "head_name": 10, "population": 7, "phone": 14, "schooling": 13, "insurance": 17, "income_band": 15,
    "major_expense": 15, "civil_aid": 13, "surveyors": 12, "remark": 12, "policies": 16, "residence": 12,
    "surveyed_on": 12, "special_detail": 16, "in_national_system": 13, "household_type": 13,
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column of a sheet: the question it asks, its label, the group above it, the options printed."""

    question: str
    label: str
    above: str = ""
    options: str = ""
    width: int = 11


def label_of(question: str, form: str) -> str:
    return _PRINTED_OTHERWISE.get((form, question), LABELS[question])


def printed_options(question: str, between: str = "") -> str:
    """1.不安全2.自有住房且安全3.租房且安全, as the paper has it under the label."""
    if question == "insurance":
        return between.join(INSURED_PRINTED)
    if question == "major_expense":
        return between.join(("1.有,原因____", "2.无"))
    options = OPTIONS.get(question, ())
    return between.join(f"{number}.{label}" for number, label in enumerate(options, 1))
