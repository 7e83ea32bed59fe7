"""The bulletin on its page: each number a link to a list of as many, the same on paper and in the text."""

from __future__ import annotations

import html
import re

import pytest
from tests.delivery.desk.pages import MOST, queries
from tests.formats.test_pdf import poppler, squeezed
from tests.worlds.round import COUNTY, TOWN, VILLAGE, World

from paicha.domain.accounts.policies import scope
from paicha.domain.audit.models import AuditEntry
from paicha.domain.reports.bulletin import bulletin
from paicha.domain.rounds.models import RoundArea

ADDRESS = f"/area/{COUNTY}/bulletin/"
_ROW = re.compile(r'<th scope="row">([^<]+)</th><td class="num"><a href="([^"]+)">([\d,]+)<')


def counted(page: str) -> int:
    """How many rows a list says it holds."""
    match = re.search(
        r'<p[^>]*>(?:共 )?(?:<(?:strong|span) id="count">)?([\d,]+)(?:</(?:strong|span)>)? (?:户|条|处|件|个村)',
        page,
    )
    assert match
    return int(match[1].replace(",", ""))


@pytest.mark.parametrize("code", [COUNTY, TOWN])
def test_every_number_opens_into_its_rows(world: World, code: str) -> None:
    client = world.client("city")
    page, statements = queries(client, f"/area/{code}/bulletin/")
    assert len(statements) <= MOST
    rows = _ROW.findall(page)
    assert len(rows) == 15
    for label, address, n in rows:
        response = client.get(html.unescape(address))
        assert response.status_code == 200, label
        if label != "新纳入":  # whose page lists what is going on, too
            assert counted(response.content.decode()) == int(n), label


def test_the_text_and_the_towns(world: World) -> None:
    page = world.client("city").get(ADDRESS).content.decode()
    place = RoundArea.objects.get(round=world.round, code=COUNTY)

    made = bulletin(world.round, world.pack, place, scope=scope(world.users["city"]))
    assert html.escape(made.text) in page
    assert "应排查 27 户，已排查 12 户" in made.text
    assert f'href="/area/{TOWN}/"' in page and 'id="words" readonly' in page


@poppler
def test_on_paper(world: World) -> None:
    response = world.client("city").get(f"{ADDRESS}?as=pdf")
    assert response["Content-Type"] == "application/pdf"
    text = squeezed(response.content)
    assert "神木市2022年春季集中排查日报" in text
    assert "应排查27户，已排查12户" in text and "合计2712" in text
    assert "city的姓名于" in text
    assert AuditEntry.objects.filter(action="read:export.bulletin").count() == 1


@pytest.mark.parametrize(
    ("who", "code", "status"),
    [
        ("city", COUNTY, 200),
        ("town", TOWN, 200),
        ("town", COUNTY, 404),
        ("cadre", VILLAGE, 404),
        ("auditor", COUNTY, 200),
    ],
)
def test_who_may(world: World, who: str, code: str, status: int) -> None:
    assert world.client(who).get(f"/area/{code}/bulletin/").status_code == status
