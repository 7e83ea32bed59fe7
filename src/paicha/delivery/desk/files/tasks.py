"""Long work of the desk, run by the worker: previews and imports of many files, exports of many villages.

What holds: the scope is read again when the work begins, so that nobody imports by an assignment that has ended;
a tray ends as ready, done, failed or cancelled, with one sentence, whatever happens: one process at a time is at it,
another takes on what that one left when it died, and after three tries it says so.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404
from django_tasks import task

from paicha.core.catalogue import sentence
from paicha.core.refusal import Refusal
from paicha.delivery.desk.files import tray
from paicha.delivery.desk.files.preview import keep_rows
from paicha.delivery.desk.files.tray import State
from paicha.delivery.desk.shell.list_file import ListRequest
from paicha.domain.accounts.policies import scope
from paicha.domain.accounts.queries import user_of
from paicha.domain.jobs.queue import TRIES
from paicha.domain.reports.export import Kind, export_area
from paicha.domain.reports.figures import area_of
from paicha.domain.responses.models import Upload
from paicha.domain.rounds.queries import current_round

if TYPE_CHECKING:
    from paicha.domain.intake.result import ImportResult
    from paicha.domain.intake.source import Source

_log = logging.getLogger(__name__)
_EVERY_SECONDS = 0.5


class Cancelled(Exception):
    """Its person asked for it to stop."""


@task()
def work_on(tray_id: str) -> None:
    """Do what a tray is for. For the worker."""
    run(UUID(tray_id))


def run(tray_id: UUID) -> None:
    """Do what a tray is for, and leave its state behind; nothing where somebody else is at it or it has ended."""
    state = tray.load(tray_id)
    taken = tray.attempt(tray_id, state.job) if state is not None and state.busy else None
    if taken is None:
        return
    tries, beat = taken
    with beat:
        state = tray.load(tray_id)
        if state is None or not state.busy:
            return
        try:
            if tries > TRIES:
                _end(tray_id, state, tray.FAILED, "J01")
            else:
                _do(tray_id, state)
        except Cancelled:
            _end(tray_id, state, tray.CANCELLED, "J03")


def _do(tray_id: UUID, state: State) -> None:

    _check(tray_id, state)
    state.phase, state.n, state.began = tray.RUNNING, 0, time.time()
    tray.save(tray_id, state)
    try:
        _WORK.get(state.job, _import)(tray_id, state)
    except Refusal as refused:
        state.phase, state.error = tray.FAILED, str(refused)
    except FileNotFoundError:
        _log.exception("tray %s failed", tray_id)
        _end(tray_id, state, tray.FAILED, "J04")
        return
    except Cancelled:
        raise
    except (Http404, PermissionDenied):  # of a list whose reader lost the right to it since
        _end(tray_id, state, tray.FAILED, "J09")
        return
    except OperationalError as error:  # locked or away: it stays as it is, and is taken up again
        _log.warning("tray %s waits for the database: %s", tray_id, type(error).__name__)
        return
    except Exception:  # whatever it was: the page must not wait for ever
        _log.exception("tray %s failed", tray_id)
        _end(tray_id, state, tray.FAILED, "J02")
        return
    tray.save(tray_id, state)
    if state.job == "import":
        tray.empty(tray_id)  # after its state: what is done needs no files


def give_up(tray_id: UUID) -> None:
    """End what could not be done, with a sentence; nothing where somebody is at it or it has ended."""
    _end_unless_busy(tray_id, tray.FAILED, "J01")


def cancel(tray_id: UUID) -> None:
    """Stop what a tray is for: at once where nobody is at it, else before the next file or village."""
    state = tray.load(tray_id)
    if state is not None and state.busy:
        tray.ask_cancel(tray_id, state.job)
        _end_unless_busy(tray_id, tray.CANCELLED, "J03")


def _end_unless_busy(tray_id: UUID, phase: str, code: str) -> None:
    state = tray.load(tray_id)
    taken = tray.attempt(tray_id, state.job) if state is not None and state.busy else None
    if taken is None:
        return
    with taken[1]:
        state = tray.load(tray_id)
        if state is not None and state.busy:
            _end(tray_id, state, phase, code)


def _end(tray_id: UUID, state: State, phase: str, code: str) -> None:
    """Leave the sentence of an end that is none of the usual ones, with what stays of it."""
    state.phase, state.error = phase, sentence(code, tries=TRIES, stored=_stored_part(tray_id, state))
    tray.save(tray_id, state)
    tray.empty(tray_id)
    shutil.rmtree(tray.folder(tray_id) / "out", ignore_errors=True)


def _stored_part(tray_id: UUID, state: State) -> str:
    """What an import that ends before its end has stored: whole villages stay."""
    from paicha.domain.intake.interruptions import close_upload  # noqa: PLC0415  (for the worker alone)

    if state.job == "undo":
        return "已经撤回的村不会变回来，再撤一次会接着撤"
    if state.job != "import":
        return "什么都没有存"
    accepted = close_upload(tray_id)
    if not accepted:
        return "还没有存农户的答案"
    return f"已经收下的 {accepted} 户留着，别的没有收，把同样的文件再传一次会接着收，不会重复"


def _check(tray_id: UUID, state: State) -> None:
    if tray.to_be_cancelled(tray_id, state.job):
        raise Cancelled


def _import(tray_id: UUID, state: State) -> None:
    from paicha.domain.intake.services import Source, import_files  # noqa: PLC0415  (for the worker alone)

    contents = tray.contents(tray_id, state)
    through = state.job == "import" and Upload.objects.filter(pk=tray_id, finished_at__isnull=False).exists()
    missing = None if through else next((file for _, file in contents if not file.is_file()), None)
    if missing is not None:
        raise FileNotFoundError(missing)
    sources = [Source(name, path=str(file)) for name, file in contents]
    state.total, seen = len(sources), time.monotonic()

    def progress(n: int, _total: int, _name: str) -> None:
        nonlocal seen
        state.n = n
        _check(tray_id, state)
        if time.monotonic() - seen > _EVERY_SECONDS:
            seen = time.monotonic()
            tray.save(tray_id, state)

    result = import_files(
        sources, scope=scope(user_of(state.actor)), door="excel", village=state.code or None,
        dry_run=state.job == "preview", upload=tray_id if state.job == "import" else None, progress=progress,
        between=lambda: _check(tray_id, state), tell=partial(keep_rows, tray_id, state), processes=2,
    )  # fmt: skip
    state.result, state.n = result.as_dict(), state.total
    if not through:  # else the rows that its preview refused are here already
        state.made = _write_refused_rows(tray_id, result, sources)
    state.phase = tray.READY if state.job == "preview" else tray.DONE


def _write_refused_rows(tray_id: UUID, result: ImportResult, sources: Sequence[Source]) -> str:
    """Write the refused rows in the official layout, ready to be corrected; the name of the file, or ''."""
    from paicha.domain.intake.refused_rows import write_report  # noqa: PLC0415  (for the worker alone)

    target = tray.folder(tray_id) / "returned"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(mode=0o700)
    written = write_report(result, sources, target) if result.refused else []
    if not written:
        return ""
    if len(written) == 1:
        written[0].replace(tray.folder(tray_id) / "returned.xlsx")
        return f"要改的行-{written[0].name}"
    shutil.make_archive(str(tray.folder(tray_id) / "returned"), "zip", target)
    return "要改的行.zip"


def _undo(tray_id: UUID, state: State) -> None:
    from paicha.domain.intake.undo import undo_upload  # noqa: PLC0415  (for the worker alone)

    def progress(n: int, total: int) -> None:
        state.n, state.total = n, total
        _check(tray_id, state)
        tray.save(tray_id, state)

    user, dry_run = user_of(state.actor), state.job == "undo_preview"
    result = undo_upload(UUID(state.kind), scope=scope(user), dry_run=dry_run, progress=progress)
    state.result = result.as_dict()
    state.phase = tray.READY if dry_run else tray.DONE


def _export(tray_id: UUID, state: State) -> None:

    round_ = current_round()
    assert round_ is not None
    user = user_of(state.actor)
    area = area_of(round_, state.code)
    target = tray.folder(tray_id) / "out"
    shutil.rmtree(target, ignore_errors=True)  # of a try that was cut short

    def progress(n: int, total: int) -> None:
        state.n, state.total = n, total
        _check(tray_id, state)
        tray.save(tray_id, state)

    kind: Kind = "pdf" if state.kind == "pdf" else "xlsx"
    export_area(round_, area, kind, target, scope=scope(user), exporter=str(user), progress=progress)
    shutil.make_archive(str(tray.folder(tray_id) / "export"), "zip", target)
    shutil.rmtree(target)
    state.made = f"{area.name}-{kind}.zip"
    state.phase = tray.DONE


def _list(tray_id: UUID, state: State) -> None:
    """A list of a page, written by the page's own view."""

    def tell(n: int, total: int) -> None:
        state.n, state.total = n, total
        _check(tray_id, state)
        tray.save(tray_id, state)

    target = tray.folder(tray_id) / "list.xlsx"
    target.touch(mode=0o600)
    state.made = ListRequest(state.kind, user_of(state.actor), target, tell).run()
    state.phase = tray.DONE


_WORK: dict[str, Callable[[UUID, State], None]] = {
    "export": _export, "list": _list, "undo": _undo, "undo_preview": _undo,
}  # fmt: skip
