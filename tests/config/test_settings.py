"""The house's settings: where the data is, what a stranger gets, what a browser may do."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import checks
from django.db import connection
from django.test import Client

from paicha.config import sessions
from paicha.config.database import DatabaseAddressError, from_url, settings_for, sqlite_settings
from paicha.config.home import home_dir, secret
from paicha.domain.accounts.models import User


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://paicha:s%40cret@db.county:5433/paicha?sslmode=require",
            ("paicha", "s@cret", "db.county", "5433", "paicha", {"sslmode": "require"}),
        ),
        ("postgres://u@h/d", ("u", "", "h", "", "d", {})),
        ("postgresql://postgres:@/postgres?host=/run/pg", ("postgres", "", "/run/pg", "", "postgres", {})),
        (" postgresql://[::1]:5432/%E7%A5%9E%E6%9C%A8 ", ("", "", "::1", "5432", "神木", {})),
    ],
)
def test_addresses_of_postgresql(url: str, expected: tuple[object, ...]) -> None:
    found = from_url(url)
    assert tuple(found[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME", "OPTIONS")) == expected


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://u@h/d", "只支持 PostgreSQL"),
        ("paicha", "只支持 PostgreSQL"),
        ("postgresql://u@h/", "没有数据库名"),
        ("postgresql://u@h:port/d", "主机或端口"),
        ("postgresql://u@[h/d", "主机或端口"),
    ],
)
def test_a_mistyped_address_is_explained(url: str, message: str) -> None:
    with pytest.raises(DatabaseAddressError, match=message):
        from_url(url)


def test_without_an_address_the_home_has_its_own_file(tmp_path: Path) -> None:
    assert (
        settings_for(tmp_path, None)
        == settings_for(tmp_path, " ")
        == sqlite_settings(tmp_path / "paicha.sqlite3")
    )
    assert home_dir({}) == Path.cwd() / "var"
    assert home_dir({"PAICHA_HOME": str(tmp_path)}) == tmp_path


@pytest.mark.django_db(transaction=True)
def test_the_embedded_database_is_durable_and_shared() -> None:
    if connection.vendor != "sqlite":
        assert connection.vendor == "postgresql"
        return
    with connection.cursor() as cursor:
        found = {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 30_000}
    assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_a_secret_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: secret(home, "secret.key"), range(32)))
    assert len(found) == 1 and len(found.pop()) == 64
    assert stat.S_IMODE((home / "secret.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert [file.name for file in home.iterdir()] == ["secret.key"]
    (home / "empty.key").touch()
    assert len(secret(home, "empty.key")) == 64 and secret(home, "empty.key") == secret(home, "empty.key")


def test_django_finds_nothing_to_warn_of() -> None:
    found = checks.run_checks(include_deployment_checks=True)
    ours = {"async.E001"}  # the variable that lets Playwright and the database share the tests' thread
    assert [message for message in found if not message.is_silenced() and message.id not in ours] == []


@pytest.mark.django_db
def test_a_stranger_is_sent_to_the_sign_in_with_every_lock_on(client: Client) -> None:
    answer = client.get("/")
    assert answer.status_code == 302
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.django_db
def test_five_wrong_passwords_lock_the_account_from_everywhere(client: Client) -> None:
    user = User.objects.create_user("lee", password="right password")
    for n in range(5):
        wrong = {"username": "lee", "password": f"wrong {n}"}
        client.post("/login/", wrong, REMOTE_ADDR=f"10.0.0.{n}")
    right = {"username": "lee", "password": "right password"}
    answer = client.post("/login/", right, REMOTE_ADDR="10.0.0.99")
    assert answer.status_code == 429 and "_auth_user_id" not in client.session
    assert user.is_active


@pytest.mark.django_db
def test_a_session_ends_when_idle_and_is_not_written_on_every_request(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: object
) -> None:
    client.force_login(User.objects.create_user("lee"))
    start = sessions.time.time()
    monkeypatch.setattr(sessions.time, "time", lambda: start)
    client.get("/")
    first = Session.objects.get().expire_date
    monkeypatch.setattr(sessions.time, "time", lambda: start + 59)
    client.get("/")
    assert Session.objects.get().expire_date == first
    monkeypatch.setattr(sessions.time, "time", lambda: start + 61)
    client.get("/")
    assert Session.objects.get().expire_date > first
    assert settings.SESSION_COOKIE_AGE == 1800
    Session.objects.update(expire_date=first.replace(year=2000))
    assert client.get("/").status_code == 302
