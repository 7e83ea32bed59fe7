"""What the paper shows: headers with their spans, headings, cells, pages."""

from __future__ import annotations

from datetime import date

import pytest
from tests.formats.sample import pack

from paicha.core.pack import HouseholdForm, Option, Question
from paicha.core.pack.forms import Column, Paper
from paicha.formats import layout, village_layout
from paicha.formats.documents import Block


def table(form: str, **options: bool) -> layout.Table:
    return layout.household_table(pack(), pack().household_forms[form], **options)


def header(found: layout.Table) -> list[list[str]]:
    """Every header row as `text@column+columns×rows` where a cell spans more than itself."""
    return [
        [
            f"{c.text.splitlines()[0]}@{c.column}"
            + ("" if c.rows == c.columns == 1 else f"+{c.columns}×{c.rows}")
            for c in row
        ]
        for row in found.header
    ]


def test_general_form_has_labels_over_options() -> None:
    labels, options = header(table("general"))
    assert labels == [
        "序号@0+1×2", "户主姓名@1+1×2", "家庭人口@2+1×2", "联系电话@3+1×2", "居住地@4", "有无安全住房@5",
        "有无义务教育阶段因贫失学辍学学生@6", "有无安全饮水@7", "家庭成员参加城乡居民(职工)基本医疗保险@8",
        "人均年纯收入@9", "有无较大刚性支出@10", "是否享受民政政策@11", "是否需要纳入易返贫致贫户@12",
        "排查人员签字@13+1×2", "备注@14+1×2",
    ]  # fmt: skip
    assert options[0] == "1.本村@4"
    assert len(options) == 9


def test_lifted_form_groups_its_columns() -> None:
    groups, labels, _ = header(table("lifted"))
    assert groups == [
        "序号@0+1×3", "基础信息@1+4×1", "“三保障”及安全饮水情况@5+4×1", "收支情况@9+2×1", "发展产业就业情况@11+2×1",
        "政策落实情况@13+2×1", "是否需要纳入易返贫致贫户@15+1×2", "排查人员签字@16+1×3", "备注@17+1×3",
    ]  # fmt: skip
    assert "享受哪些帮扶政策@13+1×2" in labels


@pytest.mark.parametrize(("form", "columns"), [("general", 15), ("lifted", 18), ("monitored", 19)])
def test_forms_have_as_many_columns_as_the_paper(form: str, columns: int) -> None:
    assert len(table(form).fields) == columns
    assert len(table(form, parts_apart=True).fields) == columns + 2


@pytest.mark.parametrize("form", ["general", "lifted", "monitored"])
@pytest.mark.parametrize("apart", [False, True])
def test_header_cells_cover_the_table_once(form: str, apart: bool) -> None:
    found = table(form, parts_apart=apart)
    places = [
        (cell.row + i, cell.column + j)
        for row in found.header for cell in row for i in range(cell.rows) for j in range(cell.columns)
    ]  # fmt: skip
    assert len(places) == len(set(places)) == len(found.header) * len(found.fields)


def test_options_are_printed_as_in_the_notice() -> None:
    shown = {field.name: field.options for field in table("general").fields}
    assert shown["residence"] == "1.本村\n2.村外镇内\n3.神木市城区\n4.神木市域内其他镇街\n5.市外"
    assert shown["insurance"] == "1.未参加____人\n2.参加城乡居民医保____人\n3.参加职工医保____人"
    assert shown["major_expense"] == "1.有,原因____\n2.无"
    assert shown["civil_aid"] == "1.低保\n2.特困供养\n3.临时救助\n4.其他____\n5.否"


CELLS = [
    # question, answers, cell of Excel, on paper
    ("population", {"population": 4}, 4, "4"),
    ("head_name", {"head_name": "訾埃生"}, "訾埃生", "訾埃生"),
    ("residence", {"residence": 3}, 3, "3"),
    ("residence", {}, None, ""),
    ("civil_aid", {"civil_aid": [5]}, 5, "5"),
    ("civil_aid", {"civil_aid": [1, 3]}, "1、3", "1、3"),
    ("civil_aid", {"civil_aid": (1, 4), "civil_aid_other": "孤儿补助"}, "1、4,孤儿补助", "1、4,孤儿补助"),
    ("civil_aid", {"civil_aid": [4], "civil_aid_other": "低保边缘"}, "4,“低保边缘”", "4,低保边缘"),
    ("civil_aid", {"civil_aid": [4, 5], "civil_aid_other": "3个孩子"}, "5、4,“3个孩子”", "5、4,3个孩子"),
    ("civil_aid", {"civil_aid": []}, None, ""),
    ("major_expense", {"major_expense": 2}, 2, "2"),
    ("major_expense", {"major_expense": 1}, 1, "1"),
    ("major_expense", {"major_expense": 1, "major_expense_reason": "大病住院"}, "1,大病住院", "1,大病住院"),
    ("major_expense", {"major_expense": 1, "major_expense_reason": "无劳动力"}, "1,“无劳动力”", "1,无劳动力"),
    ("major_expense", {"major_expense": 1, "major_expense_reason": "原因不明"}, "1,“原因不明”", "1,原因不明"),
    ("major_expense", {"major_expense_reason": "大病"}, "大病", "大病"),
    ("remark", {"remark": "在内蒙", "_note": "整户外出未联系上"}, "在内蒙", "整户外出未联系上；在内蒙"),
    ("remark", {"_note": "空户"}, None, "空户"),
]


@pytest.mark.parametrize(("name", "answers", "cell", "paper"), CELLS)
def test_cells(name: str, answers: dict[str, object], cell: object, paper: str) -> None:
    field = next(field for field in table("general").fields if field.name == name)
    assert layout.cell_value(field, answers) == cell  # type: ignore[arg-type]
    assert layout.cell_text(field, answers) == paper  # type: ignore[arg-type]


