"""Changes of base information: noted, ticked in bulk, unticked by who ticked, shown after three days."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.worlds.county import OPENS, County, open_county

from paicha.core.refusal import Refusal
from paicha.domain import clock
from paicha.domain.audit.queries import verify
from paicha.domain.households.models import BaseChange, Household
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.queries import changes_listed
from paicha.domain.responses.services import village_work
from paicha.domain.responses.services.base_changes import (
    ChangeError,
    mark_entered,
    note_change,
    unmark,
    waiting_long,
)
from paicha.domain.responses.village_facts import VillageFacts

WHOLE, OWN = "行政村总户数、总人数", "健康状况"


@pytest.fixture
def county(db: None, at_opening: object) -> County:
    """One household in the first village."""
    made = open_county()
    made.submit(made.villages[0], "general", [{"head_name": "张三", "group": "1"}])
    return made


def noted(county: County, days: int = 0, whole: bool = False) -> None:
    home = None if whole else Household.objects.get()
    with (
        clock.frozen(OPENS + timedelta(days=days)),
        village_work(county.round, county.pack, county.villages[0], "7") as work,
    ):
        note_change(work, home, field=WHOLE if whole else OWN, old="120户", new="118户")


def facts(county: County) -> dict[str, object]:
    found: dict[str, object] = VillageSummary.objects.get(village=county.villages[0]).facts
    return found


def test_what_waits_is_told_by_day(county: County) -> None:
    noted(county)
    noted(county, days=2, whole=True)
    assert (facts(county)["changes_open"], facts(county)["changes_since"]) == (2, OPENS.isoformat())
    late = [waiting_long(VillageFacts.of(facts(county)), OPENS + timedelta(days=n)) for n in (2, 3, 4, 5)]
    assert late == [0, 1, 1, 2]


@pytest.mark.parametrize("everything", [True, False])
def test_ticked_in_one_act_and_unticked_by_who_did_it(county: County, everything: bool) -> None:
    noted(county)
    noted(county, whole=True)
    first = BaseChange.objects.order_by("pk")[0]
    with village_work(county.round, county.pack, county.villages[0], "7") as work:
        assert mark_entered(work, None if everything else [first.pk]) == (2 if everything else 1)
        assert mark_entered(work, [first.pk]) == 0
    assert facts(county)["changes_open"] == (0 if everything else 1)
    for actor, says in (("8", "只有勾的人"), ("7", None)):
        with village_work(county.round, county.pack, county.villages[0], actor) as work:
            if says:
                with pytest.raises(ChangeError, match=says):
                    unmark(work, first)
            else:
                unmark(work, first)
    assert facts(county)["changes_open"] == (1 if everything else 2)
    assert verify() == []


def test_a_person_of_some_groups_ticks_within_them(county: County) -> None:
    noted(county)
    noted(county, whole=True)
    with village_work(county.round, county.pack, county.villages[0], "7") as work:
        assert mark_entered(work, None, ["2"]) == 0
        assert mark_entered(work, None, ["1"]) == 1


@pytest.mark.parametrize(("field", "new"), [(WHOLE, "118户"), (OWN, " "), (OWN, "长" * 101), ("身高", "高")])
def test_what_a_change_of_a_household_needs(county: County, field: str, new: str) -> None:
    with (
        pytest.raises(Refusal),
        village_work(county.round, county.pack, county.villages[0], "7") as work,
    ):
        note_change(work, Household.objects.get(), field=field, old="", new=new)
    assert not BaseChange.objects.exists()


@pytest.mark.parametrize(("state", "n"), [("open", 2), ("late", 1), ("entered", 1), ("all", 3)])
def test_a_list_shows_what_its_count_says(county: County, state: str, n: int) -> None:
    noted(county)
    with village_work(county.round, county.pack, county.villages[0], "7") as work:
        mark_entered(work)
    noted(county, days=0)
    noted(county, days=3)
    assert len(changes_listed([county.villages[0].pk], state, OPENS)) == n
