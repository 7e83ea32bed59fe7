"""The pictures' page: a table under every picture, the same figures in both, and rows behind every figure."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings
from tests.delivery.desk.test_city import checker, drawn, of, said
from tests.worlds.round import COUNTY, OTHER_TOWN, TOWN, VILLAGE, World

from paicha.delivery.desk.pictures.tasks import draw
from paicha.domain.audit.models import AuditEntry

KEYS = [
    "progress",
    "leads",
    "answers-income_band",
    "answers-civil_aid",
    "answers-bottom_aid",
]


@pytest.fixture(autouse=True)
def _folder(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def get(world: World, address: str, who: str = "city") -> str:
    response = world.client(who).get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def page(world: World, code: str = COUNTY, who: str = "city") -> str:
    return get(world, reverse("desk:pictures", args=[code]), who)


def work() -> int:
    """What a worker would do: every task, with the arguments as they were kept; how many there were."""
    jobs = list(DBTaskResult.objects.ready())
    for job in jobs:
        draw.func(*job.args_kwargs["args"], **job.args_kwargs["kwargs"])
        job.delete()
    return len(jobs)


def test_tables_stand_alone_until_the_worker_has_drawn(world: World) -> None:
    before = page(world)
    assert "<img" not in before
    assert before.count("<table") == len(KEYS)
    assert "<meter" in before  # bars inside the table's cells meanwhile
    assert 'hx-trigger="load delay:3s"' in before
    page(world)
    assert work() == 1  # one task for all, though two pages asked
    after = page(world)
    assert re.findall(r'src="/area/\d+/pictures/([a-z_-]+)/[0-9a-f]{24}\.svg"', after) == KEYS
    assert after.count("<table") == len(KEYS)
    assert "<meter" not in after and "hx-trigger" not in after
    assert DBTaskResult.objects.count() == 0


def test_a_picture_never_contradicts_its_table(world: World) -> None:
    """Answers change: the old picture goes, the table is new, and the next picture is of the new figures."""
    page(world)
    work()
    old = dict(re.findall(r"pictures/([a-z_-]+)/([0-9a-f]{24})\.svg", page(world)))
    world.answer(VILLAGE, [{"household": str(world.household("贺生花").pk), "form": "general", "head_name": "贺生花",
                            "outcome": 5, "remark": "空户"}])  # fmt: skip
    shown = page(world)
    now = dict(re.findall(r"pictures/([a-z_-]+)/([0-9a-f]{24})\.svg", shown))
    assert "progress" in old and "progress" not in now  # one household less is to be met
    assert now["leads"] == old["leads"]
    assert work() == 1
    assert set(dict(re.findall(r"pictures/([a-z_-]+)/([0-9a-f]{24})\.svg", page(world)))) == set(KEYS)


def test_the_figures_of_a_table_stand_in_its_picture(world: World) -> None:
    page(world)
    work()
    shown, client = page(world), world.client("city")
    sections = re.findall(r"<section.*?</section>", shown, re.S)
    assert len(sections) == len(KEYS) + 1  # no village as a whole is a lead: a sentence, and nothing drawn
    assert "没有没处理的线索" in sections.pop(2)
    for section in sections:
        (address,) = re.findall(r'src="([^"]+\.svg)"', section)
        answer = client.get(address)
        assert answer["Content-Type"] == "image/svg+xml"
        drawn = b"".join(answer.streaming_content).decode()
        texts = " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", drawn))
        if "progress" in address:
            (total,) = re.findall(r"到3月15日已排查 ([\d,]+) 户", section)
            assert total in texts
        else:
            links = re.findall(r'<td class="num"><a href[^>]*>([\d,]+)</a>', section)
            assert [n for n in links if n not in texts] == []
        (alt,) = re.findall(r'alt="([^"]+)"', section)
        assert alt.endswith(("。", "条", "户"))


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

    first, again = asked(), asked()
    assert len(again) < len(first) <= 12  # the first asks the worker, in one statement
    assert not any("rounds_rosterentry" in sql or "responses_revision" in sql for sql in first)
    rows = [{"household": None, "form": "general", "head_name": f"新户{chr(0x4E00 + n)}", "group": "1", "outcome": 5,
             "remark": "空户"} for n in range(40)]  # fmt: skip
    world.answer(VILLAGE, rows)
    asked()
    assert len(asked()) == len(again)


def test_who_may_see_the_place_may_see_its_pictures(world: World) -> None:
    page(world)
    page(world, TOWN)
    work()
    (county,) = re.findall(r'src="(/area/\d+/pictures/leads/[0-9a-f]+\.svg)"', page(world))
    (town,) = re.findall(r'src="(/area/\d+/pictures/leads/[0-9a-f]+\.svg)"', page(world, TOWN))
    answers = {
        (who, address): world.client(who).get(address).status_code
        for who in ("city", "town", "cadre", "nobody")
        for address in (county, town)
    }
    assert answers == {
        ("city", county): 200, ("city", town): 200, ("town", county): 404, ("town", town): 200,
        ("cadre", county): 404, ("cadre", town): 404, ("nobody", county): 404, ("nobody", town): 404,
    }  # fmt: skip
    # The same figures under another place's address are not there, whoever asks.
    assert world.client("city").get(county.replace(COUNTY, OTHER_TOWN)).status_code == 404


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
        f"/area/{COUNTY}/pictures/leads/{'0' * 24}.svg",
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
    page(world)
    work()
    shown = page(world)
    (section,) = re.findall(r"<section[^>]*h-disagreement.*?</section>", shown, re.S)
    assert re.search(
        r'alt="有任何一项不一致比了 2 户，1 户不一致；[^"]*安全住房比了 2 户，1 户不一致', section
    )
    found = re.findall(r'<td class="num"><a href="([^"]+)">(\d+)</a>', section)
    assert len(found) > 10
    for address, n in found:
        assert get(world, unescape(address)).count("/result/") == int(n)
    assert "回访" not in page(world, TOWN)
    assert "h-disagreement" not in page(world, COUNTY, "auditor")  # who may not open the rows has no figures
