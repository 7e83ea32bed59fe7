"""The day's bulletin: sums that the pages show, what changed since yesterday, and the sentences to send on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.worlds.county import GENERAL, OPENS, OPERATOR, PROFILE, County, open_county

from paicha.domain import clock
from paicha.domain.households.models import Household
from paicha.domain.households.services import NewHousehold
from paicha.domain.reports.bulletin import Bulletin, _names, bulletin
from paicha.domain.responses.models import Finding, VillageSummary
from paicha.domain.responses.services import decide_finding
from paicha.domain.rounds.models import RoundArea

HEADS = [f"高{name}" for name in "甲乙丙丁戊己"]


@pytest.fixture
def county(db: None) -> Any:
    """Six households in the first village, two in the fourth (of the other town)."""
    with clock.frozen(OPENS):
        yield open_county({
            0: [NewHousehold("1", head, "", 4, "general") for head in HEADS],
            3: [NewHousehold("1", f"刘{name}", "", 4, "general") for name in "子丑"],
        })  # fmt: skip


def on(days: int) -> Any:
    return clock.frozen(OPENS + timedelta(days=days))


def survey(county: County, village: int, *heads: str, **answers: Any) -> None:
    ids = {h.head_name: str(h.pk) for h in Household.objects.filter(head_name__in=heads)}
    rows = [GENERAL | {"household": ids[head], "head_name": head, "group": "1"} | answers for head in heads]
    county.submit(county.villages[village], "general", rows)


def of(county: County, area: RoundArea | None = None) -> Bulletin:
    return bulletin(county.round, county.pack, area or county.county, scope=OPERATOR)


def figures(made: Bulletin) -> dict[str, tuple[int, int]]:
    return {f.key: (f.n, f.change) for f in made.figures}


def test_what_changed_since_yesterday(county: County) -> None:
    survey(county, 0, *HEADS[:2])
    assert figures(of(county))["done"] == (2, 2), "nothing stood before the opening day"
    with on(1):
        made = figures(of(county))
        assert made["done"] == (2, 0), "untouched since: yesterday as now"
        survey(county, 0, HEADS[2])
        survey(county, 3, "刘子")
        assert figures(of(county))["done"] == (4, 2)
        survey(county, 0, HEADS[3])
        made = figures(of(county))
        assert made["done"] == (5, 3), "a second save of the day keeps yesterday"
        assert made["due"] == (3, -3)
    with on(2):
        assert figures(of(county))["done"] == (5, 0)


def test_leads_found_and_decided(county: County) -> None:
    survey(county, 0, *HEADS[:2], income_band=1)
    first = figures(of(county))["open_leads"]
    assert first[0] == first[1] > 0
    with on(1):
        lead = Finding.objects.filter(severity="lead", state="open", household__isnull=False).first()
        assert lead is not None
        decide_finding(county.round, county.pack, lead, state="dismissed", reason="核实过", actor="5")
        made = figures(of(county))
        assert made["open_leads"] == (first[0] - 1, -1)
        assert made["decided"] == (1, 1)


def test_a_town_s_bulletin_holds_its_own_villages_alone(county: County) -> None:
    survey(county, 0, *HEADS)
    survey(county, 3, "刘子")
    first, second = county.towns
    assert figures(of(county, first))["done"][0] == 6
    assert figures(of(county, second))["done"][0] == 1
    whole = of(county)
    assert figures(whole)["done"][0] == 7
    assert [(line.code, line.tally.done, line.more) for line in whole.lines] == [
        (first.code, 6, 6), (second.code, 1, 1),
    ]  # fmt: skip
    assert [line.name for line in of(county, first).lines] == [county.place(county.villages[0]).spoken]


def test_behind_the_calendar(county: County) -> None:
    survey(county, 0, *HEADS)
    with on(5):
        made = of(county)
        assert [line.late for line in made.lines] == [False, True]
        assert f"进度落后于日程的有 1 个镇街：{county.towns[1].spoken}" in made.text
        VillageSummary.objects.update(status=VillageSummary.Status.HANDED_UP)  # somebody away stays away
        assert [line.late for line in of(county).lines] == [False, False]


def test_sentences_say_the_figures_and_nothing_that_is_nothing(county: County) -> None:
    survey(county, 0, *HEADS[:3], income_band=1)
    made = of(county)
    assert made.text.startswith(
        f"【神木市{county.pack.title}日报】\n2022年3月10日，村级排查第 1 天，还有 10 天。"
    )
    assert (
        "应排查 8 户，已排查 3 户（比昨天多收到 3 户，其中今天入户的 3 户），查完的占 37%，还差 5 户"
        in made.text
    )
    assert "没有易返贫致贫户却有线索的 1 个村（" in made.text
    assert "信访" not in made.text and "新纳入" not in made.text and "过期" not in made.text
    with on(11):
        assert "个村" in made.text
        late = of(county)
        assert figures(late)["late"] == (2, 0)
        assert "过期没上报 2 个村" in late.text


def test_facts_of_upper_apps_are_added_up(county: County) -> None:
    county.fill(county.villages[0], "village_profile", PROFILE)
    told: Callable[[int, dict[str, int]], int] = lambda place, facts: VillageSummary.objects.filter(  # noqa: E731
        village=county.villages[place]
    ).update(facts=facts)
    told(0, {"petitions_open": 2, "problems_open": 1, "enrolled": 1})
    told(3, {"petitions_open": 1})
    made = of(county)
    assert (figures(made)["petitions"][0], figures(made)["problems"][0]) == (3, 1)
    assert "信访没答复 3 件" in made.text and "本轮新纳入 1 户" in made.text


def test_many_places_are_named_by_the_first_few(county: County) -> None:
    assert _names(list("甲乙"), "个村") == "甲、乙"
    assert _names(list("甲乙丙丁戊己庚辛"), "个村") == "甲、乙、丙、丁、戊、己，另有 2 个村"
