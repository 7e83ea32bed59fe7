"""The steps that the five commonest tasks take from the person's own first page, counted by the browser itself.

Why: a step less is a step that nobody teaches in the villages. What holds: a click is one; a key is one; what an
input method puts in counts a key a character; picking from a drop-down list counts two clicks, to open and to pick.
The bounds are what is reached now: a change that makes a task longer fails here.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import expect
from tests.e2e.people import Cast, Person
from tests.e2e.test_entry import ANSWERS, GROUP, SURVEYORS, fifteen_households
from tests.worlds.ledger import Ledgers

from paicha.domain.responses.models import Finding
from paicha.domain.rounds.models import RosterEntry

COUNT = """
{
  const add = (what, n) => sessionStorage.setItem(what, Number(sessionStorage.getItem(what)) + n);
  let keyed = false;
  addEventListener("click", (event) => event.isTrusted && event.detail > 0 && add("clicks", 1), true);
  addEventListener("change", (event) => event.target instanceof HTMLSelectElement && add("clicks", 2), true);
  addEventListener("keydown", (event) => { keyed = true; event.isTrusted && add("keys", 1); }, true);
  addEventListener("keyup", () => { keyed = false; }, true);
  addEventListener("beforeinput", (event) => { if (!keyed) add("keys", (event.data ?? "").length); }, true);
}
"""


@dataclass(frozen=True)
class Steps:
    clicks: int
    keys: int


@dataclass
class Counted:
    """Somebody whose steps are counted from now on, at the first page."""

    person: Person

    def __post_init__(self) -> None:
        self.person.page.add_init_script(COUNT)
        self.person.begins()
        self.again()

    def again(self) -> None:
        self.person.page.evaluate("sessionStorage.clear()")

    @property
    def taken(self) -> Steps:
        read = "['clicks', 'keys'].map((what) => Number(sessionStorage.getItem(what)))"
        clicks, keys = self.person.page.evaluate(read)
        return Steps(clicks, keys)


def work(person: Person, words: str) -> None:
    """Follow a line of work of the page that is open."""
    person.line(words).first.get_by_role("link").last.click()


def test_a_sheet_of_fifteen_households(cast: Cast) -> None:
    fifteen_households(cast.world)
    cadre = cast["cadre"]
    counted, keys = Counted(cadre), cadre.page.keyboard
    cadre.tab("录入")
    cadre.opens("开始填", row="三组")
    expect(cadre.page.locator("#everybody")).to_be_focused()
    keys.insert_text(SURVEYORS)
    keys.press("Enter")
    for number in range(1, 16):
        expect(cadre.page.get_by_label(f"户主{number:02d}，居住地")).to_be_focused()
        for digit in ANSWERS:
            keys.press(digit)
        keys.press("Enter")
    expect(cadre.page.locator("#said")).to_contain_text("这一张都存好了")
    assert RosterEntry.objects.filter(household__group=GROUP, outcome=1).count() == 15
    assert counted.taken == Steps(clicks=2, keys=len(SURVEYORS) + 1 + 15 * 12)


@pytest.mark.parametrize(("state", "word"), [("dismissed", "不属实"), ("confirmed", "属实")])
def test_a_lead_is_settled(cast: Cast, state: str, word: str) -> None:
    cadre = cast["cadre"]
    counted = Counted(cadre)
    cadre.opens("处理", row="高兰花")
    cadre.page.get_by_label("入户核实，情况属实" if state == "confirmed" else "风险已消除").check()
    cadre.presses(word, "已记为")
    lead = Finding.objects.get(household=cast.world.household("高兰花"), rule="S01")
    assert (lead.state, bool(lead.reason)) == (state, True)
    assert counted.taken == Steps(clicks=3, keys=0)


def test_a_village_is_handed_up(cast: Cast) -> None:
    neighbour = cast["neighbour"]
    counted = Counted(neighbour)
    work(neighbour, "份台账可以上报了")
    neighbour.presses("上报给镇街", "第 1 次上报已经收下")
    assert counted.taken == Steps(clicks=2, keys=0)


def test_a_village_is_audited_and_the_next(cast: Cast) -> None:
    ledgers = Ledgers(cast.world)
    ledgers.complete()
    for code, who in zip(cast.world.areas, ("cadre", "neighbour"), strict=False):
        ledgers.hand_up(code, who=who)
    town = cast["town"]
    counted = Counted(town)
    work(town, "个村的台账等审核")
    town.opens("古今滩村")
    town.presses("通过")
    town.sees("结果：通过")
    assert counted.taken == Steps(clicks=3, keys=0)
    counted.again()
    town.opens("接着审核")
    town.presses("通过")
    town.sees("结果：通过")
    assert counted.taken == Steps(clicks=2, keys=0)


def test_a_sample_is_drawn(cast: Cast) -> None:
    cast.days_pass(15)
    city = cast["city"]
    counted = Counted(city)
    work(city, "个村里还没抽查")
    city.presses("抽取", "抽取了 3 个村、26 户")
    assert counted.taken == Steps(clicks=2, keys=0)
