"""The administrator's pages of the home itself: health, and who comes near."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings
from tests.delivery.desk.pages import queries
from tests.worlds.round import COUNTY, TOWN, World

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


@pytest.mark.parametrize("name", ["health"])
@pytest.mark.parametrize(("who", "status"), [("city", 403), ("auditor", 403), ("town", 404), ("nobody", 404)])
def test_nobody_else_comes_near(world: World, name: str, who: str, status: int) -> None:
    assert world.client(who).get(f"{AT}{name}/").status_code == status
    assert world.client("administrator").get(f"/area/{TOWN}/{name}/").status_code == 404
