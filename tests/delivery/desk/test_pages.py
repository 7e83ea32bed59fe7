"""Every page for everybody who may see it, at most twelve queries each, and figures that open into their rows."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.urls import reverse
from tests.delivery.desk.pages import MOST, PAGES, queries, shown
from tests.worlds.round import COUNTY, LEADS, NEIGHBOUR, PHONE, TOWN, VILLAGE, World

from paicha.domain.audit.models import AuditEntry
from paicha.domain.responses.models import Finding


def test_every_page_opens_in_twelve_queries(world: World) -> None:
    client = world.client("city")
    addresses = [reverse(f"desk:{name}", args=[code]) for name, code in PAGES]
    addresses += [reverse("desk:form", args=[VILLAGE, form.name]) for form in world.pack.forms]
    addresses += [
        reverse("desk:household", args=[world.household("訾埃生").pk]),
        "/rules/S13/",
        "/rules/V37/",
    ]
    addresses += [f"/area/{COUNTY}/leads/?what={what}" for what in ("soft", "office", "decided")]
    addresses += [f"/area/{COUNTY}/households/?outcome=done", f"/area/{COUNTY}/leads/?rule=S09"]
    taken = {address: len(queries(client, address)[1]) for address in addresses}
    assert {address: n for address, n in taken.items() if n > MOST} == {}


def test_a_grid_workers_pages_open_in_twelve_queries(world: World) -> None:
    client, household = world.client("grid"), world.household("訾埃生")
    names = ("area", "households", "leads", "conflicts", "changes")
    addresses = [reverse(f"desk:{name}", args=[VILLAGE]) for name in names] + [f"/household/{household.pk}/"]
    taken = {address: len(queries(client, address)[1]) for address in addresses}
    assert {address: n for address, n in taken.items() if n > MOST} == {}


def test_a_county_page_costs_the_same_with_more_households(world: World) -> None:
    client, address = world.client("city"), reverse("desk:area", args=[COUNTY])
    before = queries(client, address)[1]
    rows = [
        {"household": None, "form": "general", "head_name": f"新户{chr(0x4E00 + n)}", "group": "1", "outcome": 5,
         "remark": "空户"}
        for n in range(40)
    ]  # fmt: skip
    world.answer(VILLAGE, rows)
    assert len(queries(client, address)[1]) == len(before)
    assert not any("rounds_rosterentry" in sql for sql in before)


def test_form_4_of_a_county_has_a_row_a_town(world: World) -> None:
    """Each the sum of its villages, and opens into them; a sum of what villages wrote leads to the town's form 4."""
    client = world.client("city")
    page = client.get(reverse("desk:form", args=[COUNTY, "statistics"])).content.decode()
    body = page.split("<tbody>")[1].split('<tr class="total">')[0]
    towns = re.findall(r'<a href="(/area/\d+/forms/statistics/)">([^<\d]+)</a>', body)
    assert len(towns) == body.count("<tr>") > 1
    for address, name in towns:
        assert name in client.get(address).content.decode()
    listed = shown(client.get(towns[0][0]).content.decode(), r'<tr class="total">(.*?)</tr>')[0]
    row = body.split("<tr>")[1]
    assert shown(row, r">(\d+)</a>")[-4:] == shown(listed, r">(\d+)</a>")[-4:]


def test_each_figure_of_form_4_opens_into_as_many_rows(world: World) -> None:
    client = world.client("city")
    for code in (COUNTY, TOWN, VILLAGE):
        page = client.get(reverse("desk:form", args=[code, "statistics"])).content.decode()
        links = re.findall(r'<a href="([^"]*/households/[^"]*)">(\d+)</a>', page)
        assert links, code
        for address, figure in links:
            rows = client.get(unescape(address)).content.decode()
            assert shown(rows, r'id="count">([\d,]+)<') == [figure], address
            assert rows.count("/household/") == int(figure), address
    total = shown(client.get(reverse("desk:form", args=[COUNTY, "statistics"])).content.decode(),
                  r'<tr class="total">(.*?)</tr>')[0]  # fmt: skip
    assert shown(total, r">(\d+)</a>") == [
        "12",
        "8",
        "2",
        "2",
    ]  # 合计, 一般, 已脱贫, 易返贫: two villages alike


@pytest.mark.parametrize(
    ("query", "heads"),
    [
        ("", 9),
        ("?outcome=done", 6),
        ("?outcome=due", 3),
        ("?outcome=blank", 2),
        ("?outcome=4", 1),
        ("?form=lifted", 2),
        ("?form=lifted&outcome=done", 1),
        ("?group=2", 4),
        ("?group=2&outcome=due", 3),
    ],
)
def test_households_by_form_outcome_and_group(world: World, query: str, heads: int) -> None:
    page = world.client("cadre").get(f"/area/{VILLAGE}/households/{query}").content.decode()
    assert page.count('href="/household/') == heads
    assert shown(page, r'id="count">(\d+)<') == [str(heads)]


