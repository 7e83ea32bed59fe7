"""calamine's failures as one sentence: its errors, and its panics on files that are damaged cunningly.

Rust prints a panic to the process's stderr before Python sees it. A command says one sentence there, so it and its
reading processes ask for silence (`silence_panics`); a server's stderr is its log and stays as it is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import python_calamine as calamine

from paicha.formats.reading.model import FileRefused

_nowhere: int | None = None  # a file descriptor, where panics go


def silence_panics() -> None:
    """For a process whose other threads write nothing to stderr: what is printed within `guarded` goes nowhere."""
    global _nowhere  # noqa: PLW0603  (stderr is the process's, too)
    if _nowhere is None:
        _nowhere = os.open(os.devnull, os.O_WRONLY)


@contextmanager
def refuse_as_file(file: str) -> Iterator[None]:
    """Turns whatever calamine raises into `FileRefused`: F03 for a password, else F04. Hold it round calls of
    calamine alone."""
    try:
        with nullcontext() if _nowhere is None else _without_stderr(_nowhere):
            yield
    except calamine.PasswordError:
        raise FileRefused("F03", file=file) from None
    except (calamine.CalamineError, OSError, ValueError):
        raise FileRefused("F04", file=file) from None
    except BaseException as failure:
        if type(failure).__name__ == "PanicException":  # of Rust; no Exception, and no class to import
            raise FileRefused("F04", file=file) from None
        raise


@contextmanager
def _without_stderr(nowhere: int) -> Iterator[None]:
    try:
        kept = os.dup(2)
    except OSError:  # the process has none
        yield
        return
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
