"""Fixtures for every test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from pytest_django.plugin import DjangoDbBlocker

from paicha.domain import clock

if TYPE_CHECKING:
    from paicha.domain.accounts.policies import Scope

# The morning on which the round of spring 2022 opened.
OPENING_DAY = datetime(2022, 3, 10, 9, 0, tzinfo=clock.SHANGHAI)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that uses the database, so that `make test` can run just those again on PostgreSQL."""
    fixtures = {"db", "transactional_db", "live_server", "django_db_setup"}
    for item in items:
        wanted = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or fixtures & wanted:
            item.add_marker("database")


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """Argon2 takes a tenth of a second on purpose; tests of accounts ask for it where it matters."""
    from django.test import override_settings

    hashers = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        "django.contrib.auth.hashers.Argon2PasswordHasher",
    ]
    with override_settings(PASSWORD_HASHERS=hashers, SECOND_FACTOR=False):  # its own tests switch it on
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """On SQLite, tests with real transactions are cleaned up by DELETE, which the audit table would refuse."""
    from django.db import connection

    from paicha.domain.audit import protection

    if connection.vendor == "sqlite":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER {protection.TABLE}_no_delete")


@pytest.fixture(autouse=True)
def _fresh_clock() -> Iterator[None]:
    """No test sees the offset that another one stored."""
    clock.forget()
    yield
    clock.forget()


@pytest.fixture
def at_opening() -> Iterator[datetime]:
    """The clock stands at nine on the opening day."""
    with clock.frozen(OPENING_DAY) as at:
        yield at


@pytest.fixture
def operator() -> Scope:
    """The machine's operator, who may do everything."""
    from paicha.domain.accounts.policies import operator_scope

    return operator_scope("tester")
