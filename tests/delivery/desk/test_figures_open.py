"""Figures open: every number on a page of the desk is a link to its rows, and the rows' count is the number.

What holds: the pages are come to by links from every address that needs no record, by somebody with every role, in
a world with something on every list; what does not open is named below, each with its reason.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve
from tests.delivery.desk import access
from tests.delivery.desk.figures import Figure, Page, part_of
from tests.worlds.busy import busy
from tests.worlds.round import World

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SHAPES = 3  # pages looked at of one address on one level with one filter; the rows of every figure are opened
FREE = frozenset({"head", "household", "group", "rule", "page", "by", "village", "lead", "from", "finding"})

# (page, column or words), why a figure has no rows of its own to open
CLOSED: dict[tuple[str, str], str] = {
    ("", "人口"): "what a household is, not a count of rows",
    ("weekly", "走访户数"): "what the grid worker wrote of one round",
    ("sample", "序号"): "where a household stands in the draw",
    ("sample", "分数"): "a weight",
    ("sample_results", "不一致"): "questions of one household, named on its own page",
    ("samples", "抽"): "how many will be drawn, before they are",
    ("pictures", "按天平均应到"): "days times households, not rows",
    ("pictures", "一共"): "a sum of the days above, each of which opens",
    ("handup", "现在"): "above villages, figures of form 2 added up: each village's page opens its own",
    ("handup", "上报时"): "what was, in the frozen copy; what is now stands beside it and opens",
}

# Numbers of form 2 are what the village wrote: they open the form, where they must stand, and no list of rows.
WRITTEN = "/forms/village_profile/"
LEADS = ("households", "线索")  # a household's: the name beside opens them
ADDED = ("expected", "村情表")  # a town's, added up: opens the page that has its villages' own


class Walk:
    """The pages that somebody comes to by links alone, each opened once."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.pages: dict[str, Page | None] = {}
        self.shut: dict[str, int] = {}
        self.shapes: dict[str, int] = {}
        self.own_entries = (
            f"?who={client.session.get('_auth_user_id')}&"  # of the log: each page adds to them
        )

    def open(self, address: str) -> Page | None:
        """The page at an address; None for a file, or where there is none."""
        if address not in self.pages:
            response = self.client.get(address, follow=True)
            html = response.headers.get("Content-Type", "").startswith("text/html")
            if response.status_code >= 300:
                self.shut[address] = response.status_code
            whole = html and response.status_code == 200
            self.pages[address] = Page.read(address, response.content.decode()) if whole else None
        return self.pages[address]

    def from_(self, starts: list[str]) -> list[Page]:
        """Pages in the order in which they are come to, a few of each shape."""
        waiting, found = deque(starts), []
        while waiting:
            address = waiting.popleft()
            page = self.open(address) if self._fresh(address) else None
            if page is not None:
                found.append(page)
                waiting += [part_of(link)[0] for link, _ in page.links() if link.startswith("/")]
        return found

    def _fresh(self, address: str) -> bool:
        name, parts = name_of(address), urlsplit(address)
        code = parts.path.split("/")[2] if parts.path.startswith("/area/") else ""
        level = "county" if code.endswith("000000") else "town" if code.endswith("000") else "village"
        asked = sorted((key, "" if key in FREE else value) for key, value in parse_qsl(parts.query))
        shape = f"{name} {level if code else ''} {asked}"
        same = "as=" in parts.query or "sort=" in parts.query  # another look of rows that were seen
        if not name or same or address in self.pages:
            return False
        self.shapes[shape] = self.shapes.get(shape, 0) + 1
        return self.shapes[shape] <= SHAPES


def name_of(address: str) -> str:
    try:
        return resolve(urlsplit(address).path).url_name or ""
    except Resolver404:
        return ""


def first_addresses(world: World) -> list[str]:
    """Every address that needs no record; what has one is come to by links. The table's own records are undone."""
    with transaction.atomic():
        found = [ask.address for ask in access.asks(world) if ask.policy.of in ("area", "own", "household")]
        transaction.set_rollback(True)
    return ["/mine/", *found]


