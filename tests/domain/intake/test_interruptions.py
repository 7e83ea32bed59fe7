"""An import that was killed is seen at the next look, and ended by the next act, with its sentence."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from pytest_django import Settings
from tests.domain.intake.sheets import book, household_sheet, person
from tests.worlds.county import County

from paicha.domain import clock
from paicha.domain.accounts.policies import operator_scope
from paicha.domain.households.services import new_id
from paicha.domain.intake.history import upload_facts
from paicha.domain.intake.interruptions import at_work, cut_short, end_cut_short
from paicha.domain.intake.services import Source, import_files
from paicha.domain.intake.undo import undo_upload
from paicha.domain.responses.models import Upload
from paicha.domain.rounds.queries import current_round

pytestmark = pytest.mark.django_db
SCOPE = operator_scope("tester")
_KILLED = """
import os, signal, sys, uuid, django
django.setup()
from paicha.domain.intake.interruptions import at_work
with at_work(uuid.UUID(sys.argv[1])):
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def _own_home(settings: Settings, tmp_path: Path) -> None:
    """Tests that run beside these import into the session's home; who is at work there is not asked here."""
    settings.PAICHA_HOME = tmp_path


def killed(stored: int = 3) -> Upload:
    """An upload whose process was killed a moment ago, after it had stored some households."""
    round_ = current_round()
    assert round_ is not None
    made = Upload.objects.create(
        pk=new_id(), round=round_, door="excel", actor="tester", started_at=clock.now(),
        result={"accepted": stored, "created": stored, "warned": 0},
    )  # fmt: skip
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "paicha.config.settings", "PAICHA_HOME": str(settings.PAICHA_HOME)
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-c", _KILLED, str(made.pk)], env=environment, check=False)
    assert done.returncode == -signal.SIGKILL
    return made


def sources(county: County) -> list[Source]:
    area = county.villages[0]
    town = area.parent.name if area.parent else ""
    return [Source("一.xlsx", book(household_sheet(person("张三"), village=area.name, town=town)))]


def test_a_killed_import_is_seen_at_once_and_looking_writes_nothing(county: County) -> None:
    upload = killed()
    assert cut_short() == {upload.pk}
    assert upload_facts(upload, cut_short())["interrupted"]
    upload.refresh_from_db()
    assert upload.finished_at is None


def test_one_that_goes_on_is_none_of_these(county: County) -> None:
    with at_work(own := new_id()):
        assert cut_short() == frozenset()
        assert end_cut_short() == 0
    assert own not in cut_short() and not list((Path(settings.PAICHA_HOME) / "imports").iterdir())


@pytest.mark.parametrize("act", ["import", "undo", "worker"])
def test_the_next_act_ends_it_with_its_sentence(county: County, act: str) -> None:
    upload = killed()
    if act == "import":
        import_files(sources(county), scope=SCOPE)
    elif act == "undo":
        Upload.objects.filter(pk=upload.pk).update(result=None)  # it had stored nothing yet
        undo_upload(upload.pk, scope=SCOPE)  # refused for an hour before
    else:
        end_cut_short()
    upload.refresh_from_db()
    assert upload.finished_at is not None and upload.result is not None
    (said,) = upload.result["messages"]
    assert said["code"] == "J08"
    assert f"{0 if act == 'undo' else 3} 户" in said["message"]
    assert cut_short() == frozenset()
    assert upload_facts(upload, frozenset())["interrupted"]


def test_an_import_that_fails_by_itself_ends_its_upload(county: County) -> None:
    def stop() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        import_files(sources(county), scope=SCOPE, between=stop)
    upload = Upload.objects.get()
    assert upload.finished_at is not None and cut_short() == frozenset()


def test_an_upload_that_its_tray_takes_up_again_stays_open(county: County) -> None:
    def stop() -> None:
        raise RuntimeError

    own: UUID = new_id()
    with pytest.raises(RuntimeError):
        import_files(sources(county), scope=SCOPE, between=stop, upload=own)
    assert end_cut_short() == 0
    assert Upload.objects.get(pk=own).finished_at is None
    assert import_files(sources(county), scope=SCOPE, upload=own).accepted == 1
