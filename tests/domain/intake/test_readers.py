"""A file that brings its reading process down ends in one sentence; the others go in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from tests.domain.intake.sheets import book, household_sheet, person
from tests.worlds.county import County

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


class Slip(Source):
    """A file that meets a mistake of ours while it is read."""

    def read(self) -> bytes:
        raise KeyError("张三 13800000000")


@pytest.mark.django_db
def test_one_odd_file_never_stops_the_others(county: County, caplog: pytest.LogCaptureFixture) -> None:
    good = book(household_sheet(person("张好"), group="1"))
    result = import_files([Slip("odd.xlsx"), Source("good.xlsx", good)], scope=operator_scope("tests"))
    assert [(message.code, message.file) for message in result.messages if message.severity == "hard"] == [
        ("F04", "odd.xlsx")
    ]
    assert (result.accepted, result.refused) == (1, 0)
    assert "KeyError in read:" in caplog.text
    assert "张三" not in caplog.text, "what a person wrote is in no log"


def test_a_reading_process_starts_without_what_it_never_needs() -> None:
    code = "import sys, paicha.domain.intake.source; print(*({'sqlglot', 'pyarrow', 'django.db'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
