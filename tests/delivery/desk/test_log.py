"""The auditor's pages: who did and who read what, in words, and whether a chain holds."""

from __future__ import annotations

import io
from datetime import timedelta

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.worlds.round import COUNTY, OTHER_TOWN, TOWN, VILLAGE, World

from paicha.delivery.desk.audit.act_text import act_text, has_words
from paicha.delivery.desk.households.household import PURPOSES
from paicha.domain import clock
from paicha.domain.audit.models import AuditEntry
from paicha.domain.audit.services import village_chain


def test_a_villages_chain_is_shown_in_words_and_checked_when_asked(world: World) -> None:
    auditor = world.client("auditor")
    listed = auditor.get(f"/area/{VILLAGE}/log/").content.decode()
    assert "答案：存下" in listed
    assert "贺保平" not in listed, "entries hold ids, never names"
    told = auditor.get(f"/area/{VILLAGE}/log/?check=1").content.decode()
    assert "首尾相接" in told


@pytest.mark.parametrize("checked_first", [False, True])
def test_a_changed_entry_is_found(world: World, checked_first: bool) -> None:
    chain = village_chain(world.areas[VILLAGE].pk)
    auditor = world.client("auditor")
    if checked_first:
        assert "首尾相接" in auditor.get(f"/area/{VILLAGE}/log/?check=1").content.decode()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER IF EXISTS audit_auditentry_no_update")
        else:
            cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER ALL")
        cursor.execute("UPDATE audit_auditentry SET count = count + 1 WHERE chain = %s AND seq = 1", [chain])
    told = auditor.get(f"/area/{VILLAGE}/log/?check=1").content.decode()
    assert "第 1 条的内容被改动过" in told


def test_the_county_shows_what_a_person_read_on_a_day(world: World) -> None:
    world.client("cadre").get(f"/area/{VILLAGE}/households/")
    auditor = world.client("auditor")
    day, actor = clock.today().isoformat(), world.users["cadre"].pk
    assert f"?who={actor}&amp;day={day}" in auditor.get(f"/area/{COUNTY}/log/").content.decode()
    shown = auditor.get(f"/area/{COUNTY}/log/?who={actor}&day={day}").content.decode()
    assert "查看：农户名单" in shown


@pytest.mark.parametrize(
    ("who", "address", "status"),
    [
        ("auditor", f"/area/{TOWN}/log/", 200),
        (
            "auditor",
            f"/area/{TOWN}/log/?who=1&day=2022-03-15",
            200,
        ),  # its villages: a person's chain knows no place
        ("auditor", f"/area/{COUNTY}/log/?who=nobody&day=2022-03-15", 404),
        ("cadre", f"/area/{VILLAGE}/log/", 404),
        ("town", f"/area/{TOWN}/log/", 404),
        ("city", f"/area/{OTHER_TOWN}/log/", 404),
    ],
)
def test_only_who_may_read_the_audit(world: World, who: str, address: str, status: int) -> None:
    assert world.client(who).get(address).status_code == status


def listed(world: World, query: str, place: str = COUNTY) -> list[tuple[str, str]]:
    """(who, what) of the entries that a search finds, from its file."""
    answer = world.client("auditor").get(f"/area/{place}/log/search/?{query}&as=xlsx")
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    return [(str(row[1]), str(row[2])) for row in sheet.iter_rows(min_row=3, values_only=True)]


def test_the_log_is_searched_by_person_act_household_and_days(world: World) -> None:
    home = world.household("高兰花")
    cadre = world.client("cadre")
    cadre.get(f"/area/{VILLAGE}/households/")
    assert cadre.post(f"/household/{home.pk}/phone/", {"purpose": PURPOSES[0]}).status_code == 200
    name, today = world.users["cadre"].name, clock.today()
    assert (name, "查看：农户名单") in listed(world, f"person={name}&act=read")
    assert {who for who, _ in listed(world, f"person={name}")} == {name}
    found = {what for _, what in listed(world, "home=高兰花")}
    assert "答案：存下" in found
    assert any("看全号" in what for what in found)
    assert all("农户名单" not in what for what in found)
    assert listed(world, "home=没有此人") == []
    assert listed(world, f"person={name}&since={today + timedelta(1)}&until={today + timedelta(2)}") == []
    assert {what.partition("：")[0] for _, what in listed(world, "act=responses")} == {"答案"}


def test_a_town_s_search_has_its_villages_chains_alone(world: World) -> None:
    world.client("cadre").get(f"/area/{VILLAGE}/households/")
    assert not any(what.startswith("查看") for _, what in listed(world, "", TOWN))
    assert listed(world, "", TOWN)
    assert listed(world, "", OTHER_TOWN) == []


def test_a_search_asks_few_queries(world: World) -> None:
    for who in ("cadre", "grid", "town", "city"):
        world.client(who).get(f"/area/{VILLAGE}/households/")
    auditor, address = world.client("auditor"), f"/area/{COUNTY}/log/search/"
    auditor.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert auditor.get(address).status_code == 200
    control = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    assert (
        sum(not q["sql"].startswith(control) for q in asked) <= 16
    )  # five of them write the entry of the reading


def test_entries_sort_by_each_column(world: World) -> None:
    page = world.client("auditor").get(f"/area/{COUNTY}/log/search/").content.decode()
    for key in ("at", "who", "act", "subject", "n"):
        there, back = (listed(world, f"act=responses&sort={sign}{key}") for sign in ("", "-"))
        assert sorted(there) == sorted(back), key
        assert f"sort={key}" in page
    assert "导出这" in page


def test_reading_the_audit_is_an_entry_itself(world: World) -> None:
    world.client("auditor").get(f"/area/{VILLAGE}/log/")
    assert AuditEntry.objects.filter(actor=str(world.users["auditor"].pk), action="read:audit").exists()


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("problem.add", "问题：登记"),
        ("read:households", "查看：农户名单"),
        ("account.create:village_cadre", "账号：新建，village_cadre"),
        ("case.deliberation.done", "研判：deliberation，办完"),
        ("something.new", "something.new"),
    ],
)
def test_acts_in_words(action: str, words: str) -> None:
    assert act_text(action) == words
    assert has_words(action) == (action != "something.new")
