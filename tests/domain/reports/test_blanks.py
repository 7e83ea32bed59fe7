"""Blanks that go to the door: who stands on them, and that the workbook comes back through import."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from openpyxl import load_workbook
from tests.domain.intake.sheets import code
from tests.formats.test_pdf import poppler, squeezed, text_of
from tests.worlds.county import GENERAL, OPENS, OPERATOR, County, open_county, scope_of

from paicha.core.pack import HouseholdForm
from paicha.domain import clock
from paicha.domain.accounts.policies import Scope
from paicha.domain.audit.models import AuditEntry
from paicha.domain.audit.queries import verify
from paicha.domain.handover.round_opening import open_round
from paicha.domain.households.models import Household
from paicha.domain.households.services import NewHousehold
from paicha.domain.intake.services import Source, import_files
from paicha.domain.reports.blanks import EXTRA, Blanks, base_questions, make_blanks
from paicha.domain.responses.models import Revision
from paicha.domain.rounds.models import RosterEntry

KNOWN = [
    NewHousehold("2", "高兰花", "13900000002", 3, "general"),
    NewHousehold("1", "訾埃生", "13900000001", 4, "general"),
    NewHousehold("沟岔组", "贺保平", "", None, "general"),
    NewHousehold("1", "白润喜", "13900000003", 5, "lifted"),
    NewHousehold("1", "郝平", "13900000004", 2, "monitored"),
]


@pytest.fixture
def county(db: None) -> Any:
    with clock.frozen(OPENS):
        yield open_county({0: KNOWN})


def made(county: County, kind: str, *, scope: Scope = OPERATOR, forms: str = "", **options: Any) -> Blanks:
    listed: list[HouseholdForm] = [
        form for name, form in county.pack.household_forms.items() if not forms or name in forms.split()
    ]
    return make_blanks(
        county.round, county.pack, county.place(county.villages[0]), "某镇", kind,  # type: ignore[arg-type]
        scope=scope, exporter="导出人", forms=listed, **options,
    )  # fmt: skip


def sent_back(content: bytes, filled: dict[str, dict[str, Any]] | None = None) -> Any:
    """The workbook imported again, with some rows filled in by column title, found by the head's name."""
    book = load_workbook(io.BytesIO(content))
    for sheet in book.worksheets:
        titles: dict[str, int] = {}
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.row < 8:
                    titles.setdefault("".join(cell.value.split("\n")[0].split()), cell.column)
                for title, value in (filled or {}).get(str(cell.value), {}).items():
                    sheet.cell(cell.row, titles[title]).value = value
    target = io.BytesIO()
    book.save(target)
    return import_files([Source("空表.xlsx", target.getvalue())], scope=OPERATOR, village=code())


def test_a_workbook_says_which_cells_are_the_registers(county: County) -> None:
    book = load_workbook(io.BytesIO(made(county, "xlsx").content))
    texts = [str(cell.value) for sheet in book.worksheets for cell in next(sheet.iter_rows(max_row=1))]
    said = [text for text in texts if "取自名册" in text]
    assert len(said) == 3, "a form each"
    assert all("家庭人口" in text and "联系电话" in text for text in said)
    bare = load_workbook(io.BytesIO(made(county, "xlsx", named=False).content))
    first = [str(cell.value) for sheet in bare.worksheets for cell in next(sheet.iter_rows(max_row=1))]
    assert not any("取自名册" in text for text in first)


@poppler
def test_paper_names_who_is_due_group_by_group_with_room_for_more(county: County) -> None:
    blanks = made(county, "pdf", forms="general")
    text = squeezed(blanks.content)
    assert blanks.rows == 3
    places = [text.index(word) for word in ("訾埃生", "高兰花", "贺保平")]
    assert places == sorted(places), "groups 1, 2, then named ones"
    assert "13900000001" in text and "白润喜" not in text
    assert "导出人于" in text
    entry = AuditEntry.objects.get(action="export.blanks.pdf")
    assert entry.count == 3 and entry.digest
    assert verify() == []


@poppler
def test_groups_and_forms_are_chosen_and_the_bare_form_names_nobody(county: County) -> None:
    some = made(county, "pdf", groups=["1"])
    assert some.rows == 3
    text = squeezed(some.content)
    assert "訾埃生" in text and "白润喜" in text and "高兰花" not in text
    bare = made(county, "pdf", named=False)
    assert bare.rows == 0
    assert not any(h.head_name in squeezed(bare.content) for h in Household.objects.all())


