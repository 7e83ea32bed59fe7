"""Bulk jobs in the worker. What holds: a job ends as done, undone or failed with one sentence, and can go on."""

from __future__ import annotations

import logging

from django_tasks import task

from paicha.domain.rounds.packs import pack_of
from paicha.domain.verification import bulk
from paicha.domain.verification.errors import VerificationError
from paicha.domain.verification.models import BulkJob

_log = logging.getLogger(__name__)


@task()
def work_on_job(job_id: int) -> None:
    """Do, or undo, a job. For the worker."""
    run_job(job_id)


def run_job(job_id: int) -> None:
    """Do, or undo, a job as its phase says, and leave its state behind."""
    job = BulkJob.objects.select_related("round__pack", "area").get(pk=job_id)
    undoing = job.phase == BulkJob.Phase.UNDOING
    try:
        (bulk.undo if undoing else bulk.run)(job, pack_of(job.round))
    except VerificationError as refused:
        bulk.fail(job, str(refused))
    except Exception:  # whatever it was: a job that stopped says so on its page, and can go on
        _log.exception("bulk job %s failed", job_id)
        bulk.fail(job, "系统出了问题，后面的村还没处理。可以接着办；还不行请联系管理员查看服务器日志。")
