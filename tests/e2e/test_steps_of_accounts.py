"""Three hundred accounts in clicks and keys: one form each before, one list now; and every slip on paper.

Before (one form of the stock admin each): 300 × 6 clicks and 26 keys, with a code of twelve digits to look up. What is
counted here is what the browser sees; names and numbers are typed into the workbook, as they were into the forms.
"""

from __future__ import annotations

import re

from playwright.sync_api import expect
from tests.e2e.people import Cast
from tests.e2e.test_steps import Counted, Steps
from tests.worlds.round import NEIGHBOUR, VILLAGE

from paicha.domain.accounts.models import User

PEOPLE = 300


def people() -> bytes:
    """A list of three hundred people in two villages."""
    rows = [
        f"{(VILLAGE, NEIGHBOUR)[n % 2]},人员{n},1390000{n:04d},{('村干部', '信息员', '网格员')[n % 3]}"
        for n in range(PEOPLE)
    ]
    return "\n".join(["村,姓名,手机号,角色", *rows]).encode()


def test_three_hundred_accounts_and_their_slips(cast: Cast) -> None:
    admin = cast["administrator"]
    counted = Counted(admin)
    admin.opens("按名单建账号")
    file = {"name": "账号名单.csv", "buffer": people(), "mimeType": "text/csv"}
    admin.page.get_by_label("选填好的名单").set_input_files(file)
    with admin.page.expect_navigation():
        admin.page.get_by_role("button", name="先看看会怎样").click()
    admin.sees(f"新建 {PEOPLE} 个账号")
    with admin.page.expect_navigation():
        admin.page.get_by_role("button", name=f"建 {PEOPLE} 个账号").click()
    slips = admin.page.locator(".slips li")
    expect(slips).to_have_count(PEOPLE)
    assert counted.taken == Steps(clicks=3, keys=0)
    said = slips.first.inner_text()
    found = re.search(r"首次密码\s+(\w{14})", said)
    user = User.objects.get(username="13900000000")
    assert "人员0" in said and found and user.check_password(found[1])
    printed = admin.page.pdf(format="A4")
    pages = len(re.findall(rb"/Type\s*/Page\b", printed))
    assert PEOPLE // 20 <= pages <= PEOPLE // 8, pages  # eight to twenty slips a page
