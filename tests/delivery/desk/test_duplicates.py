"""The list of duplicates: who sees which pair, what is said of it, what is decided, in few queries."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.delivery.desk.pages import MOST, queries
from tests.worlds.round import COUNTY, NEIGHBOUR, TOWN, VILLAGE, World

from paicha.domain.accounts.policies import operator_scope
from paicha.domain.duplicates.models import Distinction
from paicha.domain.duplicates.services import refresh
from paicha.domain.households.models import HouseholdEvent
from paicha.domain.households.services import NewHousehold, add_households, count_change
from paicha.domain.reports.export import export_area
from paicha.domain.reports.figures import area_of

PHONE = "15012340000"


def add(world: World, code: str, head: str, phone: str = PHONE, group: str = "1") -> None:
    add_households(world.areas[code], [NewHousehold(group, head, phone, 4, "general")])


@pytest.fixture
def doubles(world: World) -> World:
    """A double in a village, one over two villages of a town, besides the heads that all three villages have."""
    add(world, VILLAGE, "贺秀英")
    add(world, VILLAGE, "贺秀瑛")
    add(world, VILLAGE, "郭亚欧", "15012340001")
    add(world, NEIGHBOUR, "郭亚欧", "15012340001")
    refresh()
    return world


def page(world: World, who: str, code: str, query: str = "") -> str:
    answer = world.client(who).get(f"/area/{code}/duplicates/{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def count(text: str) -> int:
    found = re.search(r'id="count">([\d,]+)<', text)
    assert found
    return int(found[1].replace(",", ""))


@pytest.mark.parametrize(
    ("who", "code", "query", "heads"),
    [
        ("cadre", VILLAGE, "", {"贺秀英", "贺秀瑛"}),
        ("town", TOWN, "", {"贺秀英", "贺秀瑛", "郭亚欧"}),
        ("town", TOWN, "?where=across", {"郭亚欧"}),
        ("city", COUNTY, "?where=inside", {"贺秀英", "贺秀瑛"}),
    ],
)
def test_where_both_households_are(doubles: World, who: str, code: str, query: str, heads: set[str]) -> None:
    text = page(doubles, who, code, query)
    assert set(re.findall(r"贺秀.|郭亚欧", text)) == heads
    assert count(text) == text.count('<div class="pair">')


def test_both_sides_and_why(doubles: World) -> None:
    text = page(doubles, "cadre", VILLAGE)
    assert "户主姓名读音相同，电话相同，同组，人口数相同" in text
    assert text.count("150****0000") == 2, "phones are masked"
    assert "一般农户" in text


def test_told_apart_and_taken_back(doubles: World) -> None:
    client, at = doubles.client("cadre"), f"/area/{VILLAGE}/duplicates/"
    (pair,) = re.findall(r'name="pair" value="(\d+)"', page(doubles, "cadre", VILLAGE))
    refused = client.post(f"{at}apart/", {"pair": pair, "reason": " "})
    assert refused.status_code == 422 and "请写明为什么不是同一户" in refused.content.decode()
    done = client.post(f"{at}apart/", {"pair": pair, "reason": "是两妯娌", "page": f"{at}?page=1"})
    assert (done.status_code, done.headers["Location"]) == (302, f"{at}?page=1")
    assert count(page(doubles, "cadre", VILLAGE)) == 0
    again = client.post(f"{at}apart/", {"pair": pair, "reason": "是两妯娌"})
    assert again.status_code == 422 and "请刷新页面" in again.content.decode()
    listed = page(doubles, "town", TOWN, "?where=apart")
    assert "是两妯娌" in listed and count(listed) == 1
    (said,) = re.findall(r'name="said" value="(\d+)"', listed)
    assert doubles.client("elsewhere").post(f"{at}back/", {"said": said}).status_code == 404
    assert client.post(f"{at}back/", {"said": said}).status_code == 302
    assert count(page(doubles, "cadre", VILLAGE)) == 1
    assert Distinction.objects.get().taken_back_by


def parquet(world: World, folder: Path) -> dict[str, bytes]:
    """The county's answers and findings as they are exported."""
    export_area(
        world.round, area_of(world.round, COUNTY), "parquet", folder, scope=operator_scope("tester"),
        exporter="tester", processes=1,
    )  # fmt: skip
    return {file.name: file.read_bytes() for file in sorted(folder.rglob("*.parquet"))}


