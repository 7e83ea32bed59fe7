"""Bulk jobs in the worker. What holds: a job ends as done, undone or failed with one sentence, and can go on."""

from __future__ import annotations

import logging

from django.db import OperationalError
from django_tasks import task

from paicha.core.catalogue import sentence
from paicha.core.refusal import Refusal
from paicha.domain.rounds.packs import pack_of
from paicha.domain.verification import bulk
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
    except Refusal as refused:
        bulk.fail(job, str(refused))
    except OperationalError as error:  # locked or away: taken up again where it stopped
        _log.warning("bulk job %s waits for the database: %s", job_id, type(error).__name__)
    except Exception:  # whatever it was: a job that stopped says so on its page, and can go on
        _log.exception("bulk job %s failed", job_id)
        bulk.fail(job, sentence("J05"))
