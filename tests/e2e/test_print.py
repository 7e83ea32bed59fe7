"""Pages that are taken to a meeting, printed from a real browser: no navigation, nothing to press, page numbers."""

from __future__ import annotations

from playwright.sync_api import Page
from tests.e2e.conftest import sign_in
from tests.formats.test_pdf import poppler, squeezed
from tests.worlds.round import VILLAGE, World

# page of the village, what stands on its paper
_PAPERS = [
    ("leads/", "线索"),
    ("problems/", "问题清单"),
    ("forms/statistics/", "支部书记签字"),
    ("cases/", "研判"),
    ("plan/list/", "入户名单"),
    ("returns/", "退回"),
]


@poppler
def test_what_is_taken_to_a_meeting_prints_as_paper(page: Page, world: World) -> None:
    sign_in(page, "cadre")
    for address, said in _PAPERS:
        page.goto(f"/area/{VILLAGE}/{address}")
        text = squeezed(page.pdf(format="A4", prefer_css_page_size=True))
        assert said in text, address
        assert "第1页，共" in text, f"{address}: {text[-60:]}"
        for pressed in ("跳到正文", "我的待办", "更多", "退出", "复制"):
            assert pressed not in text, f"{address} prints {pressed}"
