"""The administrator's pages of the home itself: health, packs, rounds, and who comes near."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from urllib.parse import urlencode

import pytest
from pytest_django import Settings
from tests.delivery.desk.pages import MOST, queries
from tests.worlds.round import COUNTY, NEIGHBOUR, TOWN, VILLAGE, World

from paicha.domain import clock
from paicha.domain.audit.models import AuditEntry
from paicha.domain.rounds.models import PackContent, Round
from paicha.domain.rounds.packs import store_pack
from paicha.domain.upkeep.backups import every_backup, give_up_backup

AT = f"/area/{COUNTY}/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings: Settings, tmp_path: Path) -> Path:
    settings.PAICHA_HOME, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    return tmp_path


def test_health_says_what_asks_for_a_hand_first(world: World, home: Path) -> None:
    home.chmod(0o755)
    page, taken = queries(world.client("administrator"), f"{AT}health/")
    assert page.index("请运行 chmod 700") < page.index("还没有备份过") < page.index("北京时间")
    assert len(taken) <= 24  # it asks the machine, whatever the size of the county


@pytest.mark.parametrize("name", ["areas", "backups", "health", "packs", "rounds", "rounds/new"])
@pytest.mark.parametrize(("who", "status"), [("city", 403), ("auditor", 403), ("town", 404), ("nobody", 404)])
def test_nobody_else_comes_near(world: World, name: str, who: str, status: int) -> None:
    assert world.client(who).get(f"{AT}{name}/").status_code == status
    assert world.client("administrator").get(f"/area/{TOWN}/{name}/").status_code == 404


def test_packs_are_listed_with_what_they_ask(world: World) -> None:
    page, taken = queries(world.client("administrator"), f"{AT}packs/")
    assert "本轮在用" in page and "没有错误" in page and "S09" in page
    assert len(taken) <= MOST


def test_a_faulty_pack_says_where_and_opens_nothing(world: World) -> None:
    files = dict(world.round.pack.files)
    files["rules.yaml"] = files["rules.yaml"].replace("S09", "S08", 1)
    PackContent.objects.create(digest="bad", name="bad", version="1", title="坏的", files=files)
    client = world.client("administrator")
    page = client.get(f"{AT}packs/").content.decode()
    assert "有错，不能用" in page and "rules.yaml 第" in page
    answer = client.post(f"{AT}rounds/new/", {"opens": "2030-01-01", "pack": "bad"})
    assert answer.status_code == 422 and "开不了" not in answer.content.decode()
    assert Round.objects.count() == 1


def opening(world: World, opens: str, pack: str = "") -> dict[str, str]:
    return {"opens": opens, "pack": pack or world.round.pack_id}


def test_a_round_is_opened_after_what_follows_was_said(world: World) -> None:
    client, at = world.client("administrator"), f"{AT}rounds/new/"
    query = urlencode(opening(world, "2023-03-10"))
    page, taken = queries(client, f"{at}?{query}")
    assert "户进名册" in page and "个村没有上报" in page and "各阶段都已经过了" not in page
    assert len(taken) <= MOST and Round.objects.count() == 1
    assert client.post(at, opening(world, "2023-03-10")).status_code == 302
    made = Round.objects.latest("opens_on")
    assert (made.opens_on, made.opened_by) == (date(2023, 3, 10), str(world.users["administrator"].pk))
    assert AuditEntry.objects.filter(action="round.open", subject=f"round:{made.pk}").exists()
    page, taken = queries(client, f"{AT}rounds/")
    assert "已结束" in page and "还没开始" in page and len(taken) <= MOST


@pytest.mark.parametrize("opens", ["2022-03-01", "2022-03-10", "", "三月"])
def test_a_day_that_opens_nothing_is_refused(world: World, opens: str) -> None:
    client, at = world.client("administrator"), f"{AT}rounds/new/"
    assert client.get(f"{at}?{urlencode(opening(world, opens))}").status_code == 422
    assert client.post(at, opening(world, opens)).status_code == 422
    assert client.post(at, opening(world, "2023-03-10", "none")).status_code == 422
    assert Round.objects.count() == 1


def test_a_round_all_of_whose_stages_are_over_is_warned_of(world: World) -> None:
    with clock.frozen(date(2024, 1, 1)):
        page = world.client("administrator").get(f"{AT}rounds/new/?{urlencode(opening(world, '2023-03-10'))}")
        assert "各阶段都已经过了" in page.content.decode()
        assert "各阶段都过了" in world.client("administrator").get(f"{AT}rounds/").content.decode()


def test_a_backup_is_asked_of_the_worker_and_its_state_is_told(world: World, home: Path) -> None:
    client, at = world.client("administrator"), f"{AT}backups/"
    assert client.post(f"{at}make/").status_code == 302
    page, taken = queries(client, at)
    assert "排队中" in page and "paicha restore" in page and len(taken) <= MOST
    assert "排队中" in client.get(at, headers={"HX-Request": "true"}).content.decode()
    again = client.post(f"{at}make/")
    assert again.status_code == 422 and "正在做" in again.content.decode()
    (made,) = every_backup()
    give_up_backup(made.name)
    assert "试了几次都没有做完" in client.get(at).content.decode()
    for name in ("", "../../secret.key", "paicha-20200101-000000-abcd.zip", made.name):
        assert client.post(f"{at}check/", {"name": name}).status_code == 422, name
    assert (home / "backups").stat().st_mode & 0o077 == 0
    assert [path.stat().st_mode & 0o077 for path in (home / "backups").iterdir()] == [0]


def test_areas_are_a_tree_that_is_searched(world: World) -> None:
    client, village = world.client("administrator"), world.areas[VILLAGE]
    page, taken = queries(client, f"{AT}areas/")
    assert village.spoken in page and len(taken) <= MOST
    found = client.get(f"{AT}areas/", {"find": village.spoken}).content.decode()
    assert (
        village.spoken in found and "<details open>" in found and world.areas[NEIGHBOUR].spoken not in found
    )
    assert "没有这样的地方" in client.get(f"{AT}areas/", {"find": "哪里都没有"}).content.decode()


def test_a_list_of_areas_that_changed_is_told_before_a_round_is_opened(world: World) -> None:
    files = dict(world.round.pack.files)
    lines = files["areas.csv"].splitlines()
    named = next(line for line in lines if line.startswith(VILLAGE))
    gone = next(line for line in lines if line.startswith(NEIGHBOUR))
    changed = [line for line in lines if line != gone]
    changed[changed.index(named)] = named.rpartition(",")[0] + ",新名村委会"
    changed.append(named.replace(VILLAGE, f"{VILLAGE[:9]}299", 1).rpartition(",")[0] + ",新设村委会")
    files["areas.csv"] = "\n".join(changed) + "\n"
    content, _ = store_pack({name: text.encode() for name, text in files.items()})
    query = urlencode(opening(world, "2023-03-10", content.digest))
    page = world.client("administrator").get(f"{AT}rounds/new/?{query}").content.decode()
    assert "新增 1 个（新设村委会）" in page and "改为新名村委会" in page and "这一轮不查 1 个（" in page
