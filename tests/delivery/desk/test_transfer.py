"""Files: nothing is stored before the preview is confirmed; what we write comes back as no change."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from uuid import UUID

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings
from tests.worlds.round import COUNTY, NEIGHBOUR, TOWN, VILLAGE, World

from paicha.delivery.desk.files import tray
from paicha.delivery.desk.files.tasks import run
from paicha.domain.audit.models import AuditEntry
from paicha.domain.responses.models import Revision


@pytest.fixture(autouse=True)
def _files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def queued() -> list[UUID]:
    """The trays that wait for the worker."""
    return [UUID(job.args_kwargs["args"][0]) for job in DBTaskResult.objects.order_by("enqueued_at")]


def workbook(client: Client, code: str = VILLAGE) -> bytes:
    answer = client.get(f"/area/{code}/download/?as=xlsx")
    assert answer.status_code == 200
    content: bytes = answer.content
    return content


def changed(content: bytes, head: str, column: int, value: object) -> bytes:
    """The workbook with one cell of a head's row on the first sheet set."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    row = next(c.row for line in sheet.iter_rows() for c in line if c.value == head)
    sheet.cell(row, column).value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def send(client: Client, code: str, *contents: bytes) -> str:
    files = [SimpleUploadedFile(f"表{n}.xlsx", content) for n, content in enumerate(contents)]
    answer = client.post(f"/area/{code}/upload/", {"files": files})
    assert answer.status_code == 302, answer.content.decode()[-500:]
    return str(answer["Location"])


def test_our_own_workbook_is_no_change_and_an_edit_is_seen_before_it_is_stored(world: World) -> None:
    client = world.client("cadre")
    content = workbook(client)
    page = client.get(send(client, VILLAGE, content)).content.decode()
    assert "还没有存" in page
    assert re.search(r"没有变化</span><strong>7 户", page)
    before = Revision.objects.filter(household__isnull=False).count()
    where = send(client, VILLAGE, changed(content, "王建国", 8, 3))
    page = client.get(where).content.decode()
    assert Revision.objects.filter(household__isnull=False).count() == before
    assert "王建国" in page
    assert ">写入<" in page
    assert client.get(f"{where}confirm/").status_code == 405
    assert client.post(f"{where}confirm/").status_code == 302
    assert Revision.objects.filter(household__isnull=False).count() == before + 1
    assert "已收下" in client.get(where).content.decode()
    assert "3 分散取水且安全" in client.get(f"/household/{world.household('王建国').pk}/").content.decode()


def test_a_refused_row_says_where_and_why(world: World) -> None:
    client = world.client("cadre")
    page = client.get(send(client, VILLAGE, changed(workbook(client), "王建国", 8, 7))).content.decode()
    assert "不收，要改" in page
    assert "没有选项 7" in page
    (address,) = re.findall(r'href="([^"]+/file/)"', page)
    answer = client.get(address)
    returned = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    cells = [str(c.value) for sheet in returned for line in sheet.iter_rows() for c in line if c.value]
    assert "王建国" in cells
    assert any("没有选项 7" in text for text in cells)
    assert "訾埃生" not in cells
    assert world.client("town").get(address).status_code == 404


def test_many_files_go_to_the_worker_and_are_polled(world: World) -> None:
    client = world.client("town")
    contents = [workbook(client), workbook(client, NEIGHBOUR)]
    where = send(client, TOWN, *contents)
    page = client.get(where).content.decode()
    assert "排队中" in page
    assert 'hx-trigger="every 1s"' in page
    (tray_id,) = queued()
    run(tray_id)
    done = client.get(where, HTTP_HX_REQUEST="true")
    assert done["HX-Refresh"] == "true"
    assert "2 个文件，14 行" in client.get(where).content.decode()
    client.post(f"{where}confirm/")
    assert queued() == [tray_id, tray_id]
    run(tray_id)
    assert "已收下" in client.get(where).content.decode()
    assert not (tray.folder(tray_id) / "in").exists()


def test_a_tray_is_its_makers_alone(world: World) -> None:
    client = world.client("cadre")
    where = send(client, VILLAGE, workbook(client))
    assert world.client("town").get(where).status_code == 404
    assert world.client("town").post(f"{where}confirm/").status_code == 404
    assert client.get(where).status_code == 200


@pytest.mark.parametrize("code", [VILLAGE, TOWN, COUNTY])
@pytest.mark.parametrize(("kind", "begins"), [("xlsx", b"PK"), ("pdf", b"%PDF")])
def test_downloads(world: World, code: str, kind: str, begins: bytes) -> None:
    client = world.client("city")
    answer = client.get(f"/area/{code}/download/?as={kind}")
    assert answer.content[: len(begins)] == begins
    assert "attachment" in answer["Content-Disposition"]
    assert AuditEntry.objects.filter(action__contains=f"export.{kind}").count() == 1


def test_who_may_not_export_gets_nothing(world: World) -> None:
    assert world.client("grid").get(f"/area/{VILLAGE}/download/?as=xlsx").status_code == 403
    assert world.client("auditor").get(f"/area/{VILLAGE}/download/?as=xlsx").status_code == 403
    assert world.client("cadre").get(f"/area/{NEIGHBOUR}/download/?as=xlsx").status_code == 404
    assert world.client("liaison").get(f"/area/{VILLAGE}/upload/").status_code == 403


def test_all_villages_of_a_town_in_one_archive(world: World) -> None:
    client = world.client("town")
    where = client.post(f"/area/{TOWN}/download/all/", {"as": "xlsx"})["Location"]
    assert "排队中" in client.get(where).content.decode()
    run(queued()[0])
    page = client.get(where).content.decode()
    assert "下载" in page
    answer = client.get(f"{where}file/")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:  # type: ignore[attr-defined]
        named = archive.namelist()
    assert sum(VILLAGE in name for name in named) == 1
    assert world.client("city").get(f"{where}file/").status_code == 404


