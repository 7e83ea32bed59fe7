"""Lists: so many rows a page, found by a name, sorted by a column; what is ticked outlives all of that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings
from tests.delivery.desk.pages import shown
from tests.worlds.ledger import Ledgers
from tests.worlds.round import COUNTY, VILLAGE, World

from paicha.domain.handover.models import Return

BACK = f"/area/{VILLAGE}/return/"
ROW = r'name="household" value="([0-9a-f-]{36})"\s*(?:checked)?>'


@pytest.fixture
def ledgers(world: World, tmp_path: Path, settings: Settings) -> Iterator[Ledgers]:
    """A village whose ledger is with the town, four rows a page."""
    settings.MEDIA_ROOT = tmp_path
    made = Ledgers(world)
    made.complete()
    made.hand_up()
    yield made


def page(ledgers: Ledgers, query: str = "") -> str:
    return str(ledgers.world.client("town").get(BACK + query).content.decode())


def test_rows_to_send_back_turn_pages(ledgers: Ledgers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paicha.delivery.desk.shell.paging.SIZE", 4)
    pages = [shown(page(ledgers, f"?page={number}"), ROW) for number in (1, 2, 3)]
    assert [len(rows) for rows in pages] == [4, 4, 1]
    assert len({row for rows in pages for row in rows}) == 9


@pytest.mark.parametrize(
    ("query", "heads"),
    [("?head=高", ["高兰花"]), ("?head=没有", []), ("?only=leads&head=郝", None)],
)
def test_a_row_to_send_back_is_found(ledgers: Ledgers, query: str, heads: list[str] | None) -> None:
    found = shown(page(ledgers, query), ROW + r"([^<]+)</label>")
    names = [name for _, name in found]  # type: ignore[str-unpack]  # two groups a row
    assert names == heads if heads is not None else all("郝" in name for name in names)


def test_every_column_sorts_both_ways(ledgers: Ledgers) -> None:
    first = page(ledgers)
    for address in shown(first, r'<th scope="col"[^>]*><a href="(\?[^"]+)"'):
        there = page(ledgers, address)
        (direction,) = shown(there, r'aria-sort="(\w+)"')
        (turned,) = shown(there, r'aria-sort="\w+"><a href="(\?[^"]+)"')
        back = page(ledgers, turned)
        assert shown(back, r'aria-sort="(\w+)"') != [direction], address
        assert sorted(shown(back, ROW)) == sorted(shown(first, ROW))


def test_ticks_of_other_pages_and_what_was_typed_come_back_with_a_refusal(
    ledgers: Ledgers, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = shown(page(ledgers), ROW)
    monkeypatch.setattr("paicha.delivery.desk.shell.paging.SIZE", 1)
    data = {"what": "some", "household": rows[:2], "reason": "", "to": ledgers.actor("cadre")}
    answer = ledgers.world.client("town").post(BACK, data)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'data-field="reason"' in text
    assert len(shown(text, ROW)) == 2  # one as a row, one as a field beside the count
    assert "已勾 2 户" in text


def test_all_that_is_found_goes_back_at_once(ledgers: Ledgers) -> None:
    data = {"what": "some", "every": "1", "reason": "人口对不上", "to": ledgers.actor("cadre")}
    found = shown(page(ledgers, "?only=leads"), ROW)
    assert ledgers.world.client("town").post(f"{BACK}?only=leads", data).status_code == 302
    assert sorted(Return.objects.get().households) == sorted(found)


def test_a_long_form_opens_with_its_first_group(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client, address = world.client("cadre"), f"/area/{VILLAGE}/forms/general/"

    def rows(query: str) -> int:
        return int(shown(client.get(address + query).content.decode(), r'id="count">(\d+)<')[0])

    whole = rows("")
    assert rows("?all=1") == whole
    monkeypatch.setattr("paicha.delivery.desk.shell.paging.SIZE", 2)
    assert 0 < rows("") < whole
    assert rows("?all=1") == whole


def test_the_log_lists_who_did_something_first_and_finds_a_village(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, address = world.client("auditor"), f"/area/{COUNTY}/log/"
    page = client.get(f"{address}?sort=entries").content.decode()
    counts = [int(n.replace(",", "")) for n in shown(page, r'data-label="条数"><a[^>]*/log/">([\d,]+)</a>')]
    assert counts == sorted(counts, reverse=True)
    assert 0 not in counts
    assert "还没有记录" in page
    found = client.get(f"{address}?find=水磨河").content.decode()
    assert shown(found, r'<tr>\s*<td><a href="/area/(\d+)/log/">')
    assert "没有这样的村" in client.get(f"{address}?find=没有").content.decode()


@pytest.mark.parametrize("typed", ["高兰花", "glh", "高蓝花", "高兰", "兰花"])
@pytest.mark.parametrize(("who", "address"), [("cadre", f"/area/{VILLAGE}/households/"), ("town", BACK)])
def test_a_list_finds_what_the_search_of_everywhere_finds(
    ledgers: Ledgers, who: str, address: str, typed: str
) -> None:
    """Initials, the same reading, one character different: forgiven as in the box of the header."""
    text = ledgers.world.client(who).get(address, {"head": typed}, follow=True).content.decode()
    assert "高兰花" in text
    assert "訾埃生" not in text
