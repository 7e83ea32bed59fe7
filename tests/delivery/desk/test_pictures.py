"""The pictures' page: lines and bars from the figures of its tables, and rows behind every figure."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_tasks_db.models import DBTaskResult
from tests.delivery.desk.test_city import checker, drawn, of, said
from tests.worlds.round import COUNTY, TOWN, VILLAGE, World

from paicha.domain.audit.models import AuditEntry

KEYS = [
    "progress",
    "leads",
    "answers-income_band",
    "answers-civil_aid",
    "answers-bottom_aid",
]


def get(world: World, address: str, who: str = "city") -> str:
    response = world.client(who).get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def page(world: World, code: str = COUNTY, who: str = "city") -> str:
    return get(world, reverse("desk:pictures", args=[code]), who)


def test_every_part_is_there_once_and_nothing_waits(world: World) -> None:
    shown = page(world)
    assert re.findall(r"<h2 id=\"h-([a-z_-]+)\"", shown) == [
        "progress",
        "towns",
        *KEYS[1:2],
        "leads-village",
        *KEYS[2:],
    ]
    assert "<img" not in shown and "hx-trigger" not in shown
    assert "没有没处理的线索" in shown  # no village as a whole is a lead: a sentence
    assert DBTaskResult.objects.count() == 0


def test_the_line_ends_where_the_table_of_days_does(world: World) -> None:
    """(the words for whoever can't see it, the big figure, the points) say what the table of days says."""
    shown = page(world)
    rows = re.findall(r'<th class="nowrap" scope="row">[^<]+</th>(.*?)</tr>', shown, re.S)
    last = [re.findall(r'<td class="num">([\d,]+)</td>', row)[-1:] for row in rows]
    totals = [int(n.replace(",", "")) for found in last for n in found]
    (wanted,) = re.findall(r"要排查 ([\d,]+) 户", shown.split("</svg>")[0].split("<svg")[0])
    percent = 100 * totals[-1] / int(wanted.replace(",", ""))
    assert f'<strong class="big">{int(percent)}%</strong>' in shown
    (points,) = re.findall(r'<polyline class="done" points="([^"]+)"', shown.split("</svg>")[0])
    assert len(points.split()) == len(totals)
    assert float(points.split()[-1].split(",")[1]) == pytest.approx(40 * (1 - percent / 100), abs=0.01)


def test_towns_stand_by_how_far_behind_they_are(world: World) -> None:
    (section,) = re.findall(r"<ul class=\"charts\">.*?</ul>", page(world), re.S)
    assert set(re.findall(r'href="/area/(\d+)/pictures/"', section)) >= {TOWN}
    percents = [int(n) for n in re.findall(r">(\d+)%</span>", section)]
    assert len(percents) > 1 and percents == sorted(percents)
    assert "各镇街" not in page(world, TOWN)


def test_every_figure_opens_into_its_rows(world: World) -> None:
    seen = 0
    for code in (COUNTY, TOWN):
        links = re.findall(r'<td class="num"><a href="([^"]+)">([\d,]+)</a>', page(world, code))
        for address, n in links:
            opened = get(world, unescape(address))
            if "/leads/" in address:
                continue  # counted by test_pages
            assert int(re.findall(r'id="count">([\d,]+)<', opened)[0]) == int(n)
            for village, households in re.findall(r'href="([^"]+rows[^"]+)">([\d,]+)</a>', opened):
                listed = get(world, unescape(village))
                rows = listed.count("/household/")
                assert rows == int(re.findall(r'id="count">([\d,]+)<', listed)[0]) == int(households)
                seen += rows
    assert seen > 30


def test_the_page_costs_no_more_with_more_households(world: World) -> None:
    client, address = world.client("city"), reverse("desk:pictures", args=[COUNTY])

    def asked() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        control = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
        return [q["sql"] for q in captured if not q["sql"].startswith(control)]

    asked()
    first = asked()
    assert len(first) <= 12
    assert not any("rounds_rosterentry" in sql or "responses_revision" in sql for sql in first)
    rows = [{"household": None, "form": "general", "head_name": f"新户{chr(0x4E00 + n)}", "group": "1", "outcome": 5,
             "remark": "空户"} for n in range(40)]  # fmt: skip
    world.answer(VILLAGE, rows)
    assert len(asked()) == len(first)


@pytest.mark.parametrize(
    "address",
    [
        f"/area/{COUNTY}/pictures/rows/days/",
        f"/area/{COUNTY}/pictures/rows/days/?day=2022-13-01",
        f"/area/{COUNTY}/pictures/rows/days/?day=2021-01-01",
        f"/area/{COUNTY}/pictures/rows/answers/?question=housing&form=general&option=1",
        f"/area/{COUNTY}/pictures/rows/answers/?question=income_band&form=nobody&option=1",
        f"/area/{COUNTY}/pictures/rows/answers/?question=income_band&form=general&option=9",
        f"/area/{VILLAGE}/pictures/",
    ],
)
def test_what_is_not_there(world: World, address: str) -> None:
    assert world.client("city").get(address).status_code == 404


def test_reading_the_rows_is_logged_and_needs_the_right_to(world: World) -> None:
    address = f"/area/{VILLAGE}/pictures/rows/answers/?question=income_band&form=general&option=4"
    before = AuditEntry.objects.count()
    get(world, address, "cadre")
    assert AuditEntry.objects.count() == before + 1
    assert set(re.findall(r">(\w组|沟岔组)<", get(world, address, "grid"))) == {"一组"}
    assert set(re.findall(r">(\w组|沟岔组)<", get(world, address, "cadre"))) > {"一组"}
    assert world.client("elsewhere").get(address).status_code == 404


def test_what_the_re_interviews_found_is_a_picture_of_the_county(world: World) -> None:
    assert "回访" not in page(world)
    sample = drawn(world)
    visits = checker(world, sample)
    visits.post(f"/sampled/{of(sample, '王建国').pk}/", said(world, housing=1))
    visits.post(f"/sampled/{of(sample, '高兰花').pk}/", said(world, income_band=1))
    (section,) = re.findall(r"<section[^>]*h-disagreement.*?</section>", page(world), re.S)
    rows = [re.sub(r"<[^>]+>|\s+", " ", row) for row in re.findall(r"<tr>.*?</tr>", section, re.S)]
    assert any(re.match(r" *安全住房 +2 +1 ", row) for row in rows)
    found = re.findall(r'<td class="num"><a href="([^"]+)">(\d+)</a>', section)
    assert len(found) > 10
    for address, n in found:
        assert get(world, unescape(address)).count("/result/") == int(n)
    assert "回访" not in page(world, TOWN)
    assert "h-disagreement" not in page(world, COUNTY, "auditor")  # who may not open the rows has no figures
