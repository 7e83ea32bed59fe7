"""The desk's work in the queue: what the end of each task means to people, and what of it nobody is at.

Read by `domain.jobs.queue`, in the worker and where health is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from uuid import UUID

from paicha.core.catalogue import sentence
from paicha.delivery.desk.administration import backups
from paicha.delivery.desk.files import tasks, tray
from paicha.delivery.desk.referrals.tasks import raise_leads, send_all, sending_stopped
from paicha.delivery.desk.verification.tasks import work_on_job
from paicha.domain.intake.interruptions import end_cut_short
from paicha.domain.jobs.queue import Cut, arguments_waiting
from paicha.domain.referrals import comparison as comparing
from paicha.domain.upkeep.backups import give_up_backup
from paicha.domain.verification import bulk
from paicha.domain.verification.models import BulkJob


def _tray(tray_id: str) -> None:
    tasks.give_up(UUID(tray_id))


def _bulk_job(job_id: int) -> None:
    job = BulkJob.objects.filter(pk=job_id).first()
    if job is not None and bulk.busy(job):
        bulk.fail(job, sentence("J05"))


def _comparison(comparison: int, *_rest: object) -> None:
    comparing.stop(comparison)


# by the task's path
ENDINGS: dict[str, Callable[..., None]] = {
    tasks.work_on.module_path: _tray,
    work_on_job.module_path: _bulk_job,
    raise_leads.module_path: _comparison,
    send_all.module_path: sending_stopped,
    backups.work_on.module_path: give_up_backup,
}


def cut_short() -> Iterator[Cut]:
    """Trays and bulk jobs that are under way by their own word, with no task that would do them."""
    alone = list(tray.unattended())
    waiting = {arguments[0] for arguments in arguments_waiting(tasks.work_on.module_path)} if alone else set()
    for tray_id, seconds in alone:
        if str(tray_id) not in waiting:
            yield Cut("tray", seconds, partial(tasks.work_on.enqueue, str(tray_id)))
    stalled = [job for job in BulkJob.objects.filter(phase__in=bulk.BUSY) if bulk.is_stalled(job)]
    waiting = {arguments[0] for arguments in arguments_waiting(work_on_job.module_path)} if stalled else set()
    for job in stalled:
        if job.pk not in waiting:
            yield Cut("bulk", bulk.idle(job).total_seconds(), partial(work_on_job.enqueue, job.pk))


def tidy() -> None:
    """Delete the trays that nobody came back to, also where nobody uploads any more; end imports that were killed."""
    tray.forget_old()
    end_cut_short()
