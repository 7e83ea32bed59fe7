"""A form that creates: who sends it from which page with what, and what there is once more of afterwards.

A row sets up what it needs just before it is tried; the rows run in their order in one world.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model, QuerySet
from django.urls import resolve
from tests.worlds.round import VILLAGE, World

from paicha.domain import clock
from paicha.domain.accounts.models import Assignment

AT = f"/area/{VILLAGE}/"
PDF = b"%PDF-1.4 signed\n%%EOF\n"
ANSWERS = {
    "population": "4", "residence": "1", "housing": "2", "schooling": "3", "water": "2", "insured_none": "0",
    "insured_resident": "4", "insured_employee": "0", "income_band": "4", "major_expense": "2", "civil_aid": ["5"],
    "enrol": "3", "surveyors": "李四",
}  # fmt: skip


@dataclass(frozen=True)
class Creation:
    """A form: `who` fills it in on `page` with `data` and sends it to `address`; `rows` counts what it creates."""

    who: str
    page: str
    data: dict[str, Any]
    rows: Callable[[], int]
    address: str = ""  # where it isn't its own page's

    @property
    def to(self) -> str:
        """The address that the form posts to."""
        return self.address or self.page.partition("#")[0]

    @property
    def route(self) -> str:
        """The name of that address as `addresses` says it."""
        return resolve(self.to.partition("?")[0]).view_name.removeprefix("desk:")

    def sending(self, once: str) -> dict[str, Any]:
        """What a browser sends; a file is read anew each time."""
        files = {name: SimpleUploadedFile(*v) for name, v in self.data.items() if isinstance(v, tuple)}
        return {**self.data, **files, "once": once}


Maker = Callable[[World], Creation]
MAKERS: dict[str, Maker] = {}
ROUTES: dict[str, str] = {}  # name of the address that each posts to


def creation(route: str) -> Callable[[Maker], Maker]:
    """Keep a row of the table under its function's name."""

    def keep(maker: Maker) -> Maker:
        MAKERS[maker.__name__], ROUTES[maker.__name__] = maker, route
        return maker

    return keep


def of(model: type[Model], **only: Any) -> Callable[[], int]:
    """Counts the rows of a model."""
    rows: QuerySet[Model] = model._default_manager.filter(**only)
    return rows.all().count


def trays() -> int:
    """Uploads and downloads under way, a folder each."""
    return len(list((Path(settings.MEDIA_ROOT) / "trays").glob("*")))


def today(days: int = 0) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


def assigned(world: World, who: str, role: str, kind: str, ref: object) -> None:
    Assignment.objects.create(user=world.users[who], role=role, kind=kind, ref=str(ref), since=clock.today())
