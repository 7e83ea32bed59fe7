"""Pages of the desk as a person reads them: each figure, the link that it stands in, and what opens behind it.

Why: a figure that nobody can open is a figure that nobody can dispute. What holds: a list says how many rows it has
in the element with id="count", or by data-rows="N" on what holds the rows; a link with a fragment means that part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

_UNIT = "个村|个镇|户|个|条|件|处|人|次|页|份|项|行|张"
COUNTED = re.compile(rf"(?:[^\d%]{{0,12}}\s)?([\d,]*\d)\s*(?:{_UNIT})?")
_VOID = frozenset({"base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})


@dataclass(slots=True, eq=False)
class Node:
    """An element: its attributes, its children and texts in order, what it stands in."""

    tag: str
    given: dict[str, str]
    above: Node | None
    inside: list[Node | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What is seen, without the words for a screen reader alone."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for part in self.inside:
            if isinstance(part, str):
                yield part
            elif "unseen" not in part.classes and part.tag != "script":
                yield from part._texts()

    @property
    def classes(self) -> list[str]:
        return self.given.get("class", "").split()

    def walk(self) -> Iterator[Node]:
        yield self
        for part in self.inside:
            if isinstance(part, Node):
                yield from part.walk()

    def around(self, tag: str = "", name: str = "") -> Node | None:
        """The nearest element around, or itself, of the tag or class."""
        node: Node | None = self
        while node is not None and not ((tag and node.tag == tag) or (name and name in node.classes)):
            node = node.above
        return node


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.now = self.root = Node("", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, self.now)
        self.now.inside.append(node)
        if tag not in _VOID:
            self.now = node

    def handle_endtag(self, tag: str) -> None:
        node = self.now.around(tag)
        if node is not None and node.above is not None:
            self.now = node.above

    def handle_data(self, data: str) -> None:
        self.now.inside.append(data)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number on a page. `kind`: link, num, figures, todo or big; `address`: what it opens, None where nothing."""

    n: int
    kind: str
    address: str | None
    label: str  # the column or the words beside it
    beside: str = ""  # what the first link of its row opens


@dataclass(frozen=True, slots=True)
class Page:
    """One page that was opened at an address."""

    address: str
    root: Node

    @classmethod
    def read(cls, address: str, html: str) -> Page:
        reader = _Reader()
        reader.feed(html)
        return cls(address, reader.root)

    def links(self) -> Iterator[tuple[str, Node]]:
        """Every link of the page but for the parts on every page, with where it leads."""
        for node in self.root.walk():
            if node.tag == "a" and "href" in node.given and node.around("header") is None:
                yield joined(self.address, node.given["href"]), node

    def figures(self) -> Iterator[Figure]:
        """What must open, and every other link that is a number."""
        for address, node in self.links():
            n = number(node.text)
            if n is not None:
                yield Figure(n, "link", address, _label(node))
        for node in self.root.walk():
            kind = _kind(node)
            n = number(node.text) if kind else None
            if n is None or node.around("a") is not None or any(part.tag == "a" for part in node.walk()):
                continue
            line = node.around("li") if kind == "todo" else None
            link = next((part for part in line.walk() if part.tag == "a"), None) if line is not None else None
            address = joined(self.address, link.given["href"]) if link is not None else None
            yield Figure(n, kind, address, _label(node), self._beside(node))

    def _beside(self, node: Node) -> str:
        row = node.around("tr")
        link = next((part for part in row.walk() if part.tag == "a"), None) if row is not None else None
        return joined(self.address, link.given["href"]) if link is not None else ""

    def counts(self, fragment: str = "") -> list[int]:
        """How many rows the page says that it lists, in the part that the fragment names."""
        part = next((node for node in self.root.walk() if node.given.get("id") == fragment), None)
        nodes = list((part if fragment and part is not None else self.root).walk())
        rows = [int(node.given["data-rows"]) for node in nodes if "data-rows" in node.given]
        total = [number(node.text) for node in nodes if node.given.get("id") == "count"]
        return rows + [n for n in total if n is not None]


def number(text: str) -> int | None:
    """The number that a text is, '1,024 户' too; None where it is none, or says more."""
    found = COUNTED.fullmatch(text)
    return int(found[1].replace(",", "")) if found else None


def joined(address: str, href: str) -> str:
    """Where a link leads, as browsers read it: '?' alone clears the query."""
    return urlsplit(address).path + href if href.startswith("?") else urljoin(address, href)


def part_of(address: str) -> tuple[str, str]:
    """An address without its fragment, and the fragment."""
    whole, fragment = urldefrag(address)
    return whole, fragment


def _kind(node: Node) -> str:
    if node.tag == "td" and "num" in node.classes:
        return "num"
    if node.tag == "strong" and node.around(name="figures") is not None:
        return "figures"
    if "n" in node.classes and node.around(name="todo") is not None:
        return "todo"
    return "big" if "big" in node.classes else ""


def _label(node: Node) -> str:
    cell = node.around("td")
    if cell is not None and cell.given.get("data-label"):
        return cell.given["data-label"]
    if cell is not None and cell.above is not None:
        place = [part for part in cell.above.inside if isinstance(part, Node)].index(cell)
        table = cell.around("table")
        assert table is not None
        head = next((part for part in table.walk() if part.tag == "tr"), None)
        names = [part.text for part in head.inside if isinstance(part, Node)] if head is not None else []
        return names[place] if place < len(names) else ""
    line = node.around("li") or node.around("p") or node.around("section")
    return line.text[:60] if line is not None else ""
