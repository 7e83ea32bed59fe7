"""Special circumstances: listed by village with the measure taken, counted from summary rows, taken along as a file."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook
from tests.delivery.desk.pages import MOST, queries
from tests.worlds.round import BY_FORM, CLEAN, COUNTY, NEIGHBOUR, TOWN, VILLAGE, World, phone_of

from paicha.domain.audit.models import AuditEntry
from paicha.domain.cases.models import Measure


def answers(world: World, head: str, code: str, **more: Any) -> None:
    known = {
        "household": str(world.household(head, code).pk),
        "form": "general",
        "head_name": head,
        "group": "1",
    }
    world.answer(code, [known | CLEAN | BY_FORM["general"] | {"phone": phone_of(head)} | more])


@pytest.fixture
def struck(world: World) -> World:
    """Three households with four circumstances in two villages, one with a measure and one withdrawn."""
    answers(world, "王建国", VILLAGE, special=[1, 5], special_detail="窑洞塌了一孔")
    answers(world, "贺生花", VILLAGE, special=[4])
    answers(world, "王建国", NEIGHBOUR, special=[1])
    for policy, withdrawn in (("临时救助", None), ("建房补助", world.round.opened_at)):
        Measure.objects.create(
            round=world.round, village=world.areas[VILLAGE], household=world.household("王建国"), policy=policy,
            by_whom="民政局", since=date(2022, 3, 12), noted_by="5", noted_at=world.round.opened_at,
            withdrawn_at=withdrawn,
        )  # fmt: skip
    return world


@pytest.mark.parametrize(
    ("who", "code", "query", "rows"),
    [
        ("cadre", VILLAGE, "", 3),
        ("cadre", VILLAGE, "?what=1", 1),
        ("cadre", VILLAGE, "?what=2", 0),
        ("town", TOWN, "", 4),
        ("city", COUNTY, "", 4),
        ("city", COUNTY, "?what=1", 2),
    ],
)
def test_the_list_holds_what_its_chips_count(
    struck: World, who: str, code: str, query: str, rows: int
) -> None:
    page, statements = queries(struck.client(who), f"/area/{code}/special/{query}")
    assert len(statements) <= MOST
    assert len(re.findall(r'<tr><td><a href="/household/', page)) == rows
    assert f'<strong id="count">{rows}</strong>' in page
    chip = re.search(r'aria-current="true">\S+ (\d+)</a>', page)
    assert chip and int(chip[1]) == rows


def test_each_line_says_what_happened_and_what_was_done(struck: World) -> None:
    page = struck.client("cadre").get(f"/area/{VILLAGE}/special/").content.decode()
    lines = [re.sub("<[^>]+>", " ", line) for line in re.findall(r"<tr><td>.*?</tr>", page, re.DOTALL)]
    assert [line.split()[0] for line in lines] == ["王建国", "王建国", "贺生花"]
    assert "因灾" in lines[0] and "突发困难" in lines[1] and "滞留在外" in lines[2]
    assert "窑洞塌了一孔" in lines[0] and "临时救助（民政局）" in lines[0] and "建房补助" not in page
    assert "还没有措施" in lines[2]
    above = struck.client("town").get(f"/area/{TOWN}/special/").content.decode()
    assert "村委会" not in above and struck.areas[NEIGHBOUR].spoken in above


def test_taken_along_as_excel_and_logged(struck: World) -> None:
    response = struck.client("town").get(f"/area/{TOWN}/special/?what=1&as=xlsx")
    book = load_workbook(io.BytesIO(response.content))
    cells = [[c.value for c in row] for row in book.worksheets[0].iter_rows()]
    listed = [row for row in cells if isinstance(row[0], int)]
    assert len(listed) == 2 and {row[3] for row in listed} == {"王建国"}
    assert {row[7] for row in listed} == {"临时救助（民政局）", "还没有措施"}
    assert AuditEntry.objects.get(action="read:export.special.xlsx").count == 2
    assert struck.client("city").get(f"/area/{COUNTY}/special/?as=pdf")["Content-Type"] == "application/pdf"


@pytest.mark.parametrize(
    ("who", "code", "query", "status"),
    [
        ("grid", VILLAGE, "", 404),
        ("elsewhere", VILLAGE, "", 404),
        ("auditor", VILLAGE, "", 200),
        ("auditor", VILLAGE, "?as=xlsx", 403),
        ("cadre", VILLAGE, "?what=9", 404),
        ("cadre", VILLAGE, "?what=x", 404),
    ],
)
def test_who_may(struck: World, who: str, code: str, query: str, status: int) -> None:
    assert struck.client(who).get(f"/area/{code}/special/{query}").status_code == status