def test_a_broken_file_is_said_in_one_sentence(world: World) -> None:
    client = world.client("cadre")
    page = client.get(send(client, VILLAGE, b"%PDF-1.7 this is no sheet")).content.decode()
    assert "不是表格" in page
    assert client.post(f"/area/{VILLAGE}/upload/", {}).status_code == 422


def test_a_preview_shows_every_answer_before_and_after_with_phones_masked(world: World) -> None:
    client = world.client("cadre")
    content = changed(workbook(client), "王建国", 8, 3)
    where = send(client, VILLAGE, changed(content, "王建国", 4, "15900001111"))
    page = client.get(where).content.decode()
    assert "其中改了已有的答案</span><strong>1 户" in page
    assert "改 2 项" in page and "159****1111" in page and "15900001111" not in page
    assert re.search(r"安全饮水：<del>[^<]+</del> → <ins>3 分散取水且安全</ins>", page)
    assert re.search(r'question=water"[^>]*>安全饮水 1<', page)
    assert "王建国" in client.get(f"{where}?question=water").content.decode()
    assert "王建国" not in client.get(f"{where}?question=housing").content.decode()
    client.post(f"{where}confirm/")
    back = changed(workbook(client), "王建国", 8, 2)
    page = client.get(send(client, VILLAGE, back)).content.decode()
    assert "回到以前的答案，请看是不是旧表" in page and "第 1 稿的答案" in page


def test_a_preview_of_several_villages_lists_them_first(world: World) -> None:
    client = world.client("town")
    contents = [changed(workbook(client), "王建国", 8, 3), workbook(client, NEIGHBOUR)]
    where = send(client, TOWN, *contents)
    run(queued()[0])
    page = client.get(where).content.decode()
    assert "一村一村看" in page and "王建国" not in page and "安全饮水 1" in page
    assert page.count("?village=") == 2
    assert client.get(f"{where}?only=changed").content.decode().count("?village=") == 1
    assert "没有读到" in client.get(f"{where}?only=back").content.decode()
    rows = client.get(f"{where}?village={VILLAGE}").content.decode()
    assert "王建国" in rows and "看全部村" in rows and "<del>" in rows
    assert "一村一村看" in client.get(f"{where}?village=999&page=x").content.decode()
    client.post(f"{where}confirm/")
    run(queued()[1])
    assert not (tray.folder(queued()[0]) / "rows").exists()


@pytest.mark.parametrize(
    ("number", "listed", "pages"), [("1", 50, 7), ("7", 26, 7), ("99", 26, 7), ("-1", 50, 7)]
)
def test_a_county_s_preview_is_paged(world: World, number: str, listed: int, pages: int) -> None:
    """326 villages: the page holds fifty of them, whatever is asked for."""
    client = world.client("town")
    told = {"statuses": {"stored": 1}, "changed": 1, "back": 0, "questions": {"water": 1}}
    villages = {f"610881{n:06d}": told for n in range(326)}
    result = {"files": 326, "rows": 326, "accepted": 326, "unchanged": 0, "messages": []}
    actor = str(world.users["town"].pk)
    made = tray.make(tray.State("preview", actor, "", phase=tray.READY, villages=villages, result=result))
    page = client.get(f"/area/{TOWN}/trays/{made}/?page={number}").content.decode()
    assert page.count("?village=") == listed and f"共 {pages} 页" in page and len(page) < 60_000


def test_an_upload_is_listed_and_taken_back_after_a_look(world: World) -> None:
    client = world.client("cadre")
    bad = changed(changed(workbook(client), "王建国", 8, 3), "訾埃生", 8, 7)
    where = send(client, VILLAGE, bad)
    client.post(f"{where}confirm/")
    stored = Revision.objects.count()
    page = client.get(f"/area/{VILLAGE}/uploads/").content.decode()
    assert "表0.xlsx" in page and "1 户" in page and "撤回这次上传" in page and "下载要改的行" in page
    (address,) = re.findall(r'action="([^"]+/undo/)"', page)
    assert client.get(address).status_code == 405
    look = client.get(client.post(address)["Location"]).content.decode()
    assert "还没有撤回，先看看会怎样" in look and re.search(r"恢复以前的答案</span><strong>1 户", look)
    assert Revision.objects.count() == stored
    done = client.get(client.post(address, {"sure": "1"})["Location"]).content.decode()
    assert "已撤回" in done and Revision.objects.count() == stored + 1
    again = client.get(client.post(address, {"sure": "1"})["Location"]).content.decode()
    assert re.search(r"恢复以前的答案</span><strong>0 户", again) and Revision.objects.count() == stored + 1
    page = client.get(f"/area/{VILLAGE}/uploads/").content.decode()
    assert "撤回" in page and "撤回这次上传" not in page
    assert world.client("town").post(address.replace(VILLAGE, NEIGHBOUR)).status_code == 404


def test_what_was_changed_since_is_named_when_an_upload_is_taken_back(world: World) -> None:
    client = world.client("cadre")
    for value in (3, 1):
        client.post(f"{send(client, VILLAGE, changed(workbook(client), '王建国', 8, value))}confirm/")
    page = client.get(f"/area/{VILLAGE}/uploads/").content.decode()
    first = re.findall(r'action="([^"]+/undo/)"', page)[-1]
    look = client.get(client.post(first)["Location"]).content.decode()
    assert "没有可以撤回的" in look and "王建国" in look and "后来又改过" in look
