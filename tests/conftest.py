"""Fixtures for every test."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from pytest_django.plugin import DjangoDbBlocker
from tests import database

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


class _SlowFirst:
    """Files with a slow test go first, so that no process is left alone with one when the others are done."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: item.path not in slow)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_SlowFirst())
    # A busy machine makes an example slow; that is no fault of what is tested.
    settings.register_profile("paicha", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("paicha")


@pytest.fixture(scope="session", autouse=True)
def _cheap_settings() -> Iterator[None]:
    """What costs a home a moment and would cost the tests minutes.

    Argon2 takes a tenth of a second on purpose; tests of accounts ask for it where it matters. Each test client
    loads the middleware, where WhiteNoise lists and stats every static file unless it looks for them one by one.
    """
    from django.test import override_settings  # noqa: PLC0415  (before Django is set up)

    hashers = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        "django.contrib.auth.hashers.Argon2PasswordHasher",
    ]
    with override_settings(
        PASSWORD_HASHERS=hashers,
        SECOND_FACTOR=False,  # its own tests switch it on
        WHITENOISE_AUTOREFRESH=True,
    ):
        yield


def pytest_collection_finish() -> None:
    """What the imports made stays: the garbage collector needn't go through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings: None) -> bool:
    """This process begins with a copy of a migrated database: five seconds less for each."""
    from django.db import connection  # noqa: PLC0415  (before Django is set up)

    own = connection.settings_dict["TEST"]["NAME"]
    if connection.vendor == "sqlite":
        database.copy_migrated(Path(own))
    else:
        database.create_database(own or f"test_{connection.settings_dict['NAME']}", database.MIGRATED)
    return True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """On SQLite, tests with real transactions are cleaned up by DELETE, which the audit table would refuse."""
    from django.db import connection  # noqa: PLC0415  (before Django is set up)

    from paicha.domain.audit import protection  # noqa: PLC0415  (before Django is set up)

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
    from paicha.domain.accounts.policies import operator_scope  # noqa: PLC0415  (before Django is set up)

    return operator_scope("tester")
