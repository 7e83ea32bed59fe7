"""`paicha worker`: the process that does long work, and what the calendar brings by itself.

What holds: it does queued tasks until told to stop, and waits for a database that is away for a while; it shows that
it lives; what a dead worker or web server left half done is taken up again, or ends with a sentence.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from paicha.delivery.cli.console import speak
from paicha.delivery.cli.home import open_home

_log = logging.getLogger(__name__)
_SIGN_SECONDS = 600
_TAKE_UP_SECONDS = 10
_COMPARE_SECONDS = 60
_INDEX_SECONDS = 15
_KEPT_DAYS = 14  # of tasks that are done


def add_parser(subparsers: Any) -> None:
    worker = subparsers.add_parser("worker", help="后台任务进程（PostgreSQL 时另开）")
    worker.add_argument("--with-parent", action="store_true", help=argparse.SUPPRESS)
    worker.set_defaults(run=run_worker)


def run_worker(args: argparse.Namespace) -> int:
    """Do queued tasks until told to stop; a database that is away for a while is waited for."""
    open_home()
    from django.core.management import call_command
    from django.db import connections
    from django.db.utils import DatabaseError
    from django_tasks.signals import task_finished

    from paicha.domain.duplicates.services import refresh
    from paicha.domain.jobs.queue import at_work, take_up
    from paicha.domain.search.services import refresh as index

    if args.with_parent:
        _end_with_parent()
    else:
        speak("后台任务进程已开始，按 Ctrl+C 停下。")
    _repeat(_tidy, _SIGN_SECONDS)
    _repeat(take_up, _TAKE_UP_SECONDS)
    _repeat(refresh, _COMPARE_SECONDS)
    _repeat(index, _INDEX_SECONDS)
    task_finished.connect(_tell_failure)
    for name in ("django_tasks_db", "django_tasks"):
        logging.getLogger(name).setLevel(logging.ERROR)
    while True:
        try:
            with at_work() as name:
                call_command("db_worker", verbosity=0, reload=False, worker_id=name)
        except SystemExit:
            return 0
        except DatabaseError as error:
            speak(f"数据库暂时连不上（{str(error).strip()[:80]}），5 秒后再试。", error=True)
            connections.close_all()
            time.sleep(5)
        else:
            return 0


def _repeat(act: Callable[[], object], seconds: float) -> None:
    """Do something now and then, beside the tasks; what goes wrong is logged, and tried again next time."""
    from django.db import close_old_connections
    from django.db.utils import DatabaseError

    def repeat() -> None:
        while True:
            try:
                close_old_connections()
                act()
            except DatabaseError as error:
                _log.info("%s waits for the database: %s", act.__name__, type(error).__name__)
            except Exception:  # a slip of one round must not end the thread: it beats for the worker
                _log.exception("%s failed", act.__name__)
            time.sleep(seconds)

    threading.Thread(target=repeat, daemon=True).start()


def _tell_failure(task_result: Any, **_more: Any) -> None:
    """A task that failed by itself: whoever waits for it is told, as after one whose worker died."""
    from django_tasks import TaskResultStatus

    from paicha.domain.jobs.queue import end

    if task_result.status == TaskResultStatus.FAILED:
        end(task_result.task.module_path, list(task_result.args))


def _tidy() -> None:
    """Sign the heads of the audit chains, so that nobody can rewrite them unseen; remind; forget tasks long done."""
    from django.core.management import call_command

    from paicha.domain.audit.services import checkpoint
    from paicha.domain.jobs.queue import tidy

    checkpoint()
    _remind()
    tidy()
    call_command("prune_db_task_results", verbosity=0, min_age_days=_KEPT_DAYS)


def _remind() -> None:
    """What the calendar brings by itself: leads that wait for a deadline, overdue problems told, lists forgotten."""
    from paicha.domain.problems.rectification import escalate
    from paicha.domain.referrals.comparison import forget_old
    from paicha.domain.responses.services import screen_by_calendar
    from paicha.domain.rounds.packs import pack_of
    from paicha.domain.rounds.queries import current_round

    round_ = current_round()
    if round_ is not None:
        screen_by_calendar(round_, pack_of(round_), "system")
        escalate(round_, pack_of(round_))
        forget_old()


def _end_with_parent() -> None:
    """Stop as if told to, once whoever started us is gone, however it went."""

    def watch() -> None:
        sys.stdin.buffer.read()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
