"""What a clerk does for each change of a household's life, from its page: clicks and keys, counted by the browser.

What holds: every change and its undoing take one form of a few fields on the household's own page; the words of the
reason count as keys. The bounds are what is reached now: a change that makes an act longer fails here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import expect
from tests.e2e.people import Cast, Person
from tests.e2e.test_steps import Counted, Steps

from paicha.domain.households.models import Household, HouseholdEvent

HEAD, OTHER, REASON = "贺生花", "高兰花", "村里核实过"


@dataclass(frozen=True)
class Act:
    """`types`: what is typed into fields by their labels; `picks`: what is picked from lists."""

    title: str
    kind: str
    steps: Steps
    types: dict[str, str] = field(default_factory=dict)
    picks: dict[str, str] = field(default_factory=dict)


ACTS = (
    Act("迁移", "move", Steps(3, 6), types={"哪个组（空着是不分组）": "5"}),
    Act("更正类别", "class", Steps(4, 5), picks={"应是": "lifted"}),
    Act("分户", "split", Steps(3, 8), types={"新户户主": "贺小花"}),
    Act("并到另一户", "merge", Steps(3, 8), types={"并到哪一户（户编号，或本村户主姓名）": OTHER}),
    Act("销户", "close", Steps(4, 5), picks={"为什么": "dead"}),
)


def does(person: Person, act: Act) -> None:
    """Open the act, fill its form by mouse and keyboard, send it."""
    panel = person.page.locator("details", has=person.page.locator(f"summary:text-is('{act.title}')"))
    panel.locator("summary").click()
    for label, words in act.types.items():
        box = panel.get_by_label(label)
        box.click()
        box.select_text()
        person.page.keyboard.insert_text(words)
    for label, value in act.picks.items():
        panel.get_by_label(label).select_option(value)
    panel.get_by_label("原因").focus()  # by the tabulator from the field before
    person.page.keyboard.insert_text(REASON)
    with person.page.expect_navigation():
        panel.get_by_role("button").last.click()


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.kind)
def test_a_change_and_its_undoing(cast: Cast, act: Act) -> None:
    household = cast.world.household(HEAD)
    before = Household.objects.filter(pk=household.pk).values().get()
    clerk = cast["cadre"]
    counted = Counted(clerk)
    clerk.page.goto(f"/household/{household.pk}/")
    expect(clerk.page.get_by_role("heading", name="变动")).to_be_visible()
    counted.again()
    does(clerk, act)
    event = HouseholdEvent.objects.get(kind=act.kind)
    taken = counted.taken
    clerk.page.goto(
        f"/household/{event.household_id}/life/"
    )  # a split is an event of the household that is new
    counted.again()
    with clerk.page.expect_navigation():
        clerk.page.get_by_role("button", name=re.compile("^撤销$")).first.click()
    undoing = counted.taken
    event.refresh_from_db()
    after = Household.objects.filter(pk=household.pk).values().get()
    assert event.undone_at is not None
    assert {k: v for k, v in after.items() if k != "past"} == {k: v for k, v in before.items() if k != "past"}
    assert (taken, undoing) == (act.steps, Steps(1, 0))
