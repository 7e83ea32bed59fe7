"""Refused rows handed back: what stood above them stays behind, and ID numbers with it."""

from __future__ import annotations

import io

import openpyxl
import pytest
from tests.domain.intake.sheets import book, household_sheet, person, said, send

from paicha.domain.intake.refused_rows import returned_workbooks
from paicha.domain.intake.services import Source

pytestmark = pytest.mark.usefixtures("county")


def test_a_returned_row_says_what_its_ditto_meant() -> None:
    """The third row's 同上 is 李四 of the first; the sixth's has no reading and stays as typed."""
    rows = [
        person("张三"), person("李五", 排查人员签字="〃"), person("王六", 排查人员签字="同上", 居住地="不详"),
        person("赵七", 排查人员签字="√"), person("孙八", 排查人员签字="同上"),
        person("周九", 备注="证件610881198001011234"),
    ]  # fmt: skip
    sheet = household_sheet(*rows)
    result = send(sheet)
    assert {("R01", "E6"), ("R20", "N7"), ("R22", "N8"), ("R25", "O9")} <= set(said(result))
    assert all("1234" not in m.message + (m.read or "") for m in result.messages if m.code == "R25")
    assert said(result, "note") == [("R23", "N5"), ("R23", "N6")]
    ((_, content),) = returned_workbooks(result, [Source("表.xlsx", book(sheet))])
    cells = [[str(c or "") for c in row] for row in openpyxl.load_workbook(io.BytesIO(content)).active.values]
    found = {row[1]: row for row in cells if row[1] in ("王六", "赵七", "孙八", "周九")}
    assert [found[name][13] for name in ("王六", "赵七", "孙八")] == ["李四", "√", "同上"]
    assert found["周九"][14] == "证件610881" + "*" * 12
