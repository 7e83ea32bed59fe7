"""Village forms as clerks fill them in: a label, its value, and where else it may stand."""

from __future__ import annotations

from paicha.core.pack import Pack
from paicha.formats.reading import ReadFile, VillageTable, read_file

from .conftest import workbook


def read(pack: Pack, data: bytes) -> ReadFile:
    return read_file(data, "a.xlsx", pack)


def test_village_forms(pack: Pack) -> None:
    profile = [
        ["神木市 大保当镇 任家伙场村 村情调查表"], ["村类型：一般村"], ["村民小组数", "5个"], ["总人口", "120户 350人"],
        ["常住户", 80, "户", 200, "人"], ["脱贫户", "10户30人"],
        ["易返贫致贫户", "____户____人"], ["低保户", "户", "", "人"],
        ["残疾人", "12人"], ["2021年度农民人均纯收入", "12,500元"], ["网格员数量", 3, "人"],
        ["网格员是否按规定开展入户排查", "☑是 □否"], ["是否每半月召开村级核实研判会议", "□是 □否"],
        ["基础信息是否准确录入全国防返贫监测信息系统", "否"], ["存在问题", "饮水管道老化"], ["意见和建议", "无"],
        ["支部书记签字：张三", "", "第一书记签字：", "", "包村干部签字：", "李四"],
    ]  # fmt: skip
    problems = [
        ["神木市防止返贫动态监测集中排查问题清单"], ["大保当镇任家伙场村"], ["序号", "类型", "具体问题"],
        [1, "“两不愁三保障”和饮水安全方面", "1.二组饮水不安全；\n2.三组住房漏雨"], [2, "帮扶政策落实方面", "无"],
        [3, "收入未稳定达标方面", ""], [4, "“应纳未纳”“体外循环”方面", "高爱莲低保未纳入"],
        [5, "网格员管理及日常排查方面"], [6, "数据质量方面"], [7, "信访舆情方面"], [8, "其他方面", "第一行\n第二行"],
        ["支部书记签字：张三  第一书记签字：无此岗位  包村干部签字：李四"],
    ]  # fmt: skip
    statistics = [
        ["神木市防止返贫动态监测集中排查统计表"], ["填报单位(盖章)：任家伙场村"],
        ["序号", "镇街", "行政村", "村民小组数", "总人口", "", "常住户", "", "排查户数", "", "", "",
         "发现问题数量", "备注"],
        ["", "", "", "", "户数", "人数", "户数", "人数", "合计", "一般农户", "已脱贫户", "易返贫户", "", ""],
        [1, "大保当镇", "任家伙场村", 5, 120, 350, 80, 200, 118, 108, 10, 0, 4, "外出未联系上2户"],
        ["合计", "", "", 5, 120, 350, 80, 200, 118, 108, 10, 0, 4, ""],
        ["支部书记签字：张三"],
    ]  # fmt: skip
    found = read(pack, workbook(附件2=profile, 附件3=problems, 附件4=statistics))
    assert [table.form for table in found.tables] == ["village_profile", "problem_list", "statistics"]
    one, two, three = [table for table in found.tables if isinstance(table, VillageTable)]
    assert one.faults == two.faults == three.faults == []
    assert (one.headings.town, one.headings.village) == ("大保当镇", "任家伙场村")
    expected = {
        "village_type": 2, "groups": 5, "total_households": 120, "total_people": 350, "resident_households": 80,
        "resident_people": 200, "lifted_households": 10, "lifted_people": 30, "monitored_households": None,
        "monitored_people": None, "dibao_households": None, "dibao_people": None, "disabled_people": 12,
        "income_per_head": 12500, "grid_workers": 3, "grid_visits": 1, "fortnightly_meetings": None,
        "system_accurate": 2, "profile_problems": "饮水管道老化", "suggestions": None, "secretary": "张三",
        "first_secretary": None, "liaison_cadre": "李四",
    }  # fmt: skip
    assert one.values == expected
    assert (one.cells["resident_people"], one.cells["groups"], one.cells["liaison_cadre"]) == (
        "D5",
        "B3",
        "F17",
    )
    assert two.problems == [
        (1, "二组饮水不安全", "C4"), (1, "三组住房漏雨", "C4"), (4, "高爱莲低保未纳入", "C7"),
        (8, "第一行", "C11"), (8, "第二行", "C11"),
    ]  # fmt: skip
    assert (two.values["secretary"], two.values["first_secretary"], two.values["liaison_cadre"]) == (
        "张三", "无此岗位", "李四",
    )  # fmt: skip
    assert three.rows == [
        {"town_name": "大保当镇", "village_name": "任家伙场村", "groups": 5, "total_households": 120,
         "total_people": 350, "resident_households": 80, "resident_people": 200, "surveyed": 118,
         "surveyed_general": 108, "surveyed_lifted": 10, "surveyed_monitored": 0, "problems": 4,
         "remark": "外出未联系上2户"},
    ]  # fmt: skip
    assert three.row_cells[0]["problems"] == "M5"


def test_verification(pack: Pack) -> None:
    sheet = [
        ["神木市防止返贫动态监测集中排查镇级核查表"], ["大保当镇任家伙场村"],
        ["安排部署", "☑是 □否 规范及时"], ["排查工作", "□是 ☑否", "扎实全面"], ["帮扶措施", "是", "精准落实"],
        ["数据信息", "1"], ["发现问题", "√是 否 全面准确"], ["信访舆情", "□是 □否 及时处置"],
        ["镇级核查结论", "存在问题：入户不实\n意见建议：限期整改"],
        ["包片(站)领导签字：王五"], ["核查人员签字：张三、李四"], ["核查时间：2022年3月24日"],
    ]  # fmt: skip
    (table,) = read(pack, workbook(附件5=sheet)).tables
    assert isinstance(table, VillageTable) and table.form == "town_verification"
    assert table.faults == []
    assert {name: str(value) for name, value in table.values.items()} == {
        "v_arranged": "1", "v_survey": "2", "v_measures": "1", "v_data": "1", "v_problems": "1", "v_petitions": "None",
        "conclusion_problems": "入户不实", "conclusion_opinion": "限期整改", "area_leader": "王五",
        "verifiers": "张三、李四", "verified_on": "2022-03-24",
    }  # fmt: skip
