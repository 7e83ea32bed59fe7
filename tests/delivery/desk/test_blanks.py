"""Blanks on their page: chosen, downloaded, logged, refused."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook
from tests.delivery.desk.pages import MOST, queries
from tests.formats.test_pdf import poppler, squeezed
from tests.worlds.round import NEIGHBOUR, PHONE, TOWN, VILLAGE, World

from paicha.domain.audit.models import AuditEntry

ADDRESS, FILE = f"/area/{VILLAGE}/blanks/", f"/area/{VILLAGE}/blanks/file/"


def heads(content: bytes) -> set[str]:
    book = load_workbook(io.BytesIO(content))
    known = {"贺保平", "贺生花", "折玉兰", "王建国", "訾埃生", "高兰花", "白润喜", "郝平", "乔志强"}
    return {str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value in known}


def test_the_page_says_how_many_are_due(world: World) -> None:
    page, statements = queries(world.client("cadre"), ADDRESS)
    assert "附件1-1 一般农户（还差 2 户）" in page and "附件1-3 易返贫致贫户（还差 0 户）" in page
    assert "二组（3 户）" in page and "一组（" not in page
    assert len(statements) <= MOST


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("as=xlsx", {"贺保平", "贺生花", "折玉兰"}),
        ("as=xlsx&form=general", {"贺保平", "贺生花"}),
        ("as=xlsx&group=2&form=lifted&form=general", {"贺保平", "贺生花", "折玉兰"}),
        ("as=xlsx&group=1", set()),
        ("as=xlsx&rows=empty", set()),
    ],
)
def test_who_stands_on_the_file(world: World, query: str, expected: set[str]) -> None:
    response = world.client("cadre").get(f"{FILE}?{query}")
    assert response.status_code == 200
    assert heads(response.content) == expected
    entry = AuditEntry.objects.get(action="export.blanks.xlsx")
    assert (entry.count, entry.subject) == (len(expected), f"area:{VILLAGE}")
    assert entry.digest


@poppler
def test_paper_has_names_and_phones_of_those_who_are_due_alone(world: World) -> None:
    response = world.client("cadre").get(f"{FILE}?as=pdf")
    assert response["Content-Type"] == "application/pdf"
    text = squeezed(response.content)
    assert "贺生花" in text and "13900000004" in text and "cadre的姓名于" in text
    assert PHONE not in text and "王建国" not in text


@pytest.mark.parametrize(
    ("who", "code", "status"),
    [("cadre", VILLAGE, 200), ("town", NEIGHBOUR, 200), ("town", TOWN, 404), ("grid", VILLAGE, 404),
     ("auditor", VILLAGE, 403),
     ("elsewhere", VILLAGE, 404)],
)  # fmt: skip
def test_who_may(world: World, who: str, code: str, status: int) -> None:
    client = world.client(who)
    assert client.get(f"/area/{code}/blanks/").status_code == status
    assert client.get(f"/area/{code}/blanks/file/").status_code == status


@pytest.mark.parametrize("query", ["as=docx", "form=nothing"])
def test_what_is_no_choice_is_not_found(world: World, query: str) -> None:
    assert world.client("cadre").get(f"{FILE}?{query}").status_code == 404
