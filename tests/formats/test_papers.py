"""The papers of a meeting and the notice on the wall, read back from their PDFs."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import date

import pytest
from tests.formats.test_pdf import pages_of, poppler, sizes_of, squeezed, text_of

from paicha.formats.papers import KitItem, KitLead, MeetingKit, Poster, PosterRow, meeting_kit, poster

ANSWERS = [
    ("居住地", "1 本村"), ("有无安全住房", "2 自有住房且安全"), ("有无安全饮水", "1 不安全"),
    ("人均年纯收入", "2 4000元—6000元(含)"), ("有无较大刚性支出", "1 有：住院"), ("是否享受民政政策", ""),
]  # fmt: skip
HEADS = ("高某", "刘某", "王某墕")


def item(number: int, head: str) -> KitItem:
    lead = KitLead("S09", "享受低保，没有纳入监测，请核实。")
    return KitItem(
        number, head, "2组", "一般农户", 4, "纳入易返贫致贫户", [lead], ANSWERS, ["临时救助", "公益岗位"]
    )


def kit(items: int = 3, **more: object) -> MeetingKit:
    listed = [item(n, HEADS[(n - 1) % len(HEADS)]) for n in range(1, items + 1)]
    base = MeetingKit(
        "神木市", "高家堡镇", "黄家墕村", "综合研判会议", date(2022, 3, 16), "村委会", "", listed
    )
    return replace(base, **more)  # type: ignore[arg-type]


def notice(rows: int = 2, **more: object) -> Poster:
    listed = [PosterRow(HEADS[n % len(HEADS)], "沟岔组", "突发严重困难户") for n in range(rows)]
    base = Poster(
        "神木市", "高家堡镇", "黄家墕村", "公示", "拟将下列农户纳入易返贫致贫户，现予公示。", listed,
        date(2022, 3, 18), date(2022, 3, 22), "村委会或高家堡镇人民政府",
    )  # fmt: skip
    return replace(base, **more)  # type: ignore[arg-type]


@poppler
def test_a_kit_holds_every_paper_of_the_meeting() -> None:
    content = meeting_kit(kit(footer="导出人 于 2022-03-16 导出", attending=[("甲某", "支部书记")], voters=5))
    text = squeezed(content)
    assert sizes_of(content) == {(210, 297)}
    for said in ("综合研判会议议程", "各户情况", "签到表", "综合研判会议记录", "2022年3月16日（星期三）"):
        assert said in text
    assert "S09享受低保，没有纳入监测，请核实。" in text
    assert "可以考虑的帮扶：临时救助；公益岗位" in text
    assert "是否享受民政政策没有填" in text
    assert "支部书记" in text and "应到5人" in text
    assert text.count("导出人于2022-03-16导出") == pages_of(content)


@poppler
@pytest.mark.parametrize(
    ("items", "more", "ballots"),
    [
        (3, {"voters": 9}, 9),
        (3, {}, 8),
        (12, {"voters": 3}, 3),
        (3, {"with_ballots": False}, 0),
        (0, {"voters": 9}, 0),
    ],
)
def test_ballots(items: int, more: dict[str, object], ballots: int) -> None:
    text = squeezed(meeting_kit(kit(items, **more)))
    assert text.count("不写姓名") == ballots


@poppler
def test_a_ballot_names_households_and_the_question_alone() -> None:
    pages = text_of(meeting_kit(kit(voters=4))).split("\f")
    ballots = ["".join(page.split()) for page in pages if "不写姓名" in "".join(page.split())]
    assert ballots
    for page in ballots:
        assert "表决事项：纳入易返贫致贫户" in page and "高某（2组）" in page
        for hidden in ("S09", "低保", "住院", "一般农户", "4人"):
            assert hidden not in page


@poppler
def test_different_questions_stand_beside_each_household() -> None:
    other = replace(item(2, "刘某"), question="风险消除")
    text = squeezed(meeting_kit(replace(kit(), items=[item(1, "高某"), other], voters=1)))
    assert "表决事项" not in text and "刘某（2组）风险消除" in text


@poppler
def test_a_topic_without_a_household_stands_by_its_words_alone() -> None:
    topic = KitItem(2, "通报本月周排查的情况", "", "", None, question="通报本月周排查的情况")
    text = squeezed(meeting_kit(replace(kit(), items=[item(1, "高某"), topic], voters=1)))
    assert "（）" not in text
    assert text.count("通报本月周排查的情况") == 3, "agenda, ballot, minutes"
    assert "上会农户（1户）和其他事项" in text


@poppler
def test_a_kit_without_date_place_or_households_leaves_blanks() -> None:
    content = meeting_kit(kit(0, on=None, place=""))
    assert pages_of(content) == 3
    assert "年月日" in squeezed(content)


def test_a_notice_has_no_place_for_anything_but_name_group_and_category() -> None:
    assert [field.name for field in fields(PosterRow)] == ["head", "group", "category"]


@poppler
def test_a_notice() -> None:
    content = poster(notice())
    text = squeezed(content)
    assert pages_of(content) == 1
    assert "公示时间：2022年3月18日至2022年3月22日，共5天" in text
    assert "向村委会或高家堡镇人民政府反映" in text
    assert "高家堡镇黄家墕村村民委员会（盖章）2022年3月18日" in text
    assert "1高某沟岔组突发严重困难户" in text
    assert not re.search(r"\d{7,}", text), "no phone"


@poppler
@pytest.mark.parametrize(
    ("rows", "pages", "size"),
    [(1, 1, "A4"), (12, 1, "A4"), (17, 1, "A4"), (80, 4, "A4"), (12, 1, "A3")],
)
def test_a_notice_keeps_to_a_page_where_it_can(rows: int, pages: int, size: str) -> None:
    content = poster(notice(rows, size=size))
    assert pages_of(content) == pages
    assert sizes_of(content) == {(210, 297) if size == "A4" else (297, 420)}
    assert squeezed(content).count("突发严重困难户") == rows
    assert squeezed(content).endswith("月18日"), "the stamp stands below"


@poppler
@pytest.mark.parametrize(
    ("village", "issuer"), [("水磨河村", "水磨河村村民委员会"), ("河东社区", "河东社区居民委员会")]
)
def test_who_stamps(village: str, issuer: str) -> None:
    text = squeezed(poster(notice(village=village, title="公告", until=None, object_to="")))
    assert f"{issuer}（盖章）" in text
    assert "公告时间：2022年3月18日。" in text and "反映" not in text


@poppler
def test_texts_are_data() -> None:
    rows = [PosterRow("#panic(1)", "*2*组", "$x$ \\")]
    assert "#panic(1)*2*组$x$\\" in squeezed(poster(replace(notice(), rows=rows)))
