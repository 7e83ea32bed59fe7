"""The pages of another county's pack: no groups, no phones, no outcomes, forms and rules of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
from django.test import Client
from tests.worlds.second import FOLDER, LIUHE, SCOPE, SHIYAN

from paicha.core.pack import Pack
from paicha.domain import clock
from paicha.domain.accounts.models import Assignment, User
from paicha.domain.handover.round_opening import load_pack, open_round
from paicha.domain.households.models import Household
from paicha.domain.intake.services import Source, import_files
from paicha.packs import read_pack

COUNTY, VILLAGE = "990101000000", "990101101201"


@pytest.fixture
def desk(db: None) -> Iterator[tuple[Client, Pack]]:
    with clock.frozen(date(2024, 9, 3)):
        content, pack = load_pack(read_pack(str(FOLDER)), "tester")
        open_round(content, pack, date(2024, 9, 1), "tester")
        import_files([Source("柳河.xlsx", LIUHE), Source("石墕.xlsx", SHIYAN)], scope=SCOPE)
        user = User.objects.create_user("officer", password="a-long-password-1")
        Assignment.objects.create(
            user=user, role="city_officer", kind="area", ref=COUNTY[:6], since=date(2024, 9, 1)
        )
        client = Client()
        client.force_login(user, backend="paicha.domain.accounts.backend.AccountBackend")
        yield client, pack


def test_every_page_opens(desk: tuple[Client, Pack]) -> None:
    client, pack = desk
    addresses = [
        f"/area/{COUNTY}/",
        f"/area/{VILLAGE[:9]}000/",
        f"/area/{VILLAGE}/",
        f"/area/{COUNTY}/villages/",
    ]
    for code in (COUNTY, VILLAGE):
        addresses += [
            f"/area/{code}/{name}/" for name in ("households", "leads", "conflicts", "forms", "download")
        ]
    addresses += [f"/area/{VILLAGE}/forms/{form.name}/" for form in pack.forms]
    addresses += [f"/household/{pk}/" for pk in Household.objects.values_list("pk", flat=True)]
    addresses += [f"/rules/{rule.id}/" for rule in pack.rules]
    for address in addresses:
        assert client.get(address).status_code == 200, address


def test_figures_open_and_answers_read_in_its_own_words(desk: tuple[Client, Pack]) -> None:
    client, pack = desk
    page = client.get(f"/area/{COUNTY}/").content.decode()
    assert "清源县" in page
    assert "独居老人" in page
    form = pack.statistics
    assert form is not None
    for address, figure in re.findall(
        r'<a href="([^"]*/households/[^"]*)">(\d+)</a>', client.get(f"/area/{COUNTY}/forms/").content.decode()
    ):
        rows = client.get(address.replace("&amp;", "&")).content.decode()
        assert rows.count('href="/household/') == int(figure)
    zhang = Household.objects.get(head_name="张墕")
    answers = client.get(f"/household/{zhang.pk}/").content.decode()
    assert "1935年3月2日" in answers
    assert "8 没有着落" in answers
    assert "电话" not in answers