def test_merged_and_unmerged(world: World, tmp_path: Path) -> None:
    """One button merges by the household's life; undone there, the pair is listed again, and Parquet is as before."""
    same = {
        "household": None,
        "form": "general",
        "group": "1",
        "phone": PHONE,
        "outcome": 5,
        "remark": "空户",
    }
    world.answer(VILLAGE, [same | {"head_name": head} for head in ("贺秀英", "贺秀瑛")])
    refresh()
    doubles, client, at = world, world.client("cadre"), f"/area/{VILLAGE}/duplicates/"
    before = parquet(world, tmp_path / "before")
    text = page(doubles, "cadre", VILLAGE)
    (address,) = re.findall(r'formaction="([^"]+)"', text)
    (key,) = re.findall(r'name="other" value="([^"]+)"', text)
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', text)
    asked = {"act": "merge", "other": key, "reason": "录重了", "pair": "1", "page": at, "seen": seen}
    client.post(address, {"act": "move", "group": "2", "reason": "搬家"})
    stale = client.post(address, asked)
    assert (stale.status_code, "又有变动" in stale.content.decode()) == (422, True), "a page of before"
    moved = HouseholdEvent.objects.get(kind=HouseholdEvent.Kind.MOVE)
    client.post(address, {"act": "undo", "event": moved.pk})
    (asked["seen"],) = re.findall(r'name="seen" value="([^"]+)"', page(doubles, "cadre", VILLAGE))
    done = client.post(address, asked)
    assert done.status_code == 302, done.content.decode()
    assert count(page(doubles, "cadre", VILLAGE)) == 0
    refresh()
    assert count(page(doubles, "cadre", VILLAGE)) == 0
    assert parquet(world, tmp_path / "merged") != before
    event = HouseholdEvent.objects.get(kind=HouseholdEvent.Kind.MERGE)
    assert client.post(address, {"act": "undo", "event": event.pk}).status_code == 302
    refresh()
    assert count(page(doubles, "cadre", VILLAGE)) == 1
    assert parquet(world, tmp_path / "after") == before


def test_a_pair_of_another_place_is_out_of_reach(doubles: World) -> None:
    """A village's clerk decides nothing about a household that is another village's."""
    pair, *_ = re.findall(r'name="pair" value="(\d+)"', page(doubles, "town", TOWN, "?where=across"))
    answer = doubles.client("cadre").post(f"/area/{VILLAGE}/duplicates/apart/", {"pair": pair, "reason": "x"})
    assert answer.status_code == 422
    assert not Distinction.objects.exists()


def test_who_only_looks(doubles: World) -> None:
    assert 'name="pair"' not in page(doubles, "auditor", COUNTY)


def test_lines_of_work(doubles: World) -> None:
    """On first pages stands how many clusters the list has; nothing where there are none."""
    for who, code in (("cadre", VILLAGE), ("town", TOWN), ("city", COUNTY)):
        text = " ".join(doubles.client(who).get(f"/area/{code}/").content.decode().split())
        n = count(page(doubles, who, code))
        assert f'<span class="n">{n}</span><span>组农户疑似重复' in text, code
    assert "疑似重复" not in doubles.client("town").get(f"/area/{NEIGHBOUR}/").content.decode()


def test_what_waits_is_said(doubles: World) -> None:
    assert "底册刚有变动" not in page(doubles, "town", TOWN)
    count_change([doubles.areas[VILLAGE].pk])
    assert "有 1 个村的底册刚有变动" in page(doubles, "town", TOWN)
    assert "底册刚有变动" in page(doubles, "cadre", VILLAGE)


def test_fifty_a_page_in_few_queries(world: World) -> None:
    for n in range(52):
        name = f"{chr(0x4E10 + n)}强"
        for code in (VILLAGE, NEIGHBOUR):
            add(world, code, name, f"150{n:08d}")
    refresh()
    for query, shown in (("", 50), ("?page=2", 11)):
        text, captured = queries(world.client("town"), f"/area/{TOWN}/duplicates/{query}")
        assert len(captured) <= MOST
        assert text.count('<div class="pair">') == shown
