"""Who sees what: what is out of scope is a 404 like what does not exist; seeing is not acting."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.delivery.desk.pages import PAGES
from tests.worlds.round import COUNTY, NEIGHBOUR, TOWN, VILLAGE, World

from paicha.domain.accounts.models import Assignment, User
from paicha.domain.responses.models import Finding

EVERYBODY = (
    "city",
    "town",
    "cadre",
    "grid",
    "liaison",
    "elsewhere",
    "auditor",
    "administrator",
    "checker",
    "nobody",
)


@pytest.mark.parametrize(
    ("who", "opens"),
    [
        ("city", {COUNTY, TOWN, VILLAGE, NEIGHBOUR}),
        ("town", {TOWN, VILLAGE, NEIGHBOUR}),
        ("cadre", {VILLAGE}),
        ("grid", {VILLAGE}),
        ("liaison", {VILLAGE, NEIGHBOUR}),
        ("elsewhere", set()),
        ("auditor", {COUNTY, TOWN, VILLAGE, NEIGHBOUR}),
        ("checker", set()),
        ("nobody", set()),
    ],
)
def test_areas(world: World, who: str, opens: set[str]) -> None:
    client = world.client(who)
    found = {c for c in (COUNTY, TOWN, VILLAGE, NEIGHBOUR) if client.get(f"/area/{c}/").status_code == 200}
    assert found == opens
    for bad in ("610881109999", "61088110", "abc", "610881101201x"):
        assert client.get(f"/area/{bad}/").status_code == 404


def test_no_page_of_a_village_opens_out_of_scope(world: World) -> None:
    client, household = world.client("elsewhere"), world.household("訾埃生")
    for name, code in PAGES:
        assert client.get(reverse(f"desk:{name}", args=[code])).status_code == 404, (name, code)
    for form in world.pack.forms:
        assert client.get(reverse("desk:form", args=[VILLAGE, form.name])).status_code == 404
    assert client.get(f"/household/{household.pk}/").status_code == 404
    for act in ("phone", "decide", "head", "change"):
        assert (
            client.post(f"/household/{household.pk}/{act}/", {"purpose": "打电话联系这一户"}).status_code
            == 404
        )


def test_strangers_are_sent_to_the_door(world: World) -> None:
    for name, code in PAGES:
        response = Client().get(reverse(f"desk:{name}", args=[code]))
        assert response.status_code == 302
        assert response["Location"].startswith("/login/")


def test_an_administrator_sees_no_household(world: World) -> None:
    client = world.client("administrator")
    assert client.get("/")["Location"] == f"/area/{COUNTY}/accounts/"
    page = client.get(f"/area/{COUNTY}/").content.decode()
    assert "户已排查" not in page
    for name in ("households", "leads", "forms", "conflicts", "villages"):
        assert client.get(reverse(f"desk:{name}", args=[COUNTY])).status_code == 404
    assert client.get(f"/area/{VILLAGE}/").status_code == 404
    assert client.get(f"/household/{world.household('王建国').pk}/").status_code == 404


def test_a_grid_worker_sees_the_own_group_alone(world: World) -> None:
    client = world.client("grid")
    page = client.get(f"/area/{VILLAGE}/").content.decode()
    assert "訾埃生" in page
    assert "高兰花" not in page
    listed = client.get(f"/area/{VILLAGE}/households/").content.decode()
    assert listed.count('href="/household/') == 4
    assert "高兰花" not in listed
    assert client.get(f"/area/{VILLAGE}/households/?group=2").status_code == 404
    assert "高兰花" not in client.get(f"/area/{VILLAGE}/leads/").content.decode()
    assert 'href="/household/' not in client.get(f"/area/{VILLAGE}/households/?head=高").content.decode()
    assert client.get(f"/household/{world.household('訾埃生').pk}/").status_code == 200
    assert client.get(f"/household/{world.household('高兰花').pk}/").status_code == 404
    for name in ("forms", "upload", "download", "village_leads"):
        assert client.get(reverse(f"desk:{name}", args=[VILLAGE])).status_code in (403, 404), name


@pytest.mark.parametrize(
    ("who", "status"),
    [("cadre", 302), ("town", 302), ("city", 302), ("liaison", 403), ("auditor", 403), ("grid", 403)],
)
def test_who_decides_a_lead(world: World, who: str, status: int) -> None:
    household = world.household("訾埃生")
    finding = Finding.objects.filter(household=household, severity="lead").first()
    assert finding is not None
    data: dict[str, Any] = {"finding": [finding.pk], "state": "dismissed", "reason": "核对过"}
    assert world.client(who).post(f"/household/{household.pk}/decide/", data).status_code == status
    finding.refresh_from_db()
    assert finding.state == ("dismissed" if status == 302 else "open")


def test_a_finding_of_another_household_is_not_decided(world: World) -> None:
    other = Finding.objects.filter(household=world.household("高兰花"), severity="lead").first()
    assert other is not None
    own = world.household("訾埃生")
    data: dict[str, Any] = {"finding": [other.pk], "state": "dismissed", "reason": "核对过"}
    assert world.client("cadre").post(f"/household/{own.pk}/decide/", data).status_code == 422
    other.refresh_from_db()
    assert other.state == "open"


def test_office_checks_are_not_for_the_village(world: World) -> None:
    assert world.client("cadre").get(f"/area/{VILLAGE}/leads/?what=office").status_code == 404
    assert world.client("town").get(f"/area/{VILLAGE}/leads/?what=office").status_code == 200


@pytest.mark.parametrize(
    ("who", "where"),
    [
        ("city", f"/area/{COUNTY}/"),
        ("town", f"/area/{TOWN}/"),
        ("cadre", f"/area/{VILLAGE}/"),
        ("grid", f"/area/{VILLAGE}/"),
        ("auditor", f"/area/{COUNTY}/"),
    ],
)
def test_work_begins_at_the_own_place(world: World, who: str, where: str) -> None:
    response = world.client(who).get("/")
    assert (response.status_code, response["Location"]) == (302, where)


def test_before_a_round_is_opened_that_is_said(db: None) -> None:
    user = User.objects.create_user("early", password="a-long-password-1")
    Assignment.objects.create(
        user=user, role="village_cadre", kind="village", ref=VILLAGE, since=date(2022, 1, 1)
    )
    client = Client()
    client.force_login(user, backend="paicha.domain.accounts.backend.AccountBackend")
    assert "排查还没有开始" in client.get("/").content.decode()
    assert client.get(f"/area/{VILLAGE}/").status_code == 404


def test_several_villages_are_listed_and_no_work_is_said(world: World) -> None:
    page = world.client("liaison").get("/").content.decode()
    assert f'href="/area/{VILLAGE}/"' in page
    assert f'href="/area/{NEIGHBOUR}/"' in page
    for who in ("nobody", "checker"):
        assert "没有分到村、镇或任务" in world.client(who).get("/").content.decode()


def test_an_ended_assignment_shows_nothing(world: World) -> None:
    world.users["cadre"].assignments.update(until=date(2022, 3, 14))
    assert world.client("cadre").get(f"/area/{VILLAGE}/").status_code == 404
