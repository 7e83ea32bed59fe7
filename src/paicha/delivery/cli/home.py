"""The home that commands work on: its database made or upgraded, the operator's scope, the current round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paicha.delivery.cli.console import CommandRefused, setup_django, system_user

if TYPE_CHECKING:
    from paicha.core.pack import Pack
    from paicha.domain.accounts.policies import Scope
    from paicha.domain.rounds.models import Round


def migrate() -> None:
    """Create or upgrade the database."""
    setup_django()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def open_home(*, older: bool = False) -> tuple[Scope, Round, Pack]:
    """The operator's scope, the current round and its pack.

    Raises CommandRefused where there is none, or the database lacks steps of this program, unless `older` will do.
    """
    setup_django()
    from django.db.utils import DatabaseError

    from paicha.core.pack import PackErrors
    from paicha.domain.accounts.policies import operator_scope
    from paicha.domain.jobs.health import missing_migrations
    from paicha.domain.outage import outage
    from paicha.domain.rounds.packs import pack_of
    from paicha.domain.rounds.queries import current_round

    try:
        round_ = current_round()
    except DatabaseError as error:
        if outage(error) is not None:
            raise
        raise CommandRefused("E30") from error
    if not older and (missing := missing_migrations()):
        raise CommandRefused("E77", n=missing)
    if round_ is None:
        raise CommandRefused("U14")
    try:
        pack = pack_of(round_)
    except PackErrors as errors:
        raise CommandRefused(
            "E32", pack=round_.pack.name, version=round_.pack.version, why=errors.errors[0].message
        ) from errors
    return operator_scope(system_user()), round_, pack
