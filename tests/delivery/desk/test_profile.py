"""The village's own form as a page: taken from the count, saved, refused, kept, and written by two people."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.worlds.county import PROFILE
from tests.worlds.round import NEIGHBOUR, TOWN, VILLAGE, World

from paicha.domain.audit.queries import verify
from paicha.domain.responses.models import Draft, Revision, VillageSummary
from paicha.domain.responses.services import FormAnswers, submit_village_form, village_work

ADDRESS = f"/area/{VILLAGE}/profile/"
# What the world's nine households add up to
COUNTS = {
    "groups": "3", "total_households": "9", "total_people": "36", "resident_households": "6",
    "resident_people": "24", "lifted_households": "3", "lifted_people": "12",
    "monitored_households": "1", "monitored_people": "4", "dibao_households": "2", "dibao_people": "8",
    "tekun_households": "0", "tekun_people": "0",
}  # fmt: skip


def typed(**changes: Any) -> dict[str, str]:
    """A whole form as typed."""
    agreeing = PROFILE | {name: int(n) for name, n in COUNTS.items()} | {"resident_households": 9}
    return {name: str(value) for name, value in (agreeing | changes).items()} | {"base": "0"}


def summary() -> dict[str, Any]:
    found: dict[str, Any] = VillageSummary.objects.get(code=VILLAGE).profile
    return found


def value_of(page: str, name: str) -> str:
    match = re.search(rf'id="i_{name}" name="{name}" value="([^"]*)"', page)
    assert match, name
    return match[1]


def test_what_the_households_add_up_to_is_taken_with_one_press(world: World) -> None:
    client = world.client("cadre")
    page = client.get(ADDRESS).content.decode()
    assert "9 户</a>" in page and "有 2 户还没排查，先按名册算" in page
    assert "有 13 项能从各户表里加出来" in page
    page = client.post(ADDRESS, {"take": "all", "base": "0", "total_people": "40"}).content.decode()
    for name, value in COUNTS.items():
        assert value_of(page, name) == ("40" if name == "total_people" else value)
    assert "和填的不一样" in page
    page = client.post(ADDRESS, {"take": "total_people", "base": "0", "total_people": "40"}).content.decode()
    assert value_of(page, "total_people") == "36"
    assert not Revision.objects.filter(household=None).exists(), "taking a figure saves nothing"


def test_a_counted_figure_opens_into_its_rows(world: World) -> None:
    client = world.client("cadre")
    for name, value in COUNTS.items():
        response = client.get(f"{ADDRESS}{name}/")
        assert response.status_code == 200, name
        page = response.content.decode()
        rows = page.count('href="/household/')
        if name.endswith("_people"):
            people = re.findall(r'data-label="人口">(\d+)<', page)
            assert sum(map(int, people)) == int(value), name
        elif name != "groups":
            assert rows == int(value), name
    assert client.get(f"{ADDRESS}collective_income/").status_code == 404


def test_saved_and_read_back(world: World) -> None:
    client = world.client("cadre")
    data = typed(
        collective_income="5万元", suggestions="加强培训", village_type="1", none_first_secretary="1"
    )
    assert client.post(ADDRESS, data).status_code == 302
    assert summary()["collective_income"] == 50000
    assert summary()["first_secretary"] == "无此岗位"
    revision = Revision.objects.get(household=None, village__code=VILLAGE)
    assert revision.source == f"desk:{world.users['cadre'].pk}"
    page = client.get(ADDRESS).content.decode()
    assert "附件2" in page and "还差" not in page and "和填的不一样</span>" in page
    assert value_of(page, "collective_income") == "50000"
    assert "加强培训" in page
    assert client.post(ADDRESS, data | {"base": "1"}).status_code == 302
    assert Revision.objects.filter(household=None).count() == 1, "an equal form is no change"
    assert verify() == []


def test_a_part_of_the_form_may_be_saved_and_the_rest_is_named(world: World) -> None:
    client = world.client("cadre")
    assert client.post(ADDRESS, {"base": "0", "groups": "3", "village_type": "2"}).status_code == 302
    assert summary() == {"groups": 3, "village_type": 2}
    page = client.get(ADDRESS).content.decode()
    assert "还差" in page and 'href="#f_secretary"' in page and 'href="#f_groups"' not in page


REFUSED = [
    ({"lifted_households": "9", "lifted_people": "3"}, "人数不能少于户数"),
    ({"monitored_households": "12", "monitored_people": "14"}, "多于总户数 9"),
    ({"disabled_people": "很多"}, "很多"),
    ({"groups": "-1"}, "村民小组数"),
]


@pytest.mark.parametrize(("changes", "said"), REFUSED)
def test_what_is_refused_comes_back_as_typed_and_is_kept(
    world: World, changes: dict[str, str], said: str
) -> None:
    client = world.client("cadre")
    response = client.post(ADDRESS, typed(**changes))
    page = response.content.decode()
    assert response.status_code == 422
    assert said in page
    for name, text in changes.items():
        assert value_of(page, name) == text
    assert not summary()
    again = client.get(ADDRESS).content.decode()
    assert "填了没存下的" in again
    assert all(value_of(again, name) == text for name, text in changes.items())
    assert Draft.objects.get().author == str(world.users["cadre"].pk)
    client.post(ADDRESS, {"forget": "1", "base": "0"})
    assert not Draft.objects.exists()


def test_a_saved_form_takes_its_draft_along(world: World) -> None:
    client = world.client("cadre")
    client.post(ADDRESS, typed(groups="-1"))
    assert Draft.objects.exists()
    assert client.post(ADDRESS, typed()).status_code == 302
    assert not Draft.objects.exists()


def test_what_differs_is_said_where_it_is_and_does_not_stop(world: World) -> None:
    client = world.client("cadre")
    wrong = typed(total_households="12", resident_households="13", school_age_people="9")
    assert client.post(ADDRESS, wrong).status_code == 302
    page = client.get(ADDRESS).content.decode()
    assert "排查 6 户，村情调查表总户数 12 户" in page
    assert "常住 13 户 24 人，多于总数 12 户" in page
    assert "村情调查表写义务教育阶段 9 人，各户表都填没有义务教育阶段学生" in page


def other_saves(world: World, **values: Any) -> None:
    form = world.pack.profile
    assert form is not None
    with village_work(world.round, world.pack, world.areas[VILLAGE], "other") as work:
        assert submit_village_form(work, FormAnswers(form, values, "excel:other")).status == "stored"


def test_two_people_lose_nothing(world: World) -> None:
    client = world.client("cadre")
    client.post(ADDRESS, typed())
    other_saves(world, suggestions="修路", grid_workers=5)
    assert client.post(ADDRESS, typed(disabled_people="1") | {"base": "1"}).status_code == 302
    assert {"suggestions": "修路", "grid_workers": 5, "disabled_people": 1}.items() <= summary().items()
    other_saves(world, grid_workers=6)
    response = client.post(ADDRESS, typed(grid_workers="7", suggestions="修路") | {"base": "3"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "别人已经把这一项改成：6" in page and value_of(page, "grid_workers") == "7"
    assert summary()["grid_workers"] == 6
    assert 'name="base" value="4"' in page
    assert client.post(ADDRESS, typed(grid_workers="7") | {"base": "4"}).status_code == 302
    assert summary()["grid_workers"] == 7


def test_a_village_that_handed_up_is_locked(world: World) -> None:
    client = world.client("cadre")
    VillageSummary.objects.filter(code=VILLAGE).update(status="handed_up")
    response = client.post(ADDRESS, typed())
    assert response.status_code == 422
    assert "已经上报" in response.content.decode()
    assert not summary() and Draft.objects.exists()


@pytest.mark.parametrize(
    ("who", "code", "status"),
    [
        ("cadre", VILLAGE, 200),
        ("town", NEIGHBOUR, 200),
        ("town", TOWN, 404),
        ("grid", VILLAGE, 404),
        ("liaison", VILLAGE, 403),
        ("city", VILLAGE, 403),
        ("elsewhere", VILLAGE, 404),
    ],
)
def test_who_may(world: World, who: str, code: str, status: int) -> None:
    assert world.client(who).get(f"/area/{code}/profile/").status_code == status


def test_queries(world: World) -> None:
    client = world.client("cadre")
    client.post(ADDRESS, typed(total_households="12"))
    client.get(ADDRESS)
    with CaptureQueriesContext(
        connection,
    ) as caught:
        client.get(ADDRESS)
    assert len(caught) <= 12, [q["sql"][:90] for q in caught.captured_queries]
