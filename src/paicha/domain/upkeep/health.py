"""Is this home in order? What `paicha doctor` and the administrator's page say, by the same looks.

What holds: it repairs nothing and writes nothing, and a look that itself fails is bad with its
cause, never a traceback.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.db import connection

from paicha.domain.upkeep import machine
from paicha.domain.upkeep.finding import Check, Finding, Grade


def findings(*, slow: bool = True) -> list[Finding]:
    """Every finding, in the order of the checks; without the `slow` ones where a page waits."""
    if not _database_is_there():
        missing = Finding("数据库", Grade.BAD, "还没有建立", "请运行 paicha init")
        return [*_look_through(machine.CHECKS, slow), missing]
    from paicha.domain.upkeep import data  # noqa: PLC0415  (models, which a machine without a database may lack)

    return [*_look_through(machine.CHECKS, slow), *_look_through(data.CHECKS, slow)]


def _database_is_there() -> bool:
    """Whether there is a database to look at: SQLite would make an empty one."""
    return (
        connection.vendor != "sqlite"
        or connection.is_in_memory_db()  # type: ignore[attr-defined]  # of SQLite's wrapper alone
        or Path(str(connection.settings_dict["NAME"])).is_file()
    )


def _look_through(checks: tuple[Check, ...], slow: bool) -> Iterator[Finding]:
    for check in checks:
        if slow or not check.slow:
            yield from _look(check)


def _look(check: Check) -> Iterator[Finding]:
    """What a check finds; its own failure is a finding too."""
    try:
        yield from check.look()
    except Exception as error:  # whatever stops one check is what that check found
        lines = str(error).strip().splitlines()
        cause = lines[0][:80] if lines else type(error).__name__
        yield Finding(check.name, Grade.BAD, f"查不了（{cause}）", "请先解决前面的问题")
