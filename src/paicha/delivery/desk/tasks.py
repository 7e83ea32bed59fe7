"""Long work of the desk, run by the worker: previews and imports of many files, exports of many villages.

What holds: the scope is read again when the work begins, so that nobody imports by an assignment that has ended;
a tray ends as ready, done or failed, with one sentence, whatever happens.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django_tasks import task

from paicha.delivery.desk import tray
from paicha.delivery.desk.tray import State
from paicha.domain.accounts.models import User
from paicha.domain.accounts.policies import scope

if TYPE_CHECKING:
    from paicha.domain.intake.result import ImportResult
    from paicha.domain.intake.source import Source

_log = logging.getLogger(__name__)
_EVERY_SECONDS = 0.5


@task()
def work_on(tray_id: str) -> None:
    """Do what a tray is for. For the worker."""
    run(UUID(tray_id))


def run(tray_id: UUID) -> None:
    """Do what a tray is for, and leave its state behind."""
    state = tray.load(tray_id)
    if state is None or not state.busy:
        return
    state.phase = tray.RUNNING
    tray.save(tray_id, state)
    try:
        (_export if state.job == "export" else _import)(tray_id, state)
    except Exception as error:
        from paicha.domain.intake.services import ImportRefused

        state.phase = tray.FAILED
        if isinstance(error, ImportRefused):
            state.error = str(error)
        else:
            _log.exception("tray %s failed", tray_id)
            state.error = "系统出了问题，没有完成。请稍后再试；还不行请联系管理员查看服务器日志。"
    tray.save(tray_id, state)


def _import(tray_id: UUID, state: State) -> None:
    from paicha.domain.intake.services import Source, import_files

    sources = [Source(name, path=str(file)) for name, file in tray.contents(tray_id, state)]
    state.total, state.n, seen = len(sources), 0, time.monotonic()

    def progress(n: int, _total: int, _name: str) -> None:
        nonlocal seen
        state.n = n
        if time.monotonic() - seen > _EVERY_SECONDS:
            seen = time.monotonic()
            tray.save(tray_id, state)

    result = import_files(
        sources, scope=scope(User.objects.get(pk=int(state.actor))), door="excel", village=state.code or None,
        dry_run=state.job == "preview", upload=tray_id if state.job == "import" else None, progress=progress,
    )  # fmt: skip
    state.result, state.plan, state.n = result.as_dict(), list(result.plan), state.total
    state.phase = tray.READY if state.job == "preview" else tray.DONE
    state.made = _returned(tray_id, result, sources)
    if state.job == "import":
        tray.empty(tray_id)


def _returned(tray_id: UUID, result: ImportResult, sources: Sequence[Source]) -> str:
    """Write the refused rows in the official layout, ready to be corrected; the name of the file, or ''."""
    from paicha.domain.intake.returned import write_report

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


def _export(tray_id: UUID, state: State) -> None:
    from paicha.domain.reports.exporting import Kind, export_area
    from paicha.domain.reports.figures import area_of
    from paicha.domain.rounds.queries import current_round

    round_ = current_round()
    assert round_ is not None
    user = User.objects.get(pk=int(state.actor))
    area = area_of(round_, state.code)
    target = tray.folder(tray_id) / "out"

    def progress(n: int, total: int) -> None:
        state.n, state.total = n, total
        tray.save(tray_id, state)

    kind: Kind = "pdf" if state.kind == "pdf" else "xlsx"
    export_area(round_, area, kind, target, scope=scope(user), exporter=str(user), progress=progress)
    archive = shutil.make_archive(str(tray.folder(tray_id) / "export"), "zip", target)
    shutil.rmtree(target)
    state.made = f"{area.name}-{kind}.zip"
    state.phase = tray.DONE
    assert archive
