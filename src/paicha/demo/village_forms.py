"""Writes a village's own forms as its clerk would: 附件2, 3, 4 and, where the town visited, 5.

Figures are counted from the village's rows, refused ones included, as the clerk counted them: form 4
agrees with the rows, the profile and the problem list unless a fault was planted.
"""

from __future__ import annotations

from datetime import date
from random import Random

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from paicha.demo.faults import FORM_FAULTS_BY_ID, FROM_TOTAL, FormFault
from paicha.demo.habits import Habits, write_day
from paicha.demo.plan import GRID_SLIPS
from paicha.demo.sheets import Formats
from paicha.demo.village import Census, Row

PROFILE_PAIRS = (
    ("total", "总人口"),
    ("resident", "常住户"),
    ("lifted", "脱贫户"),
    ("monitored", "易返贫致贫户"),
    ("dibao", "低保户"),
    ("tekun", "特困供养户"),
    ("orphans", "孤儿（事实无人抚养儿童）"),
)
PROFILE_SINGLES = (
    ("disabled_people", "残疾人", "人"),
    ("school_age_people", "农村人口中处于义务教育阶段人数（6-15周岁）", "人"),
    ("income_per_head", "2021年度农民人均纯收入", "元"),
    ("collective_income", "2021年度村集体经济收入", "元"),
    ("grid_workers", "网格员数量", "人"),
)
PROFILE_YES_NO = (
    ("grid_visits", "网格员是否按规定开展入户排查"),
    ("fortnightly_meetings", "是否每半月召开村级核实研判会议"),
    ("system_accurate", "基础信息是否准确录入全国防返贫监测信息系统"),
)
PROBLEM_TYPES = (
    "“两不愁三保障”和饮水安全方面",
    "帮扶政策落实方面",
    "收入未稳定达标方面",
    "“应纳未纳”“体外循环”方面",
    "网格员管理及日常排查方面",
    "数据质量方面",
    "信访舆情方面",
    "其他方面",
)
PROBLEMS = (
    "个别农户饮水设施冬季上冻,需检修",
    "个别农户产业奖补尚未兑现",
    "个别农户务工收入不稳定",
    "发现疑似风险户,已安排入户核实",
    "网格员周排查记录不规范",
    "个别农户联系电话未及时更新",
    "有群众反映道路维修进度慢",
    "村组道路水毁待修",
)
VERIFICATION = (
    ("v_arranged", "安排部署", "规范及时"),
    ("v_survey", "排查工作", "扎实全面"),
    ("v_measures", "帮扶措施", "精准落实"),
    ("v_data", "数据信息", "真实准确"),
    ("v_problems", "发现问题", "全面准确"),
    ("v_petitions", "信访舆情", "及时处置"),
)
SIGNED = ("支部书记签字：", "第一书记签字：", "包村干部签字：")


