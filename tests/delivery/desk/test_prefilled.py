"""Where a prefilled answer comes from: beside its field until somebody has answered."""

from __future__ import annotations

import re
from datetime import date
from uuid import uuid4

from tests.delivery.desk.test_entry import AT, SHEET, row
from tests.worlds.round import World

from paicha.domain.responses.models import Revision
from paicha.domain.rounds.models import RosterEntry, Round


def test_the_last_rounds_answers_stand_beside_where_there_is_one(world: World) -> None:
    household, now = world.household("贺生花"), world.round
    before = Round.objects.create(
        pack=now.pack, opens_on=date(2021, 9, 1), opened_at=now.opened_at, opened_by="operator:tester"
    )
    old = Revision.objects.create(
        id=uuid4(), round=before, village=household.village, household=household, form="general", number=1,
        answers='{"residence":5,"phone":"13900000004","income_band":2}', source="excel:1", part=uuid4(),
        at=now.opened_at,
    )  # fmt: skip
    RosterEntry.objects.create(
        round=before, household=household, village=household.village, form="general", outcome=1, revision=old.pk,
        revision_number=1,
    )  # fmt: skip
    page = world.client("cadre").get(f"/household/{household.pk}/answer/").content.decode()
    assert "上次（2021 年 9 月排查）：5 市外" in page
    assert "上次（2021 年 9 月排查）：139****0004" in page
    assert not re.search(r'name="residence" value="5" checked', page)


def test_what_the_register_fills_in_is_called_its_own_until_it_is_saved(world: World) -> None:
    client, household = world.client("cadre"), world.household("贺生花")
    at = f"{AT}?group=2"
    field = re.compile(rf'<input[^>]*name="{household.pk}:population"[^>]*>')

    def cell() -> str:
        found = field.search(client.get(at).content.decode())
        assert found
        return found[0]

    assert 'title="取自名册"' in cell()
    assert "斜体</i>的取自名册" in client.get(at).content.decode()
    one = client.get(f"/household/{household.pk}/answer/").content.decode()
    assert one.count("填着的取自名册") == 2, "people and phone"
    assert row(client, household, SHEET)["status"] == "stored"
    assert "取自名册" not in cell()
    assert "填着的取自名册" not in client.get(f"/household/{household.pk}/answer/").content.decode()
