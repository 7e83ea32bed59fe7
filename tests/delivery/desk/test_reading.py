"""Looking changes nothing: no page that is asked to show itself writes, but for the entry that somebody read."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from tests.delivery.desk import access
from tests.worlds.round import World

from paicha.domain import clock
from paicha.domain.audit.models import AuditEntry
from paicha.domain.referrals.models import ComparisonList

pytestmark = pytest.mark.django_db

WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
AUDIT = {"audit_auditentry", "audit_chain"}
# address → what else it may write: a notice is read by opening it; the secret that a page shows is kept until its
# code is typed
ALLOWED = {
    "notice": {"accounts_notice"},
    "second": {"otp_totp_totpdevice"},
}


class Written:
    """The tables that statements write while it is installed."""

    def __init__(self) -> None:
        self.tables: set[str] = set()

    def __call__(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if match := WRITES.match(sql):
            self.tables.add(match[1])
        return execute(sql, *rest)


def test_no_page_that_is_asked_to_show_itself_writes(world: World) -> None:
    client = access.signed_in(access.everything(world))
    client.get("/mine/")  # marks the session as seen
    asks = list(access.asks(world))
    ComparisonList.objects.update(keep_until=clock.today() - timedelta(days=1))  # the worker's to delete
    before = set(AuditEntry.objects.values_list("pk", "action"))
    wrong: dict[str, set[str]] = {}
    for ask in asks:
        with connection.execute_wrapper(written := Written()):
            status = client.get(ask.address).status_code
        beside = written.tables - AUDIT - ALLOWED.get(ask.name, set())
        if beside:
            wrong[f"{ask.name} {ask.address}: {status}"] = beside
    acts = {act for _, act in set(AuditEntry.objects.values_list("pk", "action")) - before}
    assert wrong == {}
    assert {act for act in acts if not act.startswith(("read:", "export"))} == set()
