"""A list taken along: the rows that its page's filter keeps, for whoever may, noted; long ones by the worker."""

from __future__ import annotations

import io
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import openpyxl
import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings
from tests.worlds.round import COUNTY, TOWN, VILLAGE, World

from paicha.delivery.desk.audit.act_text import act_text
from paicha.delivery.desk.files import tray
from paicha.delivery.desk.files.tasks import run
from paicha.domain.accounts.models import Assignment
from paicha.domain.audit.models import AuditEntry

LISTS = [
    *((who, f"/area/{code}/{name}/") for who, code in (("cadre", VILLAGE), ("town", TOWN), ("city", COUNTY))
      for name in ("households", "leads", "problems", "petitions", "changes", "referrals")),
    ("town", f"/area/{TOWN}/cases/"), ("administrator", f"/area/{COUNTY}/accounts/"),
    ("auditor", f"/area/{VILLAGE}/log/"), ("auditor", f"/area/{COUNTY}/log/search/"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def rows(content: bytes) -> list[tuple[object, ...]]:
    """The header and the rows of a list's workbook."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return list(sheet.iter_rows(min_row=2, values_only=True))


def taken(client: Client, address: str) -> list[tuple[object, ...]]:
    answer = client.get(address)
    assert answer.status_code == 200, address
    assert "attachment" in answer.headers["Content-Disposition"]
    return rows(answer.content)


@pytest.mark.parametrize(("who", "address"), LISTS)
def test_every_list_goes_along_as_a_workbook(world: World, who: str, address: str) -> None:
    header, *_ = taken(world.client(who), f"{address}?as=xlsx")
    assert len(header) > 3
    assert all(header)


@pytest.mark.parametrize(
    ("query", "heads"),
    [
        ("group=2&sort=group", None),
        ("outcome=blank", None),
        ("group=1&sort=-head", None),
        ("sort=leads", None),
    ],
)
def test_the_file_has_the_rows_of_the_page(world: World, query: str, heads: set[str] | None) -> None:
    client = world.client("cadre")
    address = f"/area/{VILLAGE}/households/?{query}"
    page = client.get(address).content.decode()
    _, *listed = taken(client, f"{address}&as=xlsx")
    assert heads is None or {row[0] for row in listed} == heads
    assert f'id="count">{len(listed)}</strong>' in page
    order = [
        page.index(f">\n  {row[0]}</a>") if f">\n  {row[0]}</a>" in page else page.index(str(row[0]))
        for row in listed
    ]
    assert order == sorted(order), "in the page's order"


def test_what_leaves_is_noted(world: World) -> None:
    _, *listed = taken(world.client("cadre"), f"/area/{VILLAGE}/households/?as=xlsx")
    entry = AuditEntry.objects.get(action="export.households")
    assert (entry.subject, entry.count) == (f"area:{VILLAGE}", len(listed))
    assert len(entry.digest) == 64
    assert act_text(entry.action) == "下载：农户名单"


@pytest.mark.parametrize(
    ("who", "address", "status"),
    [
        ("grid", f"/area/{VILLAGE}/households/", 403),  # may read, may not take along
        ("auditor", f"/area/{COUNTY}/households/", 403),
        ("elsewhere", f"/area/{VILLAGE}/households/", 404),
        ("town", f"/area/{COUNTY}/leads/", 404),
    ],
)
def test_who_may_not_take_a_list_along(world: World, who: str, address: str, status: int) -> None:
    client = world.client(who)
    assert "as=xlsx" not in client.get(address).content.decode()
    assert client.get(f"{address}?as=xlsx").status_code == status
    assert not AuditEntry.objects.filter(action__startswith="export.").exists()


def test_no_text_of_a_list_is_a_formula(world: World) -> None:
    home = world.household("高兰花")
    home.head_name = '=HYPERLINK("http://a.example","x")'
    home.save()
    answer = world.client("cadre").get(f"/area/{VILLAGE}/households/?as=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    (cell,) = [cell for row in sheet.iter_rows() for cell in row if cell.value == home.head_name]
    assert (cell.data_type, cell.hyperlink) == ("s", None)


def long_list(world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[Client, str, UUID]:
    """A list that the worker makes, asked for; whose client, the address of its tray, and the tray."""
    monkeypatch.setattr("paicha.delivery.desk.shell.list_file.AT_ONCE", 2)
    client = world.client("town")
    asked = client.get(f"/area/{TOWN}/households/?outcome=blank&as=xlsx")
    assert asked.status_code == 302
    assert "outcome=blank" in parse_qs(urlsplit(asked["Location"]).query)["list"][0]
    assert "做成 Excel" in client.get(asked["Location"]).content.decode()
    made = client.post(asked["Location"])["Location"]
    (task,) = DBTaskResult.objects.all()
    return client, made, UUID(task.args_kwargs["args"][0])


def test_a_long_list_is_made_by_the_worker(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client, made, tray_id = long_list(world, monkeypatch)
    run(tray_id)
    assert "清单已做成" in client.get(made).content.decode()
    content = b"".join(client.get(f"{made}file/").streaming_content)  # type: ignore[attr-defined]  # of a file that is streamed
    monkeypatch.undo()
    assert rows(content) == taken(client, f"/area/{TOWN}/households/?outcome=blank&as=xlsx")
    assert AuditEntry.objects.filter(action="export.households").count() == 2


def test_who_lost_the_right_meanwhile_gets_no_list(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, tray_id = long_list(world, monkeypatch)
    Assignment.objects.filter(user=world.users["town"]).delete()
    run(tray_id)
    state = tray.load(tray_id)
    assert state is not None
    assert (state.phase, state.made) == (tray.FAILED, "")
    assert "不在您的范围里" in state.error
    assert not AuditEntry.objects.filter(action__startswith="export.").exists()


@pytest.mark.parametrize("address", ["", "http://elsewhere.example/a", "//elsewhere.example/"])
def test_no_list_of_elsewhere(world: World, address: str) -> None:
    answer = world.client("town").post(f"/area/{TOWN}/download/list/?list={address}")
    assert answer["Location"] == f"/area/{TOWN}/"
    assert not DBTaskResult.objects.exists()
