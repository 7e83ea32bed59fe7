"""What nobody types but what comes anyway, sent to every form and address of the desk: names found, not listed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from django.test import Client
from django.urls import resolve

import paicha.delivery.desk

# Signs that no database keeps, numbers that no column holds, digits that are none to `int`, ends of the calendar.
ODD = {
    "nul": "a\0b", "signs": "\x1b[1m王\x0b建\ufffe\u202e", "huge": "9" * 25, "longest": "9" * 5000, "raised": "²",
    "first day": "0001-01-01", "last day": "9999-12-31", "uuid": "00000000-0000-0000-0000-00000000000z",
    "long": "长" * 1200, "half": r"\ud83d", "json": '{"a": "\\u0000\\ud800"}', "lines": "a\r\nSet-Cookie: b=c\r\n",
}  # fmt: skip
_TYPED = ("text", "number", "date", "tel", "email", "search", "password")
_ID = "[0-9a-f-]{36}|[0-9]+"
_ASKED = re.compile(r"""(?:GET|asked|data)(?:\.get|\.getlist)?[(\[]["'](\w+)["']""")
_POSTED = re.compile(
    r"""(?:POST|posted|given|post|typed|sent|data)(?:\.get|\.getlist|\.pop)?[(\[]["'](\w+)["']"""
)


@dataclass
class Form:
    """A form as a page shows it: where it goes, and what it would send untouched."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)  # fields in which something is typed


class _Forms(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address, self.found, self.select = address, [], ""
        self.by_id: dict[str, Form] = {}
        self.now: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method") == "post":
            self.now = Form(given.get("action") or self.address)
            self.found.append(self.now)
            self.by_id[given.get("id", "")] = self.now
        name = given.get("name", "")
        into = self.by_id.get(given["form"]) if given.get("form") else self.now
        if not name or into is None or name == "csrfmiddlewaretoken":
            return
        if tag == "select":
            self.select = name
        if tag in ("input", "select", "textarea", "button"):
            into.fields.setdefault(name, given.get("value", ""))
        if tag == "textarea" or (tag == "input" and given.get("type", "text") in _TYPED):
            into.texts.append(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.now = None


def forms_of(address: str, page: str) -> list[Form]:
    """The forms of a page that post."""
    reader = _Forms(address)
    reader.feed(page)
    return reader.found


@cache
def _names(path: str, posted: bool) -> frozenset[str]:
    return frozenset((_POSTED if posted else _ASKED).findall(Path(path).read_text(encoding="utf-8")))


def names_of(address: str, *, posted: bool) -> list[str]:
    """Names that the view behind an address asks for, as its module writes them."""
    view: Any = resolve(address.partition("?")[0]).func
    path = (
        view.__wrapped__.__code__.co_filename if hasattr(view, "__wrapped__") else view.__code__.co_filename
    )
    if "paicha" not in path:
        return []
    return sorted(_names(path, posted) | ({"page", "group", "as"} if not posted else set()))


def shape(form: Form) -> str:
    """Forms of one shape are tried once: the address's name, and its fields without ids."""
    where = resolve(form.action.partition("?")[0].partition("#")[0]).url_name
    return f"{where} {sorted({re.sub(_ID, '#', name) for name in form.fields})}"


def variants(fields: dict[str, str], *, thorough: bool, singly: bool = True) -> Iterator[dict[str, str]]:
    """The fields with odd values: all at once, then one after another, each with every value or with one."""
    for odd in ODD.values():
        yield dict.fromkeys(fields, odd)
    if not singly and not thorough:
        return
    shapes = {re.sub(_ID, "#", name): name for name in fields}  # one of a sheet's fifteen rows
    for at, name in enumerate(fields if thorough else shapes.values()):
        values = list(ODD.values())
        for odd in values if thorough else [values[at % len(values)]]:
            yield fields | {name: odd}


def desk_folder() -> Path:
    return Path(paicha.delivery.desk.__file__).parent


def signed(client: Client, user: Any) -> Client:
    client.force_login(user, backend="paicha.domain.accounts.backend.AccountBackend")
    return client
