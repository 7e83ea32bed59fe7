"""Pages of the desk: their text, the queries they take, and the ones that every level has."""

from __future__ import annotations

import re
from html import unescape

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.worlds.round import COUNTY, TOWN, VILLAGE

MOST = 12


def queries(client: Client, address: str) -> tuple[str, list[str]]:
    """The page and the statements it took, transaction control aside."""
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    assert response.status_code == 200, address
    control = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    return response.content.decode(), [q["sql"] for q in captured if not q["sql"].startswith(control)]


PAGES = [
    ("area", COUNTY), ("area", TOWN), ("area", VILLAGE), ("villages", COUNTY), ("households", COUNTY),
    ("households", VILLAGE), ("leads", COUNTY), ("leads", TOWN), ("leads", VILLAGE), ("village_leads", VILLAGE),
    ("conflicts", COUNTY), ("conflicts", VILLAGE), ("changes", VILLAGE), ("forms", COUNTY), ("forms", TOWN),
    ("forms", VILLAGE), ("upload", VILLAGE), ("upload", COUNTY), ("download", VILLAGE), ("download", TOWN),
    ("duplicates", COUNTY), ("duplicates", TOWN), ("duplicates", VILLAGE),
]  # fmt: skip


def shown(page: str, pattern: str) -> list[str]:
    return [unescape(text) for text in re.findall(pattern, page, re.S)]
