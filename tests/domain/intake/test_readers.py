"""A file that brings its reading process down ends in one sentence; the others go in."""

from __future__ import annotations

import os
import signal
import time

import pytest
from tests.domain.intake.sheets import book, household_sheet, person
from tests.domain.reports.build import County

from paicha.domain.accounts.policies import operator_scope
from paicha.domain.households.models import Household
from paicha.domain.intake.services import ImportResult, Source, import_files


class Killer(Source):
    """A file that brings down whoever reads it, as one that eats all memory does."""

    def read(self) -> bytes:
        assert os.environ.get("PAICHA_TESTS_PID") != str(os.getpid()), "only a reading process may die"
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


@pytest.mark.parametrize("deadly", [(20, 47)])
@pytest.mark.django_db(transaction=True)
def test_a_file_that_kills_its_reader_is_refused_and_the_others_go_in(
    county: County, monkeypatch: pytest.MonkeyPatch, deadly: tuple[int, ...]
) -> None:
    monkeypatch.setenv("PAICHA_TESTS_PID", str(os.getpid()))
    sources = []
    for number in range(48):
        name = f"{number:02}.xlsx"
        sheet = household_sheet(person(f"张{number:02}"), group=str(number))
        sources.append(Killer(name) if number in deadly else Source(name, book(sheet)))

    def slowly(number: int, _: int, __: str) -> None:
        if number < 8:  # readers are ahead, and one dies while rows are being stored
            time.sleep(0.2)

    scope = operator_scope("tester")
    result: ImportResult = import_files(sources, scope=scope, processes=2, progress=slowly)
    assert [(m.code, m.file) for m in result.messages if m.severity == "hard"] == [
        ("F04", f"{number:02}.xlsx") for number in deadly
    ]
    assert result.accepted == 48 - len(deadly) == Household.objects.count()
