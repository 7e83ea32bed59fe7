"""The home that commands work on: its database made or upgraded, the operator's scope, the current round."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from paicha.delivery.cli.console import CommandRefused, setup_django, system_user

if TYPE_CHECKING:
    from paicha.core.pack import Pack
    from paicha.domain.accounts.policies import Scope
    from paicha.domain.rounds.models import Round


def home_folder() -> Path:
    """The home, without reading settings, which would make fresh keys in it; as `config.home` finds it."""
    return Path(os.environ.get("PAICHA_HOME") or "var").expanduser().absolute()


def migrate() -> None:
    """Create or upgrade the database."""
    setup_django()
    from django.core.management import call_command
    from django.db.utils import OperationalError

    try:
        call_command("migrate", verbosity=0, interactive=False)
    except OperationalError as error:
        raise CommandRefused(
            f"连不上数据库（{_short(error)}），请检查 DATABASE_URL 或 PAICHA_HOME。"
        ) from error


def open_home() -> tuple[Scope, Round, Pack]:
    """The operator's scope, the current round and its pack. Raises CommandRefused where there is none."""
    setup_django()
    from django.db.utils import DatabaseError, OperationalError

    from paicha.core.pack import PackErrors
    from paicha.domain.accounts.policies import operator_scope
    from paicha.domain.rounds.packs import pack_of
    from paicha.domain.rounds.queries import current_round

    try:
        round_ = current_round()
    except OperationalError as error:
        raise CommandRefused("数据库还没有建立，请先运行 paicha init。") from error
    except DatabaseError as error:
        raise CommandRefused(f"数据库打不开或版本不对（{_short(error)}），请先运行 paicha init。") from error
    if round_ is None:
        raise CommandRefused("还没有打开排查轮次，请先运行 paicha init。")
    try:
        pack = pack_of(round_)
    except PackErrors as errors:
        raise CommandRefused(
            f"本轮的方案包 {round_.pack.name} {round_.pack.version} 是另一版程序存下的，这一版读不了"
            f"（{errors.errors[0].message}），请换回那一版程序，或换一个 PAICHA_HOME 重新 paicha init。"
        ) from errors
    return operator_scope(system_user()), round_, pack


def _short(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:80] if str(error).strip() else type(error).__name__
