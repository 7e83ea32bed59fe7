"""The menu: few entries in the bar, the rest behind 更多, one's own things behind one's name; on every page."""

from __future__ import annotations

import pytest
from tests.delivery.desk.pages import MOST, queries, shown
from tests.worlds.round import COUNTY, TOWN, VILLAGE, World

BAR = r'<nav class="tabs".*?</nav>'
# who, page, the bar, what is named beside 更多
_MENUS = [
    ("cadre", f"/area/{VILLAGE}/", ["今天", "农户", "录入", "线索", "上报", "研判"], ""),
    ("cadre", f"/area/{VILLAGE}/problems/", ["今天", "农户", "录入", "线索", "上报", "研判"], "问题"),
    ("cadre", f"/area/{VILLAGE}/handup/", ["今天", "农户", "录入", "线索", "上报", "研判"], "上报"),
    ("grid", f"/area/{VILLAGE}/", ["今天", "农户", "录入", "线索", "研判", "问题"], ""),
    ("town", f"/area/{TOWN}/", ["全镇", "核实", "农户", "线索", "上报", "各村"], ""),
    ("city", f"/area/{COUNTY}/", ["全市", "各村", "线索", "抽查", "日报", "上报"], ""),
]


@pytest.mark.parametrize(("who", "address", "bar", "aside"), _MENUS)
def test_a_few_entries_each_and_the_open_one_in_sight(
    world: World, who: str, address: str, bar: list[str], aside: str
) -> None:
    page = world.client(who).get(address).content.decode()
    (menu,) = shown(page, f"({BAR})")
    before, _, behind = menu.partition("<details")
    assert shown(before, r"<a [^>]*>(\S+)</a>") == bar
    assert shown(
        menu, r"<summary.*?更多</span>(?:<span[^>]*><span[^>]*>：</span>(\S+?)</span>)?</summary>"
    ) == [aside]
    assert menu.count('aria-current="page"') in (
        1,
        2,
    )  # once in the bar, once more where a narrow screen has it
    assert set(shown(behind, r"<li><a [^>]*>(\S+)</a>")).isdisjoint(bar)


@pytest.mark.parametrize("who", ["cadre", "grid", "town", "city", "auditor"])
@pytest.mark.parametrize("address", ["/mine/", "/password/", "/mine/phones/", "/rules/S01/", "/nothing/"])
def test_a_page_of_no_place_has_ones_own_menu(world: World, who: str, address: str) -> None:
    page = world.client(who).get(address).content.decode()
    (menu,) = shown(page, f"({BAR})")
    assert 'href="/' in menu
    assert "退出" in page


@pytest.mark.parametrize("address", ["/mine/", "/password/", "/mine/phones/", "/rules/S01/"])
def test_ones_own_menu_stays_within_the_queries(world: World, address: str) -> None:
    for who in ("cadre", "grid", "city"):
        assert len(queries(world.client(who), address)[1]) <= MOST, (who, address)


def test_whom_nothing_was_answered_for_begins_to_fill_in(world: World) -> None:
    page = world.client("cadre").get(f"/area/{VILLAGE}/households/?outcome=due").content.decode()
    for name in ("entry", "visits", "blanks", "plan"):
        assert f"/area/{VILLAGE}/{name}/" in page
    assert (
        "开始填" not in world.client("town").get(f"/area/{VILLAGE}/households/?outcome=done").content.decode()
    )
