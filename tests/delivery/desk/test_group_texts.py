"""Texts for a chat group: what each says, and that none says more than its group may know."""

from __future__ import annotations

from datetime import date

import pytest
from tests.worlds.round import COUNTY, NEIGHBOUR, TOWN, VILLAGE, World, phone_of

from paicha.domain.reports.group_texts import (
    meeting_text,
    notice_text,
    reminders,
    returned_rows,
    village_reminder,
)
from paicha.domain.responses.models import VillageSummary
from paicha.domain.rounds.queries import StageState

TODAY = date(2022, 3, 15)
STAGE = StageState("village", "村级排查", "village", date(2022, 3, 20), 6, 5)


def row(code: str, due: int, profile: bool = False, status: str = "open") -> VillageSummary:
    return VillageSummary(
        code=code, status=status, counts={"general": {"due": due, "1": 3}},
        profile={"total_people": 9} if profile else {}, figures={"open_leads": 2} if due > 5 else {},
    )  # fmt: skip


@pytest.mark.django_db
def test_a_town_reminds_the_villages_that_lack_something_by_name(world: World) -> None:
    names = {VILLAGE: "甲村", NEIGHBOUR: "乙村", "610881101203": "丙村"}
    rows = [row(VILLAGE, 2), row(NEIGHBOUR, 7, profile=True), row("610881101203", 4, status="handed_up")]
    texts = {one.key: one for one in reminders(world.pack, "高家堡镇", STAGE, rows, names)}
    assert "还有户没查：2 个村。\n乙村 7 户、甲村 2 户。" in texts["due"].text
    assert texts["profile"].title == "催 1 个村：村情调查表还没交"
    assert "\n甲村。\n请在 3月20日（村级排查截止）前办完" in texts["profile"].text
    assert not [one for one in texts.values() if "丙村" in one.text]  # handed up


@pytest.mark.django_db
def test_a_county_counts_villages_by_town_and_stops_naming_somewhere(world: World) -> None:
    rows = [row(VILLAGE, 2), row(NEIGHBOUR, 7)]
    (due, *_) = reminders(world.pack, "神木市", STAGE, rows, {TOWN: "高家堡镇"})
    assert "\n高家堡镇 2 个村。\n" in due.text
    many = {f"6108811012{n:02}": f"{n}村" for n in range(40)}
    (due, *_) = reminders(world.pack, "神木市", STAGE, [row(code, 1) for code in many], many)
    assert due.text.count("、") == 29 and "等 40 个村" in due.text


@pytest.mark.django_db
def test_a_village_is_told_its_own_work_until_it_is_handed_up(world: World) -> None:
    said = village_reminder(world.pack, "甲村", STAGE, row(VILLAGE, 7))
    assert said is not None
    assert said.text.startswith(
        "【甲村】今天还要办的：\n1. 还有户没查：7 户；\n2. 村情调查表还没交；\n3. 线索还没处理：2 条。"
    )
    assert village_reminder(world.pack, "甲村", STAGE, row(VILLAGE, 7, status="handed_up")) is None
    done = VillageSummary(code=VILLAGE, counts={"general": {"1": 3}}, profile={"total_people": 9})
    assert village_reminder(world.pack, "甲村", STAGE, done) is None


_TEXTS = [
    (
        returned_rows("甲村", [("王某", "1组"), ("李某", "")], ["村情调查表"]),
        "2 户：王某（1组）、李某；1 张表：村情调查表",
    ),
    (meeting_text("甲村", "综合研判会", TODAY, "村委会", 3, TODAY), "【甲村】今天开综合研判会，在村委会，上会 3 户。"),
    (meeting_text("甲村", "民主评议会", date(2022, 3, 17), "", 1, TODAY), "3月17日（星期四）开民主评议会，上会 1 户。"),
    (
        notice_text("甲村", "纳入", 2, date(2022, 3, 16), date(2022, 3, 20), "甲村村委会或高家堡镇"),
        "2 户的名单贴在村务公开栏，3月16日至3月20日，共 5 天。",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("made", "said"), _TEXTS)
def test_what_a_text_says(made: object, said: str) -> None:
    assert said in getattr(made, "text", "")


def test_nothing_came_back_nothing_to_send() -> None:
    assert returned_rows("甲村", [], []) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "code", "titles"),
    [("cadre", VILLAGE, ["今天还要办的"]), ("town", TOWN, ["还有户没查"]), ("city", COUNTY, ["还有户没查"])],
)
def test_the_page_offers_what_can_be_sent_and_no_household_s_own_business(
    world: World, who: str, code: str, titles: list[str]
) -> None:
    page = world.client(who).get(f"/area/{code}/texts/").content.decode()
    for title in titles:
        assert title in page
    assert "data-copies=" in page
    for head in ("訾埃生", "高兰花"):
        assert phone_of(head) not in page
