"""What an administrator creates for the whole home; the last rows of the table."""

from __future__ import annotations

from datetime import timedelta

from django_tasks_db.models import DBTaskResult
from tests.delivery.desk.creations.table import Creation, creation, of
from tests.worlds.round import COUNTY, World

from paicha.delivery.desk.administration.backups import work_on
from paicha.domain.rounds.models import Round
from paicha.domain.rounds.queries import current_round


@creation("backup_make")
def backup(world: World) -> Creation:
    def asked() -> int:
        return DBTaskResult.objects.filter(task_path=work_on.module_path).count()

    at = f"/area/{COUNTY}/backups/"
    return Creation("administrator", at, {}, asked, f"{at}make/")


@creation("round_new")  # the very last: the round before is over with it
def next_round(world: World) -> Creation:
    now = current_round()
    assert now is not None
    opens, at = now.opens_on + timedelta(days=300), f"/area/{COUNTY}/rounds/new/"
    data = {"opens": opens.isoformat(), "pack": now.pack_id}
    return Creation("administrator", f"{at}?opens={opens}&pack={now.pack_id}", data, of(Round), at)