def test_several_counts_share_a_cell_on_paper() -> None:
    field = next(field for field in table("general").fields if field.kind == "parts")
    row = {"insured_none": 0, "insured_resident": 4, "insured_employee": None}
    assert layout.cell_text(field, row) == "1.未参加0人 2.参加城乡居民医保4人 3.参加职工医保____人"
    assert layout.cell_text(field, {}) == ""


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("1,“2个大学生、1人住院”", ((1,), "2个大学生、1人住院")),
        ("1、4,“患“两癌””", ((1, 4), "患“两癌”")),
        ("1,大病住院", None),
        ("1、3", None),
    ],
)
def test_a_quoted_text_is_read_back(cell: str, read: object) -> None:
    assert layout.read_with_text(cell) == read


HEADINGS = [
    ("general", "大保当镇", "野鸡河村", "2", "镇(街)( 大保当镇 )  村( 野鸡河村 )  组( 2 )"),
    ("general", "大保当镇", "野鸡河村", "沟岔组", "镇(街)( 大保当镇 )  村( 野鸡河村 )  组( 沟岔组 )"),
    ("general", "", "", None, "镇(街)(      )  村(      )  组(      )"),
    ("lifted", "大保当镇", "野鸡河村", None, "镇(街)( 大保当镇 )  村(组)( 野鸡河村 )"),
    ("lifted", "大保当镇", "野鸡河村", "2", "镇(街)( 大保当镇 )  村(组)( 野鸡河村2组 )"),
    ("lifted", "大保当镇", "野鸡河村", "沟岔组", "镇(街)( 大保当镇 )  村(组)( 野鸡河村沟岔组 )"),
]


@pytest.mark.parametrize(("form", "town", "village", "group", "line"), HEADINGS)
def test_headings(form: str, town: str, village: str, group: str | None, line: str) -> None:
    assert layout.heading(pack().household_forms[form], town, village, group) == line


def test_pages_begin_anew_for_every_group_and_fill_up_with_blank_rows() -> None:
    rows = [{"head_name": str(number)} for number in range(16)]
    found = list(layout.pages([Block("1", rows), Block("2", rows[:1])], 15))
    assert [(p.group, p.first, sum(row is not None for row in p.rows), len(p.rows)) for p in found] == [
        ("1", 1, 15, 15),
        ("1", 16, 1, 15),
        ("2", 1, 1, 15),
    ]


def test_a_form_without_rows_is_one_blank_page() -> None:
    (page,) = layout.pages([], 20)
    assert page.rows == (None,) * 20


def test_profile_shows_values_blanks_and_boxes() -> None:
    profile = pack().profile
    assert profile is not None
    lines = {
        line.label: line
        for line in village_layout.profile_lines(pack(), profile, {"groups": 3, "grid_visits": 2})
    }
    assert [(s.kind, s.text) for s in lines["村民小组数"].items[0].segments] == [
        ("value", "3"),
        ("words", "个"),
    ]
    assert [(s.kind, s.text) for s in lines["总人口"].items[1].segments] == [("blank", ""), ("words", "人")]
    boxes = lines["网格员是否按规定开展入户排查"].items[0].segments
    assert [(s.kind, s.text, s.checked) for s in boxes] == [("box", "是", False), ("box", "否", True)]
    assert village_layout.profile_lead(pack(), profile, {}) == ("村类型:(脱贫村/一般村)",)
    assert village_layout.profile_lead(pack(), profile, {"village_type": 1}) == ("村类型:(脱贫村)",)
    assert village_layout.place_text(profile.title, "", "") == "神木市_____镇(街)_____村村情调查表"


def test_signers_stand_with_their_names() -> None:
    form = pack().verification
    assert form is not None
    values = {"area_leader": "王磊", "verified_on": date(2022, 3, 24)}
    assert village_layout.signer_texts(form, values) == (
        "包片(站)领导签字：王磊", "核查人员签字：", "核查时间：2022年3月24日",
    )  # fmt: skip


def test_every_problem_type_is_printed() -> None:
    form = pack().problem_list
    assert form is not None
    rows = list(village_layout.problem_rows(form, [(6, "电话未更新"), (1, "漏雨"), (1, "断水")]))
    assert [(number, texts) for number, _, texts in rows] == [
        (1, ["漏雨", "断水"]), (2, []), (3, []), (4, []), (5, []), (6, ["电话未更新"]), (7, []), (8, []),
    ]  # fmt: skip


def test_another_form_is_laid_out_without_code_of_its_own() -> None:
    """No group header, a date and a several-choice question, no options row where none has options."""
    questions = {
        "who": Question(name="who", label="姓名", type="text"),
        "seen_on": Question(name="seen_on", label="走访日期", type="date"),
    }
    crops = Question(
        name="crops", label="种植", type="choices",
        options=(Option(number=1, label="玉米"), Option(number=2, label="谷子")),
    )  # fmt: skip
    form = HouseholdForm(
        name="visits", sheet="走访", letter="A", label="走访", title="走访表", heading="{town}{village}",
        heading_blank="______", paper=Paper(rows_per_page=8),
        columns=tuple(Column(name=name, label=q.label, question=name) for name, q in questions.items()),
    )  # fmt: skip
    other = pack().model_copy(update={"questions": questions | {"crops": crops}, "digest": "another"})
    found = layout.household_table(other, form)
    assert header(found) == [["姓名@0", "走访日期@1"]]
    assert layout.cell_text(found.fields[1], {"seen_on": date(2022, 3, 5)}) == "2022年3月5日"
    field = layout.question_field(other, "crops")
    assert (field.options, layout.cell_value(field, {"crops": [1, 2]})) == ("1.玉米\n2.谷子", "1、2")
