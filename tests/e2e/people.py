"""The people of a round, each at a browser of their own, and the few moves that every scene is made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from playwright.sync_api import Browser, Locator, Page, expect
from tests.e2e.conftest import PASSWORD, menu_entry
from tests.e2e.waits import open_context
from tests.worlds.ledger import SIGNERS, Ledgers
from tests.worlds.once import built_once
from tests.worlds.round import NEIGHBOUR, VILLAGE, World, build
from tests.worlds.townsfolk import settle

from paicha.domain import clock
from paicha.domain.accounts.models import Assignment, User
from paicha.domain.areas.models import Group

# What is said was said before this button was pressed: it must not be taken for what the button did.
FORGET = """(button) => {
  for (const one of document.querySelectorAll("[role=status]")) if (!one.contains(button)) one.textContent = "";
}"""


@dataclass
class Person:
    """Somebody at work. What holds: they begin at their own first page and go on by what they see there."""

    who: str
    page: Page

    def begins(self) -> Page:
        """The first page after signing in."""
        self.page.goto("/")
        return self.page

    def line(self, words: str) -> Locator:
        """A line of work on the page that is open."""
        return self.page.locator("ul.todo li", has_text=words)

    def has_to(self, *words: str) -> None:
        """The first page says that there is something to do."""
        self.begins()
        for said in words:
            expect(self.line(said).first).to_be_visible()

    def need_not(self, *words: str) -> None:
        """The first page doesn't, or no longer."""
        self.begins()
        for said in words:
            expect(self.line(said)).to_have_count(0)

    def sets_about(self, words: str) -> Page:
        """Begin, find the line of work, follow its link."""
        self.has_to(words)
        return self.follows(self.line(words).first.get_by_role("link").last)

    def follows(self, link: Locator) -> Page:
        """Click a link; returns once the page that it leads to is there: the next move must not find the page left."""
        with self.page.expect_navigation():
            link.click()
        return self.page

    def sees(self, *words: str) -> None:
        for said in words:
            expect(self.page.locator("main")).to_contain_text(said)

    def sees_nothing_of(self, *words: str) -> None:
        for said in words:
            expect(self.page.locator("main")).not_to_contain_text(said)

    def opens(self, name: str, row: str = "") -> Page:
        """A link by its words, in the row or line that says `row`."""
        within = self.row(row) if row else self.page.locator("main")
        return self.follows(within.get_by_role("link", name=name).first)

    def prints(self, name: str) -> bytes:
        """The PDF that a link of the page opens."""
        address = self.page.get_by_role("link", name=name).first.get_attribute("href")
        answer = self.page.request.get(str(address))
        assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf"), address
        return answer.body()

    def row(self, words: str) -> Locator:
        """A row of a table, or a line of a list."""
        return self.page.locator("main tbody tr, main li", has_text=words).first

    def tab(self, name: str) -> Page:
        """An entry of the place's menu, in the bar or behind 更多."""
        return self.follows(menu_entry(self.page, name))

    def presses(self, name: str, said: str | re.Pattern[str] = "") -> None:
        """A button by its words; what is said afterwards, or the page that follows."""
        button = self.page.get_by_role("button", name=name, exact=True).first
        if not said and button.evaluate("(one) => one.type === 'submit' && one.form?.method === 'post'"):
            with self.page.expect_navigation():  # nobody goes on before the page has answered
                button.click()
            return
        button.evaluate(FORGET)
        button.click()
        if said:
            expect(self.page.get_by_role("status").first).to_contain_text(said)

    def fills(self, answers: Mapping[str, object]) -> None:
        """Fields by their labels."""
        for label, value in answers.items():
            self.page.get_by_label(label, exact=True).first.fill(str(value))

    def picks(self, answers: Mapping[str, object]) -> None:
        """Options of the questions of a form by the question's name."""
        for name, value in answers.items():
            field_ = self.page.locator(f'[name="{name}"]')
            if field_.first.get_attribute("type") in ("radio", "checkbox"):
                self.page.locator(f'[name="{name}"][value="{value}"]').check()
            else:
                field_.first.fill(str(value))


@dataclass
class Cast:
    """Everybody of the round by the name of their account."""

    world: World
    browser: Browser
    at: str
    people: dict[str, Person] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def __getitem__(self, who: str) -> Person:
        if who not in self.people:
            self.signs_in(who, PASSWORD)
        return self.people[who]

    def signs_in(self, who: str, password: str) -> Person:
        """Somebody at a browser that nobody used before."""
        page = self.visitor()
        page.goto("/login/")
        page.get_by_label("账号").fill(who)
        page.get_by_label("密码").fill(password)
        page.get_by_role("button", name="登录", exact=True).click()
        page.wait_for_url(lambda url: "/login/" not in url)
        self.people[who] = Person(who, page)
        return self.people[who]

    def visitor(self) -> Page:
        """A browser at which nobody has signed in; what it complains about fails the test: CSP above all."""
        context = open_context(self.browser, self.at, viewport={"width": 1280, "height": 800})
        page = context.new_page()
        page.on("console", lambda m: self._note(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self._note(str(error)))
        return page

    def _note(self, said: str) -> None:
        if "status of 4" not in said:
            self.complaints.append(said)

    def leave(self) -> None:
        for person in self.people.values():
            person.page.context.close()

    def days_pass(self, days: int) -> date:
        """The demo home's clock goes on, for the server as for the test."""
        clock.move(timedelta(days=days))
        return clock.today()


@built_once
def gather() -> World:
    """The small world with a neighbour that has no monitored household, and everybody whom a round needs."""
    world = settle(build(clock.today() - timedelta(days=5), none_monitored={NEIGHBOUR}))
    clock.mark_demo()
    since = world.round.opens_on
    for name, role, kind, ref in (
        ("neighbour", "village_cadre", "village", NEIGHBOUR),
        ("medical", "department_officer", "department", "medical"),
    ):
        world.users[name] = User.objects.create_user(name, password=PASSWORD, name=f"{name}的姓名")
        Assignment.objects.create(user=world.users[name], role=role, kind=kind, ref=ref, since=since)
    second = Group.objects.get(village__code=VILLAGE, name="2")
    Assignment.objects.create(
        user=world.users["grid"], role="grid_worker", kind="group", ref=str(second.pk), since=since
    )
    the_neighbour = Ledgers(
        world
    )  # whose own survey is another story: it is done, and only the signatures are missing
    for head in ("贺生花", "折玉兰"):
        the_neighbour.answer(head, NEIGHBOUR)
    the_neighbour.profile(NEIGHBOUR, monitored_households=0, monitored_people=0, **SIGNERS)
    the_neighbour.explain(NEIGHBOUR)
    return world
