"""The file of a list: every row that its page's filter keeps, as a workbook.

What holds: the address that narrows a page narrows its file; whoever takes a list along has the right to, there; what
leaves the house is one entry of the audit, with its checksum and the number of rows; rows are written as they are read.
A list of more than AT_ONCE rows is made by the worker, which asks the same view as the same person (`ListRequest`).
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import urlencode

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import resolve, reverse

from paicha.delivery.desk.shell.listing import Column, Rows
from paicha.delivery.desk.shell.page import as_file
from paicha.delivery.desk.shell.places import Place, require
from paicha.domain.accounts.models import User
from paicha.domain.accounts.roles import Verb
from paicha.domain.audit.services import Entry, actor_chain, append
from paicha.domain.reports.documents import watermark
from paicha.formats import xlsx
from paicha.formats.documents import ListSheet, Value

AT_ONCE = 5000  # rows
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TELL_EVERY = 500  # rows

T = TypeVar("T")


class ListRequest(HttpRequest):
    """A list that the worker asks for, as `user`: written to `target`; `tell` hears (rows so far, in all)."""

    def __init__(self, address: str, user: User, target: Path, tell: Callable[[int, int], None]) -> None:
        super().__init__()
        self.method, self.user, self.target, self.tell = "GET", user, target, tell
        self.path, _, query = address.partition("?")
        self.path_info, self.GET = self.path, QueryDict(f"{query}&as=xlsx")
        self.name = ""  # of the file, once it is written

    def run(self) -> str:
        """Write the file; its name. Raises Http404 and PermissionDenied as the page would, also for what is no list."""
        found = resolve(self.path)
        found.func(self, *found.args, **found.kwargs)
        if not self.name:
            raise Http404
        return self.name


@dataclass(frozen=True, slots=True)
class ListFile(Generic[T]):
    """A list that may be taken along. `name`: of what is read, for the audit; `verb`: the right to take it."""

    name: str
    title: str
    columns: Sequence[Column[T]]
    rows: Rows[T]
    verb: Verb = Verb.EXPORT

    def offer(self, place: Place) -> int:
        """How many rows its page offers to take along; 0 without a right to."""
        return self.rows.total if place.may(self.verb) else 0

    def answer(self, request: HttpRequest, place: Place) -> HttpResponse:
        """The workbook; where it is too long for that, the page that asks the worker. Raises PermissionDenied."""
        require(place, self.verb)
        if isinstance(request, ListRequest):
            self._write(request.target, place, str(request.user), request.tell)
            request.name = f"{self.title}.xlsx"
            return HttpResponse()
        if self.rows.total > AT_ONCE:
            query = urlencode({"list": request.get_full_path(), "n": self.rows.total})
            return HttpResponseRedirect(f"{reverse('desk:list_file', args=[place.code])}?{query}")
        with tempfile.TemporaryDirectory() as made:
            target = Path(made) / "list.xlsx"
            self._write(target, place, str(request.user), lambda _n, _total: None)
            return as_file(target.read_bytes(), XLSX, f"{self.title}.xlsx")

    def _write(self, target: Path, place: Place, who: str, tell: Callable[[int, int], None]) -> None:
        titles, widths = [c.title for c in self.columns], [c.width for c in self.columns]
        written = 0

        def cells() -> Iterator[list[Value]]:
            nonlocal written
            for row in self.rows.every():
                yield [column.text(row) for column in self.columns]
                written += 1
                if written % _TELL_EVERY == 0:
                    tell(written, self.rows.total)

        sheet = ListSheet(self.title, self.title, titles, widths, cells())
        xlsx.write_long(sheet, place.pack, target, footer=watermark(who))
        with target.open("rb") as opened:
            mark = hashlib.file_digest(opened, "sha256").hexdigest()
        actor = place.scope.actor
        with transaction.atomic():
            append(
                [Entry(actor_chain(actor), actor, f"export.{self.name}", f"area:{place.code}", mark, written)]
            )


def asks_for_file(request: HttpRequest) -> bool:
    """Whether the list is asked for as a workbook."""
    return request.GET.get("as") == "xlsx"