def test_a_long_list_turns_pages_over_villages(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paicha.delivery.desk.shell.paging.SIZE", 4)
    client = world.client("city")
    seen: list[str] = []
    for number in range(1, 8):
        page = client.get(f"/area/{COUNTY}/households/?page={number}").content.decode()
        seen += shown(page, r'href="/household/([0-9a-f-]{36})/"')
    assert len(seen) == len(set(seen)) == 27


def test_the_village_page_says_what_to_do_first(world: World) -> None:
    page = world.client("cadre").get(f"/area/{VILLAGE}/").content.decode()
    assert shown(page, r'class="n">(\d+)<') == [str(len(LEADS)), "3", "3", "1"]
    assert "村级排查 第 6 天" in page
    assert "还有 5 天，3月20日前完成" in page
    assert "得到救助，又有收入、三保障、饮水或支出方面的风险" in page
    assert "2 户没排查" in page
    assert "村情调查表还没填" in page
    assert page.count("button main") == 1


def test_because_words_stand_with_each_lead(world: World) -> None:
    page = world.client("cadre").get(f"/household/{world.household('高兰花').pk}/").content.decode()
    assert "因为 人均年纯收入 是 1 4000元以下，需要纳入 是 3 否" in page
    assert 'href="/rules/S01/"' in page
    rule = world.client("cadre").get("/rules/S01/").content.decode()
    assert "income_band = 1 AND enrol = 3" in rule


def test_a_read_is_one_entry_a_page(world: World) -> None:
    client = world.client("cadre")
    before = AuditEntry.objects.filter(action__startswith="read:").count()
    client.get(f"/area/{VILLAGE}/households/")
    entries = AuditEntry.objects.filter(action__startswith="read:").order_by("-at", "-seq")
    assert entries.count() == before + 1
    assert (entries[0].action, entries[0].subject, entries[0].count) == ("read:households", VILLAGE, 9)
    client.get(f"/household/{world.household('王建国').pk}/")
    assert AuditEntry.objects.filter(action="read:household").count() == 1


def test_phones_are_masked_wherever_they_are_read(world: World) -> None:
    client = world.client("city")
    household = world.household("王建国")
    for address in (f"/household/{household.pk}/", f"/area/{VILLAGE}/forms/general/"):
        page = client.get(address).content.decode()
        assert PHONE not in page
        assert "150****8831" in page
    for name, code in PAGES:
        assert PHONE not in client.get(reverse(f"desk:{name}", args=[code])).content.decode()


def test_a_whole_phone_needs_a_purpose_and_is_logged(world: World) -> None:
    client, address = world.client("cadre"), f"/household/{world.household('王建国').pk}/phone/"
    assert client.get(address).status_code == 405
    assert PHONE not in client.post(address).content.decode()
    assert PHONE in client.post(address, {"purpose": "打电话联系这一户"}).content.decode()
    assert AuditEntry.objects.filter(action="read:phone:1").count() == 1
    assert world.client("liaison").post(address, {"purpose": "打电话联系这一户"}).status_code == 403


def test_official_header_of_every_household_form(world: World) -> None:
    client = world.client("city")
    expected = {"general": 15, "lifted": 18, "monitored": 19}
    for form, columns in expected.items():
        page = client.get(f"/area/{VILLAGE}/forms/{form}/").content.decode()
        head = shown(page, r"<thead>(.*?)</thead>")[0]
        labels = re.findall(r'<th(?![^>]*class="options")([^>]*)>', head)
        # Labels reach as wide as the paper: spans of the first row add up to its columns.
        first = shown(head, r"<tr>(.*?)</tr>")[0]
        spans = [int(n) for n in re.findall(r'colspan="(\d+)"', first)]
        plain = len(re.findall(r"<th", first)) - len(spans)
        assert sum(spans) + plain == columns, form
        assert labels


def test_findings_mark_their_cells(world: World) -> None:
    page = world.client("cadre").get(f"/area/{VILLAGE}/forms/general/").content.decode()
    assert '<td class="lead">' in page
    assert '<tr class="due">' in page
    group = world.client("cadre").get(f"/area/{VILLAGE}/forms/general/?group=2").content.decode()
    assert "高兰花" in group
    assert "王建国" not in group


def test_counts_of_leads_equal_their_list(world: World) -> None:
    client = world.client("city")
    for code in (COUNTY, VILLAGE, NEIGHBOUR):
        page = client.get(f"/area/{code}/leads/").content.decode()
        said = shown(page, r"共 (\d+) 条")[0]
        found = Finding.objects.filter(severity="lead", state="open")
        if code != COUNTY:
            found = found.filter(village__code=code)
        assert int(said) == found.count()


def test_rare_characters_and_markup_are_shown_as_written(world: World) -> None:
    world.answer(
        VILLAGE,
        [
            {
                "household": None,
                "form": "general",
                "head_name": "<b>訾</b>",
                "group": "1",
                "outcome": 5,
                "remark": "=1+1",
            }
        ],
    )
    page = world.client("cadre").get(f"/area/{VILLAGE}/households/").content.decode()
    assert "&lt;b&gt;訾&lt;/b&gt;" in page
    assert "<b>訾" not in page
