"""calamine's failures as one sentence: its errors, and its panics on files that are damaged cunningly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import python_calamine as calamine

from paicha.formats.reading.model import FileRefused


@contextmanager
def guarded(file: str) -> Iterator[None]:
    """Turns whatever calamine raises into `FileRefused`: F03 for a password, else F04."""
    try:
        yield
    except calamine.PasswordError:
        raise FileRefused("F03", file=file) from None
    except (calamine.CalamineError, OSError, ValueError):
        raise FileRefused("F04", file=file) from None
    except BaseException as failure:
        if type(failure).__name__ == "PanicException":  # of Rust; no Exception, and no class to import
            raise FileRefused("F04", file=file) from None
        raise