def wrong(walk: Walk, page: Page, figure: Figure) -> Iterator[str]:
    """What is wrong with a figure, in words."""
    name = name_of(page.address)
    if (name, figure.label) == LEADS:
        target = walk.open(figure.beside)
        if target is None or figure.n not in target.counts("why"):
            yield f"{figure.n} leads, not so many on {figure.beside}"
        return
    if figure.address is None:
        if figure.n and not any(at in ("", name) and figure.label.startswith(words) for at, words in CLOSED):
            yield f"{figure.n} opens nothing"
        return
    address, part = part_of(figure.address)
    target = walk.open(address)
    if target is None:
        yield f"{figure.n} opens {address}, which is no page"
    elif address.endswith(WRITTEN):
        if not any(node.text.startswith(str(figure.n)) for node in target.root.walk()):
            yield f"{figure.n} opens {address}, where it does not stand"
    elif (name_of(address), figure.label) == ADDED or walk.own_entries in address:
        return
    elif figure.n not in (counts := target.counts(part)):
        yield f"{figure.n} opens {figure.address}, which lists {counts or 'rows without their count'}"


def test_every_figure_opens_into_as_many_rows(world: World) -> None:
    starts = first_addresses(world)
    busy(world)
    walk = Walk(access.signed_in(access.everything(world)))
    pages = walk.from_(starts)
    figures = [(page, figure) for page in pages for figure in page.figures()]
    found: dict[str, list[str]] = {}
    for page, figure in figures:
        for said in wrong(walk, page, figure):
            at = f"{name_of(page.address)} {figure.kind} {figure.label[:40]}"
            found.setdefault(at, []).append(f"{page.address}: {said}")
    dead = {address: status for address, status in walk.shut.items() if address not in starts}
    assert not dead, dead
    assert len(figures) > 5000
    assert not found, "\n".join(f"{at} ({len(said)}): {said[0]}" for at, said in sorted(found.items()))


@pytest.mark.parametrize(
    ("html", "read"),
    [
        ('<a href="/x/"><strong>1,024</strong></a>', [(1024, "link", "/x/")]),
        ('<a href="?">全部 12</a>', [(12, "link", "/at/")]),
        ('<a href="?only=late#rows">3 户</a>', [(3, "link", "/at/?only=late#rows")]),
        ('<a href="/x/">看 2021 年的</a>', []),
        ("<table><tr><td class='num'>7</td></tr></table>", [(7, "num", None)]),
        ("<table><tr><td class='num'><a href='/x/'>7</a></td></tr></table>", [(7, "link", "/x/")]),
        ("<table><tr><td class='num'>7%</td></tr></table>", []),
        ("<div class='figures'><p><strong>7</strong></p></div>", [(7, "figures", None)]),
        ("<p><strong>7</strong></p>", []),
        (
            "<ul class='todo'><li><span class='n'>7</span>户<a href='/x/'>去看</a></li></ul>",
            [(7, "todo", "/x/")],
        ),
        ("<ul class='todo'><li><span class='n'>7</span>户</li></ul>", [(7, "todo", None)]),
        ("<p class='big'>7</p>", [(7, "big", None)]),
    ],
)
def test_figures_are_read_as_people_read_them(html: str, read: list[tuple[int, str, str | None]]) -> None:
    found = [(f.n, f.kind, f.address) for f in Page.read("/at/?only=soft", html).figures()]
    assert [(n, kind, a.rstrip("?") if a else a) for n, kind, a in found] == read


@pytest.mark.parametrize(
    ("html", "part", "counts"),
    [
        ('<p>共 <strong id="count">1,024</strong> 户</p>', "", [1024]),
        ('<table id="a" data-rows="3"></table><table id="b" data-rows="4"></table>', "", [3, 4]),
        ('<table id="a" data-rows="3"></table><table id="b" data-rows="4"></table>', "b", [4]),
        ("<table><tr><td>1</td></tr></table>", "", []),
    ],
)
def test_a_list_says_how_many_rows_it_has(html: str, part: str, counts: list[int]) -> None:
    assert Page.read("/at/", html).counts(part) == counts


class _Told(Walk):
    """A walk over pages that are given, not asked for."""

    def __init__(self, pages: dict[str, str]) -> None:
        super().__init__(Client())
        self.pages = {address: Page.read(address, html) for address, html in pages.items()}


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (Figure(3, "link", "/visits/", ""), ""),
        (Figure(4, "link", "/visits/", ""), "4 opens /visits/, which lists [3]"),
        (Figure(3, "link", "/mine/", ""), "3 opens /mine/, which lists rows without their count"),
        (Figure(3, "num", None, "户"), "3 opens nothing"),
        (Figure(0, "num", None, "户"), ""),
    ],
)
def test_a_figure_of_other_rows_is_found_out(figure: Figure, said: str) -> None:
    walk = _Told({"/visits/": '<table data-rows="3"></table>', "/mine/": "<p>三户</p>"})
    assert "；".join(wrong(walk, Page.read("/", ""), figure)) == said
