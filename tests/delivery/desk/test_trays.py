"""A tray ends, whatever happens to who is at it: killed, asked twice at once, cancelled; none doubled, none lost."""

from __future__ import annotations

import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connections
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings
from tests.delivery.desk.test_transfer import changed, queued, send, workbook
from tests.worlds.round import NEIGHBOUR, TOWN, VILLAGE, World

from paicha.delivery.desk.files import tasks, transfer, tray
from paicha.delivery.desk.files.tasks import run
from paicha.delivery.desk.shell.places import Place
from paicha.domain.accounts.policies import scope
from paicha.domain.households.models import Household
from paicha.domain.intake.undo import undo_upload
from paicha.domain.jobs import queue
from paicha.domain.responses.models import Revision, Upload


class Killed(BaseException):
    """Ends a run where a SIGKILL would: nothing of ours catches it."""


@pytest.fixture(autouse=True)
def _files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def state(where: str) -> tray.State:
    found = tray.load(of(where))
    assert found is not None
    return found


def of(where: str) -> UUID:
    return UUID(where.rstrip("/").rpartition("/")[2])


def later(where: str) -> None:
    """As if a minute had passed since the tray was written."""
    for path in tray.folder(of(where)).glob("*.json"):
        os.utime(path, times=(time.time() - 60,) * 2)


def two_villages(world: World) -> str:
    """An upload of two villages, one household of each changed."""
    client = world.client("town")
    contents = [changed(workbook(client, code), "王建国", 8, 3) for code in (VILLAGE, NEIGHBOUR)]
    return send(client, TOWN, *contents)


def killed_at(monkeypatch: pytest.MonkeyPatch, place: object, name: str, at: int = 1) -> None:
    """The next run dies at the `at`-th call of this function, once."""
    real, calls = getattr(place, name), []

    def act(*arguments: object, **named: object) -> object:
        calls.append(1)
        if len(calls) == at:
            raise Killed
        return real(*arguments, **named)

    monkeypatch.setattr(place, name, act)


def test_what_was_cut_short_is_taken_up_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    where = two_villages(world)
    killed_at(monkeypatch, tasks, "_check", at=2)
    with pytest.raises(Killed):
        run(of(where))
    DBTaskResult.objects.all().delete()  # it went with its worker
    assert state(where).phase == tray.RUNNING
    queue.take_up()
    assert queued() == [], "it might be somebody's who is between two steps"
    later(where)
    queue.take_up()
    queue.take_up()
    assert queued() == [of(where)]
    run(of(where))
    assert state(where).phase == tray.READY
    assert list(queue.cut_short()) == []


