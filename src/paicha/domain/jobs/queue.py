"""The queue as its workers leave it: a task whose worker died goes back, or ends with a sentence.

Why: django-tasks leaves a task of a killed worker 'running' for good, and takes no second look. What holds: a task
is tried three times; a door says what the end of its tasks means (`jobs` of its app names a module with ENDINGS, by
the task's path, `cut_short`, which finds work of its own that nobody is at, and `tidy`).
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from paicha.domain.jobs.beats import Beat, alive, claim, fresh

TRIES = 3
_HOST = socket.gethostname()[:30]
_ELSEWHERE = timedelta(hours=1)  # a worker of another machine whose files we can't see is believed so long
_UNFINISHED = (TaskResultStatus.READY, TaskResultStatus.RUNNING)


class WorkerLost(Exception):
    """A task was tried as often as it may, and each time its worker died."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Work that says of itself that it is on its way, while nobody is at it; `seconds` since it last moved."""

    what: str
    seconds: float
    take_up: Callable[[], object]


def folder(kind: str = "workers") -> Path:
    """Where workers, and servers, show that they live."""
    return Path(settings.MEDIA_ROOT) / kind


def present(kind: str) -> Beat:
    """Show that a process of this kind lives, under a name of its own."""
    folder(kind).mkdir(mode=0o700, parents=True, exist_ok=True)
    beat = claim(folder(kind) / f"{_HOST}.{uuid4().hex}")
    assert beat is not None, "no two are called so"
    return beat


@contextmanager
def at_work() -> Iterator[str]:
    """Show that a worker lives; yields the name under which it takes tasks."""
    beat = present("workers")
    try:
        with beat:
            yield beat.path.name
    finally:
        beat.path.unlink(missing_ok=True)


def working() -> bool:
    """Whether a worker lives, and moves."""
    return any(alive(path) and fresh(path) for path in _files_of("workers"))


def serving() -> bool:
    """Whether a web server of this home lives."""
    return any(alive(path) for path in _files_of("servers"))


def _files_of(kind: str) -> list[Path]:
    return [path for path in folder(kind).glob("*.*") if not path.name.startswith(".")]


def arguments_waiting(path: str) -> list[Any]:
    """The arguments of every task of this path that waits or runs."""
    rows = DBTaskResult.objects.filter(status__in=_UNFINISHED, task_path=path)
    return [row["args"] for row in rows.values_list("args_kwargs", flat=True)]


def take_up() -> None:
    """Give back, or end, what dead workers had; let the doors take up what nobody is at. For every worker."""
    for row in DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING):
        if _lost(row):
            _give_back(row)
    for path in _files_of("workers") + _files_of("servers"):
        if not alive(path):
            path.unlink(missing_ok=True)
    for cut in cut_short():
        cut.take_up()


def cut_short() -> Iterator[Cut]:
    """What nobody is at, of every door."""
    for module in _doors():
        yield from module.cut_short()


def tidy() -> None:
    """Delete what the doors keep for some days only."""
    for module in _doors():
        module.tidy()


def end(path: str, arguments: list[Any]) -> None:
    """What the end of a task that failed means to people, as its door says it."""
    for module in _doors():
        if path in module.ENDINGS:
            module.ENDINGS[path](*arguments)


def _lost(row: DBTaskResult[Any, Any]) -> bool:
    name = str(row.worker_ids[-1]) if row.worker_ids else ""
    path = folder() / name
    if name and path.exists():
        return not alive(path)
    since = row.started_at or row.enqueued_at
    return name.rpartition(".")[0] == _HOST or timezone.now() - since > _ELSEWHERE


def _give_back(row: DBTaskResult[Any, Any]) -> None:
    with transaction.atomic():
        same = DBTaskResult.objects.select_for_update().filter(
            pk=row.pk, status=TaskResultStatus.RUNNING, started_at=row.started_at
        )
        if not same.exists():
            return
        if len(row.worker_ids) < TRIES:
            same.update(status=TaskResultStatus.READY)
            return
    end(row.task_path, row.args_kwargs["args"])  # first, so that a stop between the two ends it once more
    row.set_failed(WorkerLost(f"tried {TRIES} times"))


def _doors() -> Iterator[ModuleType]:
    for config in apps.get_app_configs():
        name = getattr(config, "jobs", None)
        if name:
            yield import_module(name)
