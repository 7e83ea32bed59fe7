"""A database that is busy, full or gone is a 503 that says so and when to come again: a page, and JSON for phones."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings
from tests.worlds.phone import Phone, item
from tests.worlds.round import TODAY, VILLAGE, World, build

from paicha.core.refusal import Refusal
from paicha.delivery.desk.shell.error_pages import fault
from paicha.domain import clock
from paicha.domain.households.services import new_id
from paicha.domain.problems.models import Problem
from paicha.domain.responses.models import Revision


@pytest.fixture
def seen(transactional_db: None, settings: Settings, tmp_path: Path) -> Iterator[World]:
    """The small world, seen by another connection, too."""
    settings.PAICHA_HOME = settings.MEDIA_ROOT = tmp_path
    with clock.frozen(TODAY):
        yield build()


@dataclass
class Doors:
    """A browser that is signed in, and a phone that is set up."""

    client: Client
    phone: Phone


@pytest.fixture
def doors(seen: World) -> Doors:
    client = Client(raise_request_exception=False)
    client.force_login(seen.users["cadre"], backend="paicha.domain.accounts.backend.AccountBackend")
    client.get("/mine/")
    return Doors(client, Phone(seen.users["cadre"]))


@pytest.fixture
def held(seen: World, doors: Doors) -> Iterator[World]:
    """Another program holds what every write of VILLAGE needs, and we wait a moment only."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 200")
        with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield seen
        return
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 200")
    given = connection.get_connection_params()
    names = ("dbname", "user", "host", "port", "password")
    with psycopg.connect(**{n: given[n] for n in names if given.get(n)}) as other:
        other.execute("LOCK TABLE responses_villagesummary")
        yield seen
        other.rollback()
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")


def test_a_lock_that_stays_is_a_page_that_says_wait(held: World, doors: Doors) -> None:
    response = doors.client.post(f"/area/{VILLAGE}/problems/", {"type": "1", "text": "房顶漏雨"})
    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert "请等一分钟再试" in response.content.decode()
    assert Problem.objects.count() == 0


def test_a_lock_that_stays_makes_a_phone_send_again(held: World, doors: Doors) -> None:
    phone = doors.phone
    body = {"batch": str(new_id()), "device": str(phone.id), "items": [item(held, "贺生花")]}
    status, headers, said = _send(phone, body)
    assert (status, headers["Retry-After"], said["code"]) == (503, "60", "X05")
    assert "请" in said["message"]


def test_the_same_items_are_stored_once_when_the_lock_is_gone(seen: World, doors: Doors) -> None:
    phone = doors.phone
    body = {"batch": str(new_id()), "device": str(phone.id), "items": [item(seen, "贺生花")]}
    for _ in range(2):
        status, _, said = _send(phone, body)
        assert (status, said["receipts"][0]["status"]) == (200, "stored")
    assert Revision.objects.filter(household=seen.household("贺生花")).count() == 1


def test_a_disk_that_is_full_is_said_to_people_and_phones(seen: World, doors: Doors) -> None:
    if connection.vendor != "sqlite":
        pytest.skip(
            "PostgreSQL has no limit of pages to stand for a full disk; its errors are tried one by one below"
        )
    phone, client = doors.phone, doors.client
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA max_page_count")
        (most,) = cursor.fetchone()
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
    try:
        text = "房顶漏雨" * 80
        found = [client.post(f"/area/{VILLAGE}/problems/", {"type": "1", "text": text}) for _ in range(60)]
        (full, *_) = [response for response in found if response.status_code != 302]
        assert (full.status_code, full["Retry-After"]) == (503, "60")
        assert "磁盘满了" in full.content.decode()
        for _ in range(40):
            raised = [{"id": str(new_id()), "kind": "problem", "type": 1, "text": text} for _ in range(50)]
            one = item(seen, "贺生花", raised=raised)
            body = {"batch": str(new_id()), "device": str(phone.id), "items": [one]}
            status, _, said = _send(phone, body)
            if status != 200:
                break
        assert (status, said["code"]) == (503, "X04")
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA max_page_count = {most}")
    assert _send(phone, body)[0] == 200


@pytest.mark.parametrize("path", ["/area/610881101201/", "/api/v1/sync/batches"])
@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (psycopg.errors.DiskFull("could not extend file"), 503, "X04"),
        (psycopg.errors.DeadlockDetected("deadlock detected"), 503, "X05"),
        (psycopg.errors.TooManyConnections("too many clients"), 503, "X05"),
        (psycopg.errors.AdminShutdown("terminating connection"), 503, "X07"),
        (psycopg.errors.CannotConnectNow("the database system is starting up"), 503, "X07"),
        (psycopg.errors.ReadOnlySqlTransaction("cannot execute INSERT"), 503, "X06"),
        (sqlite3.DatabaseError("database disk image is malformed"), 503, "X08"),
        (OSError(28, "No space left on device"), 503, "X04"),
        (OverflowError("Python int too large to convert to SQLite INTEGER"), 400, "X02"),
        (Refusal("G02", asks="理由"), 422, "G02"),
        (ValueError("a fault of our own"), 500, "X03"),
    ],
)
def test_each_cause_has_its_answer(path: str, error: Exception, status: int, code: str) -> None:
    response = _answered(RequestFactory().get(path), error)
    assert response.status_code == status
    if path.startswith("/api/"):
        assert orjson.loads(response.content)["code"] == code
    else:
        assert "</html>" in response.content.decode()
    assert ("Retry-After" in response) == (status == 503)


def test_a_database_that_cannot_be_reached_is_gone() -> None:
    try:
        psycopg.connect("postgresql://nobody@127.0.0.1:1/none", connect_timeout=2)
    except psycopg.OperationalError as error:
        response = _answered(RequestFactory().get("/api/v1/field/assignment"), error)
    assert (response.status_code, orjson.loads(response.content)["code"]) == (503, "X07")


def _answered(request: HttpRequest, error: Exception) -> HttpResponse:
    try:
        raise error
    except Exception:
        return fault(request)


def _send(phone: Phone, body: Any) -> tuple[int, Any, Any]:
    answer = Client(raise_request_exception=False).post(
        "/api/v1/sync/batches", orjson.dumps(body), "application/json",
        headers={"Authorization": f"Bearer {phone.token}"},
    )  # fmt: skip
    return answer.status_code, answer.headers, orjson.loads(answer.content)