def count_figures(census: Census, rng: Random) -> dict[str, int]:
    """Form 2's and form 4's figures as they truly are, from the village's rows."""
    rows = census.all_rows
    here = [row for row in rows if row.is_here]
    surveyed = [row for row in rows if row.is_surveyed]
    poor = [row for row in here if row.form == "lifted" or row.answers.get("household_type") == 1]
    watched = [row for row in here if row.form == "monitored"]
    resident = [row for row in here if row.answers.get("residence") == 1]
    figures = {"groups": len(census.groups)}
    for name, members in (
        ("total", here),
        ("resident", resident),
        ("lifted", poor),
        ("monitored", watched),
        ("dibao", [row for row in here if _receives(row, 1)]),
        ("tekun", [row for row in here if _receives(row, 2)]),
    ):
        figures[f"{name}_households"] = len(members)
        figures[f"{name}_people"] = sum(max(1, row.people) for row in members)
    figures["orphans_households"] = figures["orphans_people"] = 0
    people = figures["total_people"]
    figures["disabled_people"] = people // 25
    pupils = sum(row.answers.get("schooling") in {1, 2} for row in here)
    figures["school_age_people"] = min(people, pupils + pupils // 3)
    bands = {row.answers.get("income_band") for row in surveyed}
    figures["income_per_head"] = rng.randint(105, 168) * 100 if 4 in bands else _middle_income(surveyed)
    figures["collective_income"] = rng.randint(2, 60) * 5_000
    figures["grid_workers"] = max(1, len(census.groups))
    figures["grid_visits"] = figures["fortnightly_meetings"] = figures["system_accurate"] = 1
    figures["surveyed"] = len(surveyed)
    for form in census.rows:
        figures[f"surveyed_{form}"] = sum(row.form == form for row in surveyed)
    figures["problems"] = census.plan.problem_rows
    return figures


def _middle_income(rows: list[Row]) -> int:
    """Income per head where nobody is in band 4: the middle of what the rows' bands allow (V41)."""
    middles = [{1: 3_000, 2: 5_000}.get(row.answers.get("income_band", 3), 8_000) for row in rows]
    return round(sum(middles) / len(middles)) if middles else 8_000


def _receives(row: Row, option: int) -> bool:
    aid = row.answers.get("civil_aid")
    return (isinstance(aid, tuple) and option in aid) or row.answers.get("bottom_aid") == option


class VillageForms:
    """The village's own sheets of one workbook; `fault_cell` is where a planted form fault stands."""

    def __init__(
        self, book: Workbook, census: Census, habits: Habits, formats: Formats, rng: Random, signed_on: date
    ) -> None:
        self.book, self.census, self.habits, self.formats, self.rng = book, census, habits, formats, rng
        self.village, self.plan = census.plan.village, census.plan
        self.day = write_day(signed_on, "chinese" if habits.day == "excel" else habits.day)
        self.fault: FormFault | None = (
            FORM_FAULTS_BY_ID[self.plan.form_fault] if self.plan.form_fault else None
        )
        self.fault_cell: str | None = None
        self.figures = count_figures(census, rng)

    def write(self) -> None:
        if self.plan.has_profile:
            self._write_profile()
        self._write_problems()
        if self.plan.has_statistics:
            self._write_statistics()
        if self.plan.verification is not None:
            self._write_verification()

    def _figures_of(self, form: str) -> dict[str, int]:
        """The figures as this form says them: the true ones, but for what was planted."""
        said = dict(self.figures)
        if form == "profile":
            if self.plan.says_no_monitored:
                said["monitored_households"] = said["monitored_people"] = 0
            if self.plan.grid_slip is not None:
                said[self.plan.grid_slip] = 0 if self.plan.grid_slip == GRID_SLIPS[0] else 2
        if self.fault is not None and self.fault.form == form:
            said |= self.fault.put
            base = FROM_TOTAL.get(self.fault.id, {})
            for name, amount in self.fault.change.items():
                said[name] = self.figures[base.get(name, name)] + amount
            if self.fault.id in {"v17_dibao", "v18_orphans"}:
                households = self.fault.figure.replace("_people", "_households")
                said[households] = max(1, said[households])
            if self.fault.id == "v17_lifted":
                said["lifted_people"] = max(self.figures["total_people"], said["lifted_households"])
        return said

    def _mark(self, form: str, field: str, name: str, row: int, column: int) -> None:
        if self.fault is not None and self.fault.form == form and self.fault.figure == field:
            self.fault_cell = f"{name}!{xl_rowcol_to_cell(row, column)}"

    def _sheet(self, name: str, title: str, last: int, widths: tuple[float, ...]) -> Worksheet:
        sheet = self.book.add_worksheet(name)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.merge_range(0, 0, 0, last, title, self.formats.title)
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        return sheet

    def _sign(self, sheet: Worksheet, row: int, last: int = 0) -> None:
        for i, (label, signer) in enumerate(zip(SIGNED, self.census.signers, strict=True)):
            if self.habits.tidy:
                sheet.write_string(row + i, 0, f"{label}{signer}", self.formats.heading)
            else:
                sheet.write_string(row + i, 0, label, self.formats.heading)
                sheet.write_string(row + i, 1, signer, self.formats.heading)

    def _yes_no(self, answer: int) -> str:
        yes = answer == 1
        return {
            "boxes": "☑是 □否" if yes else "□是 ☑否",
            "word": "是" if yes else "否",
            "tick": "√是 □否" if yes else "□是 √否",
        }[self.habits.yes_no]

    def _write_profile(self) -> None:
        name, said, cell = "附件2", self._figures_of("profile"), self.formats.cell
        title = f"神木市{self.village.town}{self.village.written}村情调查表"
        sheet = self._sheet(name, title, 4, (40, 14, 6, 12, 6))
        kind = "脱贫村" if self.rng.random() < 0.2 else "一般村"
        sheet.write_string(1, 0, f"村类型：{kind}", self.formats.heading)
        sheet.write_string(2, 0, "村民小组数", cell)
        self._figures(sheet, 2, [("groups", said["groups"], "个")])
        row = 3
        for field, label in PROFILE_PAIRS:
            sheet.write_string(row, 0, label, cell)
            pair = [(f"{field}_{part}", said[f"{field}_{part}"], unit) for part, unit in _PARTS]
            self._figures(sheet, row, pair)
            row += 1
        for field, label, unit in PROFILE_SINGLES:
            sheet.write_string(row, 0, label, cell)
            self._figures(sheet, row, [(field, said[field], unit)])
            row += 1
        for field, label in PROFILE_YES_NO:
            sheet.write_string(row, 0, label, cell)
            sheet.merge_range(row, 1, row, 4, self._yes_no(said[field]), cell)
            row += 1
        sheet.write_string(row, 0, "存在问题", cell)
        sheet.merge_range(row, 1, row, 4, "无" if self.plan.problem_rows == 0 else "见问题清单", cell)
        sheet.write_string(row + 1, 0, "意见和建议", cell)
        sheet.merge_range(row + 1, 1, row + 1, 4, self.habits.nothing or "无", cell)
        self._sign(sheet, row + 3)

    def _figures(self, sheet: Worksheet, row: int, figures: list[tuple[str, int, str]]) -> None:
        """337户1021人 in one cell, or each number and unit in its own."""
        cell = self.formats.cell
        if self.habits.counts == "joined":
            between = " " if self.habits.tidy else ""
            text = between.join(f"{value}{unit}" for _, value, unit in figures)
            sheet.merge_range(row, 1, row, 4, text, cell)
            for field, _, _ in figures:
                self._mark("profile", field, "附件2", row, 1)
            return
        for i, (field, value, unit) in enumerate(figures):
            sheet.write_number(row, 1 + 2 * i, value, cell)
            sheet.write_string(row, 2 + 2 * i, unit, cell)
            self._mark("profile", field, "附件2", row, 1 + 2 * i)

    def _write_problems(self) -> None:
        sheet = self._sheet("附件3", "神木市防止返贫动态监测集中排查问题清单", 2, (12, 36, 52))
        cell, head = self.formats.cell, self.formats.head
        sheet.write_string(1, 0, f"{self.village.town} {self.village.written}", self.formats.heading)
        for place, label in enumerate(("序号", "类型", "具体问题")):
            sheet.write_string(2, place, label, head)
        listed = set(self.rng.sample(range(8), self.plan.problem_rows))
        for i, kind in enumerate(PROBLEM_TYPES):
            sheet.write_number(3 + i, 0, i + 1, cell)
            sheet.write_string(3 + i, 1, kind, cell)
            sheet.write_string(3 + i, 2, PROBLEMS[i] if i in listed else self.habits.nothing, cell)
        self._sign(sheet, 12)

    def _write_statistics(self) -> None:
        name, said = "附件4", self._figures_of("statistics")
        sheet = self._sheet(name, "神木市防止返贫动态监测集中排查统计表", 13, (6, 14, 14, *(10,) * 10, 20))
        cell, head = self.formats.cell, self.formats.head
        sheet.set_landscape()
        sheet.write_string(1, 0, f"填报单位（盖章）：{self.village.written}", self.formats.heading)
        sheet.write_string(1, 9, f"时间：{self.day}", self.formats.heading)
        place = 0
        for label, parts in _STATISTICS_HEAD:
            if parts:
                sheet.merge_range(2, place, 2, place + len(parts) - 1, label, head)
                for i, part in enumerate(parts):
                    sheet.write_string(3, place + i, part, head)
            else:
                sheet.merge_range(2, place, 3, place, label, head)
            place += max(1, len(parts))
        sheet.write_number(4, 0, 1, cell)
        sheet.write_string(4, 1, self.village.town, cell)
        sheet.write_string(4, 2, self.village.written, cell)
        for place, field in enumerate(_STATISTICS, 3):
            sheet.write_number(4, place, said[field], cell)
            self._mark("statistics", field, name, 4, place)
        due = [
            sum(row.answers.get("outcome") == outcome for row in self.census.all_rows) for outcome in (4, 7)
        ]
        words = [
            f"{label}{count}户" for label, count in zip(("外出未联系上", "拒访"), due, strict=True) if count
        ]
        sheet.write_string(4, 13, "，".join(words), cell)
        self._sign(sheet, 6)

    def _write_verification(self) -> None:
        name, cell = "附件5", self.formats.cell
        sheet = self._sheet(name, "神木市防止返贫动态监测集中排查镇级核查表", 1, (22, 60))
        sheet.write_string(1, 0, f"{self.village.town} {self.village.written}", self.formats.heading)
        denied = "v_data" if self.plan.verification == "fault" else self.plan.verification
        for i, (field, label, wording) in enumerate(VERIFICATION):
            sheet.write_string(2 + i, 0, label, cell)
            sheet.write_string(2 + i, 1, f"{self._yes_no(2 if field == denied else 1)} {wording}", cell)
        found = "" if self.plan.verification in {"clean", "fault"} else "核查发现个别户信息与实际不符"
        sheet.write_string(8, 0, "镇级核查结论", cell)
        sheet.write_string(8, 1, f"存在问题：{found}", cell)
        sheet.write_string(9, 1, f"意见建议：{'请村上复核整改' if found else ''}", cell)
        self._mark("verification", "conclusion_problems", name, 8, 1)
        leader = self.census.signers[2]
        sheet.write_string(11, 0, f"包片（站）领导签字：{leader}", self.formats.heading)
        sheet.write_string(12, 0, f"核查人员签字：{self.census.signers[0]}", self.formats.heading)
        sheet.write_string(13, 0, f"核查时间：{self.day}", self.formats.heading)


_PARTS = (("households", "户"), ("people", "人"))
_STATISTICS_HEAD: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("序号", ()),
    ("镇街", ()),
    ("行政村", ()),
    ("村民小组数", ()),
    ("总人口", ("户数", "人数")),
    ("常住户", ("户数", "人数")),
    ("排查户数", ("合计", "一般农户", "已脱贫户", "易返贫户")),
    ("发现问题数量", ()),
    ("备注", ()),
)
_STATISTICS = (
    "groups", "total_households", "total_people", "resident_households", "resident_people", "surveyed",
    "surveyed_general", "surveyed_lifted", "surveyed_monitored", "problems",
)  # fmt: skip
