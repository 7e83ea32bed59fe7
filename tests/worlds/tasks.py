"""A task for tests of the queue and of the workers: it leaves a file, so that a test sees that it was done."""

from __future__ import annotations

from pathlib import Path

from django_tasks import task


@task()
def leave(file: str) -> None:
    """Make an empty file."""
    Path(file).touch()