@pytest.mark.parametrize("at", range(2, 6))
def test_an_import_cut_anywhere_ends_as_one_that_was_not(
    world: World, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    where = two_villages(world)
    run(of(where))
    before = Revision.objects.count(), Household.objects.count()
    assert state(where).result["accepted"] == 2
    world.client("town").post(f"{where}confirm/")
    killed_at(monkeypatch, tasks, "_check", at=at)
    with pytest.raises(Killed):
        run(of(where))
    assert state(where).phase == tray.RUNNING
    run(of(where))
    done = state(where)
    assert (done.phase, done.result["accepted"], done.result["unchanged"]) == (tray.DONE, 2, 12)
    assert done.result["rows"] == 14
    assert (Revision.objects.count(), Household.objects.count()) == (before[0] + 2, before[1])
    assert Upload.objects.get(pk=of(where)).finished_at is not None


def test_an_import_cut_after_its_last_village_answers_as_it_did(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = two_villages(world)
    run(of(where))
    world.client("town").post(f"{where}confirm/")
    killed_at(monkeypatch, tasks, "_write_refused_rows")
    with pytest.raises(Killed):
        run(of(where))
    tray.empty(of(where))  # an older program emptied it first
    before = Revision.objects.count()
    run(of(where))
    assert (state(where).phase, state(where).result["accepted"]) == (tray.DONE, 2)
    assert Revision.objects.count() == before


def test_an_import_whose_files_are_gone_says_so(world: World) -> None:
    where = two_villages(world)
    run(of(where))
    world.client("town").post(f"{where}confirm/")
    tray.empty(of(where))
    run(of(where))
    assert state(where).phase == tray.FAILED
    assert "请重新上传" in world.client("town").get(where).content.decode()


def test_three_tries_and_it_says_what_to_do(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    where = two_villages(world)
    for _ in range(queue.TRIES):
        with monkeypatch.context() as patched:
            killed_at(patched, tasks, "_check", at=2)
            with pytest.raises(Killed):
                run(of(where))
    run(of(where))
    assert state(where).phase == tray.FAILED
    page = world.client("town").get(where).content.decode()
    assert "做了 3 次都中断了" in page and "请重新来一次" in page


def test_a_worker_that_dies_each_time_ends_its_tray(world: World) -> None:
    where = two_villages(world)
    row = DBTaskResult.objects.get()
    for _ in range(queue.TRIES):
        with queue.at_work() as name:
            row.claim(name)
    queue.take_up()
    assert DBTaskResult.objects.get().status == TaskResultStatus.FAILED
    assert state(where).phase == tray.FAILED


def test_nobody_takes_what_another_is_at(world: World) -> None:
    where = two_villages(world)
    taken = tray.attempt(of(where), "preview")
    assert taken is not None
    with taken[1]:
        run(of(where))
        assert state(where).phase == tray.WAITING
        DBTaskResult.objects.all().delete()
        later(where)
        assert list(queue.cut_short()) == []
    assert len(list(queue.cut_short())) == 1


@pytest.mark.parametrize("files", [1, 2])
@pytest.mark.django_db(transaction=True)
def test_three_confirms_at_once_are_one_import(
    world: World, files: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients = [world.client("town") for _ in range(3)]
    content = changed(workbook(clients[0]), "王建国", 8, 3)
    contents = [content] if files == 1 else [content, workbook(clients[0], NEIGHBOUR)]
    code = VILLAGE if files == 1 else TOWN
    where = send(clients[0], code, *contents)
    if files == 2:
        run(of(where))
    assert state(where).result["accepted"] == 1
    before, together, own = Revision.objects.count(), Barrier(3), transfer._own

    def read(place: Place, tray_id: UUID) -> tray.State:
        found = own(place, tray_id)
        together.wait()  # all three have read that it may be confirmed
        return found

    def confirm(client: object) -> str:
        try:
            answer = client.post(f"{where}confirm/")  # type: ignore[attr-defined]
            return str(answer["Location"])
        finally:
            connections.close_all()

    with monkeypatch.context() as patched, ThreadPoolExecutor(3) as pool:
        patched.setattr(transfer, "_own", read)
        assert set(pool.map(confirm, clients)) == {where}
    if files == 2:
        assert queued() == [of(where)] * 2, "the preview's, and one"
        run(of(where))
    done = state(where)
    assert (done.phase, done.error, done.result["accepted"]) == (tray.DONE, "", 1)
    assert Revision.objects.count() == before + 1
    assert Upload.objects.filter(pk=of(where)).count() == 1
    assert "已收下" in clients[0].get(where).content.decode()


def test_a_page_that_waits_for_no_worker_says_so(world: World) -> None:
    client, where = world.client("town"), two_villages(world)
    assert "后台任务进程现在没有运行" in client.get(where).content.decode()
    with queue.at_work():
        assert "排队中，马上开始" in client.get(where).content.decode()


def test_what_nobody_came_back_to_is_deleted_without_another_upload(world: World) -> None:
    where = two_villages(world)
    queue.tidy()
    assert tray.load(of(where)) is not None
    old = time.time() - 3 * 24 * 3600
    os.utime(tray.folder(of(where)), times=(old, old))
    queue.tidy()
    assert not tray.folder(of(where)).exists()


@pytest.mark.parametrize(
    ("n", "seconds", "said"),
    [
        (0, 60, "0%"),
        (1, 1, "25%"),
        (1, 55, "25%，大约还要 3 分钟"),
        (3, 55, "75%，大约还要 1 分钟"),
        (1, 3500, "25%，大约还要 3 小时"),
    ],
)
def test_what_runs_says_how_far_it_is_and_how_long_it_will_take(
    world: World, n: int, seconds: int, said: str
) -> None:
    where = two_villages(world)
    found = state(where)
    found.phase, found.n, found.total, found.began = tray.RUNNING, n, 4, time.time() - seconds
    tray.save(of(where), found)
    page = world.client("town").get(where).content.decode()
    words = re.sub(r"\s+", "", page)
    assert f"：{n}/4个文件，{said.replace(' ', '')}</p>" in words
    assert "只是看看，什么都没有存。" in words


def test_what_waits_is_cancelled_at_once(world: World) -> None:
    client = world.client("town")
    where = two_villages(world)
    assert "取消" in client.get(where).content.decode()
    assert world.client("city").post(f"{where}cancel/").status_code == 404
    assert client.post(f"{where}cancel/")["Location"] == where
    page = client.get(where).content.decode()
    assert "已取消，什么都没有存" in page and "hx-get" not in page
    assert not (tray.folder(of(where)) / "in").exists()
    run(of(where))
    assert state(where).phase == tray.CANCELLED


@pytest.mark.parametrize("at", range(2, 6))
def test_a_running_import_stops_before_the_next_village_and_says_what_stayed(
    world: World, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    client, where = world.client("town"), two_villages(world)
    run(of(where))
    before = Revision.objects.count()
    client.post(f"{where}confirm/")
    real, calls = tasks._check, []

    def check(tray_id: UUID, found: tray.State) -> None:
        calls.append(1)
        if len(calls) == at:
            client.post(f"{where}cancel/")
            assert state(where).busy, "who is at it ends it"
            assert re.search("正在停下。\\s*</p>", client.get(where).content.decode())
        real(tray_id, found)

    monkeypatch.setattr(tasks, "_check", check)
    run(of(where))
    stored = Revision.objects.count() - before
    assert state(where).phase == tray.CANCELLED
    page = client.get(where).content.decode()
    assert (f"已经收下的 {stored} 户留着" if stored else "还没有存农户的答案") in page
    again = two_villages(world)
    run(of(again))
    client.post(f"{again}confirm/")
    run(of(again))
    assert state(again).result["accepted"] == 2 - stored
    assert Revision.objects.count() == before + 2
    taken_back = undo_upload(of(where), scope=scope(world.users["town"]))
    assert taken_back.done == stored, "what a cancelled import has stored can be taken back at once"


def test_a_running_export_is_cancelled(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client = world.client("town")
    where = client.post(f"/area/{TOWN}/download/all/", {"as": "xlsx"})["Location"]
    real = tasks._check

    def check(tray_id: UUID, found: tray.State) -> None:
        if found.phase == tray.RUNNING:
            tasks.cancel(tray_id)
        real(tray_id, found)

    monkeypatch.setattr(tasks, "_check", check)
    run(of(where))
    assert state(where).phase == tray.CANCELLED
    assert {path.suffix for path in tray.folder(of(where)).rglob("*") if path.is_file()} <= {
        ".json",
        ".1",
        "",
    }
    assert client.get(f"{where}file/").status_code == 404