def test_a_full_page_is_followed_by_rows_for_those_found_on_the_spot(county: County) -> None:
    blanks = made(county, "xlsx", forms="general", groups=["2"])
    sheet = load_workbook(io.BytesIO(blanks.content)).worksheets[0]
    numbered = [row[0].value for row in sheet.iter_rows() if isinstance(row[0].value, int)]
    assert len(numbered) >= 1 + EXTRA


def test_the_workbook_as_it_is_changes_nothing(county: County) -> None:
    before = Household.objects.count()
    result = sent_back(made(county, "xlsx").content)
    assert (result.accepted, result.refused, result.created) == (0, 0, 0)
    assert Household.objects.count() == before
    assert not Revision.objects.exists()


def test_a_filled_row_of_the_workbook_finds_its_household(county: County) -> None:
    answers = {
        "居住地": 1, "有无安全住房": 2, "有无义务教育阶段因贫失学辍学学生": 3, "有无安全饮水": 2,
        "人均年纯收入": 3, "有无较大刚性支出": 2, "是否享受民政政策": 5, "是否需要纳入易返贫致贫户": 3,
        "排查人员签字": "李四",
    }  # fmt: skip
    content = made(county, "xlsx", forms="general").content
    book = load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    wanted = next(c for row in sheet.iter_rows() for c in row if c.value == "高兰花")
    counts = [c.column for c in sheet[_lowest(sheet)] if c.value and "人" in str(c.value) and c.column > 7]
    for offset, value in enumerate((0, 3, 0)):
        sheet.cell(wanted.row, counts[offset]).value = value
    target = io.BytesIO()
    book.save(target)
    result = sent_back(target.getvalue(), {"高兰花": answers})
    assert (result.accepted, result.refused, result.created) == (1, 0, 0), result.messages
    entry = RosterEntry.objects.get(household__head_name="高兰花")
    assert entry.outcome == 1 and entry.revision is not None


def _lowest(sheet: Any) -> int:
    """The row of the table's header: the one above the first numbered row."""
    return int(next(row[0].row for row in sheet.iter_rows() if row[0].value == 1)) - 1


def test_who_was_not_met_stays_on_the_list_and_comes_back_unchanged(county: County) -> None:
    village = county.villages[0]
    away = str(Household.objects.get(head_name="訾埃生").pk)
    county.submit(village, "general", [
        dict.fromkeys(GENERAL)
        | {"household": away, "head_name": "訾埃生", "group": "1", "outcome": 4, "remark": "在外"}
    ])  # fmt: skip
    blanks = made(county, "xlsx", forms="general")
    assert blanks.rows == 3
    result = sent_back(blanks.content)
    assert (result.refused, result.created) == (0, 0)
    assert Revision.objects.count() == 1


@poppler
def test_paper_of_the_next_round_carries_what_the_last_one_knew(county: County) -> None:
    monitored = county.pack.household_forms["monitored"]
    assert base_questions(county.pack, monitored) == (
        "head_name", "population", "phone", "household_type", "residence",
    )  # fmt: skip
    assert base_questions(county.pack, county.pack.household_forms["general"]) == ()
    known = str(Household.objects.get(head_name="郝平").pk)
    row = {"household": known, "head_name": "郝平", "population": 2, "household_type": 3, "residence": 5}
    (receipt,) = county.submit(
        county.villages[0], "monitored", [row | {"insured_resident": 2, "phone": "13900000004"}]
    )
    assert receipt.status == "stored", receipt.said
    later = OPENS.replace(month=9)
    with clock.frozen(later):
        second = open_round(county.round.pack, county.pack, later, "tester")
        again = County(second, county.pack, county.villages)
        text = text_of(made(again, "pdf", forms="monitored").content, "-layout")
        assert re.search(r"郝平\s+2\s+13900000004\s+3\s+5", text), "户属性 and 居住地 of the last round"
        book = load_workbook(io.BytesIO(made(again, "xlsx", forms="monitored").content))
        cells = [c.value for row in book.worksheets[0].iter_rows() for c in row if row[1].value == "郝平"]
        assert 3 not in cells, "in a workbook it would be an answer"


def test_who_may(county: County) -> None:
    with pytest.raises(PermissionDenied):
        made(county, "xlsx", scope=scope_of("nobody"))
    assert not AuditEntry.objects.filter(action__startswith="export").exists()
