"""Is all well? What /healthz answers and `paicha doctor` says of the database, its version, the worker and the jobs.

What holds: it writes nothing, and what it says names nobody.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from paicha.domain.jobs.queue import cut_short, working

DATABASE, MIGRATIONS, WORKER, JOBS = "database", "migrations", "worker", "jobs"
WAITING = timedelta(minutes=10)  # in the queue, while the worker has nothing else to do
CUT = timedelta(minutes=5)  # much longer than a worker takes to take up what was cut short
RUNNING = timedelta(hours=6)  # longer than anything of a county takes


def reasons() -> list[str]:
    """Why this server should not be trusted with more work, as short codes; none when all is well."""
    try:
        if missing_migrations():
            return [MIGRATIONS]
        return [code for code, wrong in ((WORKER, not working()), (JOBS, hanging() > 0)) if wrong]
    except DatabaseError:
        return [DATABASE]


def missing_migrations() -> int:
    """How many steps the database lacks of this program's."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def hanging() -> int:
    """How many jobs should long have gone on: they wait for an idle worker, nobody is at them, or they never end."""
    now = timezone.now()
    running = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING)
    long = running.filter(started_at__lt=now - RUNNING).count()
    waiting = 0
    if not running.exists():
        waiting = DBTaskResult.objects.ready().filter(enqueued_at__lt=now - WAITING).count()
    return long + waiting + sum(cut.seconds > CUT.total_seconds() for cut in cut_short())


def waiting() -> int:
    """How many jobs are in the queue or being done."""
    unfinished = (TaskResultStatus.READY, TaskResultStatus.RUNNING)
    return DBTaskResult.objects.filter(status__in=unfinished).count()
