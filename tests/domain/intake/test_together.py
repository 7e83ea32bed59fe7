"""Many files go in some villages to a transaction; a village stays what fails, what is audited and what is counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import OperationalError
from django.test.utils import CaptureQueriesContext
from tests.domain.intake.sheets import book, household_sheet, person, statistics_sheet
from tests.worlds.county import County, open_county, small_pack

from paicha.domain.accounts.policies import operator_scope
from paicha.domain.areas.models import Area
from paicha.domain.audit.models import AuditEntry
from paicha.domain.audit.queries import verify
from paicha.domain.intake.services import ImportResult, Source, import_files
from paicha.domain.responses.models import Revision, Upload, UploadVillage, VillageSummary

FILES = 15  # a file a village; from the twelfth file of an upload on, eight villages share a transaction
TOGETHER = 8


pytestmark = pytest.mark.django_db


@pytest.fixture
def wide(at_opening: datetime) -> County:
    """Two towns with fifteen villages."""
    return open_county(files=small_pack(villages=10))


def sources(county: County) -> list[Source]:
    """A file a village, with a row that goes in, one that is refused, and a form 4 that says one household too many."""
    made = []
    for n, area in enumerate(county.villages[:FILES]):
        town = area.parent.name if area.parent else ""
        rows = [person("张三"), person("李四", 有无安全住房="九")]
        figures = statistics_sheet([1, town, area.name, 1, 8, 8, 2, 2, 1 + n % 2, 0, 0, 0, None])
        sheets = household_sheet(*rows, village=area.name, town=town), figures
        made.append(Source(f"{n}.xlsx", book(*sheets)))
    return made


def sent(files: Sequence[Source], **more: Any) -> ImportResult:
    return import_files(files, scope=operator_scope("tester"), **more)


def stored() -> list[Any]:
    """All that tells what is in force: answers by village, summary rows, what stands in the chains, traces."""
    answers = Revision.objects.order_by("village__code", "form", "answers")
    rows = VillageSummary.objects.exclude(counts={}).order_by("code")
    entries = AuditEntry.objects.filter(action__startswith="responses.").order_by("chain", "seq")
    return [
        list(answers.values_list("village__code", "form", "number", "answers", "address")),
        list(rows.values_list("code", "counts", "added", "leads", "profile", "facts")),
        list(entries.values_list("chain", "seq", "action", "count")),
        list(UploadVillage.objects.order_by("village__code").values_list("village__code", flat=True)),
    ]


def said(result: ImportResult) -> list[tuple[str, str, str]]:
    return sorted((one.file, one.code, one.message) for one in result.messages)


class FailingVillage:
    """The database fails where a village's households come in."""

    def __init__(self, village: Area) -> None:
        self.village, self.times = village, 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "INTO households_registerversion" in sql and list(params) == [self.village.pk]:
            self.times += 1
            raise OperationalError("database or disk is full")
        return execute(sql, params, many, context)


def test_many_files_leave_what_a_few_at_a_time_leave(wide: County) -> None:
    files = sources(wide)
    alone, few = list[ImportResult](), CaptureQueriesContext(connection)
    with transaction.atomic():
        with few:
            alone = [sent(files[start : start + 5]) for start in range(0, FILES, 5)]
        before = stored()
        transaction.set_rollback(True)
    with CaptureQueriesContext(connection) as many:
        together = sent(files)
    assert stored() == before
    assert (together.rows, together.created, together.refused) == (2 * FILES, FILES, FILES)
    assert said(together) == sorted(line for result in alone for line in said(result))
    assert len(many) < 0.75 * len(few)
    assert verify() == []


@pytest.mark.django_db(transaction=True)  # a copy can be made of what is committed alone
def test_a_dry_run_of_many_says_what_the_import_says_and_leaves_no_entry(wide: County) -> None:
    files = sources(wide)
    dry = sent(files, dry_run=True)
    assert stored() == [[], [], [], []]
    assert said(dry) == said(sent(files))


def test_a_village_that_fails_lets_those_before_it_go_in_and_the_next_run_ends_as_an_undisturbed_one(
    wide: County,
) -> None:
    files, failing = sources(wide), FailingVillage(wide.villages[10])
    with transaction.atomic():
        sent(files)
        undisturbed = stored()
        transaction.set_rollback(True)
    with connection.execute_wrapper(failing), pytest.raises(OperationalError):
        sent(files)
    assert failing.times == 2, "once with the others of its transaction, once by itself"
    assert [code for code, *_ in stored()[0]] == [area.code for area in wide.villages[:10]]
    counted = Upload.objects.get().result or {}
    assert (counted["accepted"], counted["created"]) == (10, 10)
    again = sent(files)
    assert (again.created, again.unchanged, again.refused) == (5, 10, FILES)
    assert [rows for place, rows in enumerate(stored()) if place != 3] == [
        rows for place, rows in enumerate(undisturbed) if place != 3
    ]
    assert verify() == []


def test_an_upload_of_many_that_is_stopped_keeps_the_villages_that_it_had_begun(wide: County) -> None:
    class Stopped(Exception):
        pass

    passed = 0

    def between() -> None:
        nonlocal passed
        passed += 1
        if passed > TOGETHER + 3:
            raise Stopped

    with pytest.raises(Stopped):
        sent(sources(wide), between=between)
    assert len(stored()[0]) == TOGETHER + 3
