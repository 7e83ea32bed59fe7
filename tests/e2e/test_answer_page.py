"""Where a question, its options and its help stand on the page of one household, at a desk and on a small screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.conftest import sign_in
from tests.worlds.round import VILLAGE, World

MEASURED = """() => [...document.querySelectorAll('[data-q]')].map((box) => {
    const at = (one) => one.getBoundingClientRect().toJSON();
    const range = document.createRange();
    range.selectNodeContents(box.querySelector('legend, label'));
    return { name: box.dataset.q, box: at(box), asked: at(range), options: at(box.querySelector('.opts')),
             help: box.querySelector('details') ? at(box.querySelector('details')) : null };
})"""


def places(world: World) -> list[str]:
    known = [world.household(head).pk for head in ("高兰花", "白润喜", "郝平")]
    return [f"/area/{VILLAGE}/add/", *(f"/household/{pk}/answer/" for pk in known)]


@pytest.mark.parametrize("width", [360, 1024, 1280, 1600])
@pytest.mark.parametrize("opened", [False, True], ids=["help folded", "help open"])
def test_options_stand_beside_their_question(page: Page, world: World, width: int, opened: bool) -> None:
    page.set_viewport_size({"width": width, "height": 860})
    sign_in(page, "cadre")
    for address in places(world):
        page.goto(address)
        if opened:
            page.evaluate("document.querySelectorAll('[data-q] details').forEach((one) => one.open = true)")
        questions = page.evaluate(MEASURED)
        assert any(q["help"] for q in questions), "no question with help: this looks at nothing"
        for q in questions:
            said = (address, q["name"], q)
            if width == 360:
                assert 0 <= q["options"]["top"] - q["asked"]["bottom"] <= 24, said
            else:
                assert 0 <= q["options"]["left"] - q["box"]["left"] <= 300, said
                assert q["options"]["right"] - q["options"]["left"] >= width / 4, said
                assert q["options"]["top"] < q["asked"]["bottom"], said
                assert q["asked"]["top"] < q["options"]["bottom"], said
            if q["help"]:
                assert q["help"]["top"] >= q["options"]["bottom"], said
        bottoms = [q["box"]["bottom"] for q in questions]
        assert bottoms == sorted(bottoms)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_first_empty_required_question_takes_the_focus(page: Page, world: World) -> None:
    """Not the remark, which may stay empty and stands in the middle."""
    sign_in(page, "cadre")
    everything = f"/household/{world.household('高兰花').pk}/answer/"
    for address, first in [
        (everything, "population"),  # nothing is missing: from the top
        (f"/household/{world.household('贺生花').pk}/answer/", "residence"),
        (f"/area/{VILLAGE}/add/", "group"),
    ]:
        page.goto(address)
        inside = page.locator(f"[data-q={first}]").locator(":focus")
        expect(inside).to_have_count(1)
        expect(inside).to_be_in_viewport()
