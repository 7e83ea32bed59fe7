"""Form 4: every total is the sum of its rows, and every figure opens into exactly what it counts (V25)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django.fixtures import DjangoAssertNumQueries
from tests.lengths import examples
from tests.worlds.county import OPERATOR, PROFILE, County, scope_of

from paicha.domain import bulk
from paicha.domain.accounts.policies import Grant, Scope
from paicha.domain.accounts.roles import Kind, Verb
from paicha.domain.areas.models import Area
from paicha.domain.areas.names import spoken_name
from paicha.domain.handover.figures import COUNTED
from paicha.domain.households.services import NewHousehold, add_households
from paicha.domain.problems.models import Problem
from paicha.domain.problems.services import replace_list
from paicha.domain.reports.figures import (
    FigureRow,
    NoSuchArea,
    Opens,
    Statistics,
    area_of,
    statistics,
)
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.services import village_work
from paicha.domain.responses.summary.tallies import Selection
from paicha.domain.rounds.models import RosterEntry, RoundArea

FORMS = ("general", "lifted", "monitored")
OUTCOMES = (None, 1, 2, 3, 4, 5, 6, 7)

entries = st.lists(st.tuples(st.sampled_from(FORMS), st.sampled_from(OUTCOMES)), max_size=12)
profiles = st.fixed_dictionaries(
    {},
    optional={
        name: st.integers(0, 5000)
        for name in ("groups", "total_households", "total_people", "resident_households", "resident_people")
    },
)
villages = st.tuples(entries, profiles, st.integers(0, 4))


def put(
    county: County,
    village: Area,
    roster: list[tuple[str, int | None]],
    profile: dict[str, int],
    problems: int,
) -> None:
    """A village as it would stand after some visits, counted by the same recount as always."""
    made = add_households(village, [NewHousehold("", "张三", "", 1, form) for form, _ in roster])
    rows = [
        (county.round.pk, id_, village.pk, form, "", False, outcome, 0)
        for (id_, _), (form, outcome) in zip(made, roster, strict=True)
    ]
    columns = ("round", "household", "village", "form", "group", "added", "outcome", "revision_number")
    bulk.insert(RosterEntry, columns, rows)
    with village_work(county.round, county.pack, village, "tester") as work:
        replace_list(work, [(1 + n % 8, f"问题{n}") for n in range(problems)], "excel:clerk")
        work.summary.profile = profile
        work.changed = True


def opened(county: County, opens: Opens, figure: str) -> int | None:
    """What a page finds when it follows a figure: counted from the rows themselves, not from summaries."""
    low = opens.area.rstrip("0") if opens.area[9:] == "000" else opens.area
    areas = RoundArea.objects.filter(
        round=county.round, code__startswith=low, level__in=("village", "residents")
    )
    ids = list(areas.values_list("area_id", flat=True))
    if opens.source == "households":
        assert opens.selection is not None
        found = RosterEntry.objects.filter(round=county.round, village__in=ids)
        return found.filter(opens.selection.condition(county.pack)).count()
    if opens.source == "problems":
        return Problem.objects.filter(village__in=ids).exclude(status="withdrawn").count()
    known = [
        summary.profile[figure]
        for summary in VillageSummary.objects.filter(village__in=ids)
        if figure in summary.profile
    ]
    return sum(known) if known else None


def whole(county: County, area: RoundArea) -> Statistics:
    return statistics(county.round, county.pack, area, scope=OPERATOR)


@given(drawn=st.lists(villages, min_size=6, max_size=6))
@settings(
    max_examples=examples(12),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_totals_are_their_rows_and_open_into_them(county: County, drawn: list[Any]) -> None:
    with transaction.atomic():
        for village, (roster, profile, problems) in zip(county.villages, drawn, strict=True):
            put(county, village, roster, profile, problems)
        for area in (county.county, *county.towns):
            counted = whole(county, area)
            assert counted.total is not None
            for figure in counted.form.figures:
                if figure.source in COUNTED:
                    check_figure(county, figure.name, [*counted.rows, counted.total])
                    known = [row.values[figure.name] for row in counted.rows]
                    numbers = [value for value in known if isinstance(value, int)]
                    assert counted.total.values[figure.name] == (sum(numbers) if numbers else None)
        by_class = [f.name for f in counted.form.figures if f.source == "surveyed" and f.form]
        for row in whole(county, county.county).rows:  # V19
            assert row.values["surveyed"] == sum(int(str(row.values[name])) for name in by_class)
        transaction.set_rollback(True)


def check_figure(county: County, figure: str, rows: list[FigureRow]) -> None:
    for row in rows:
        assert row.values[figure] == opened(county, row.opens[figure], figure), (row.code, figure)


def test_a_county_costs_three_queries(
    county: County, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    put(county, county.villages[0], [("general", 1)], PROFILE, 2)  # type: ignore[arg-type]
    area = county.county
    with django_assert_num_queries(3):
        counted = whole(county, area)
    assert [row.name for row in counted.rows] == [spoken_name(v.level, v.name) for v in county.villages]


def test_one_row_word_for_word(county: County) -> None:
    roster = [("general", 1), ("general", 2), ("lifted", 3), ("general", 4), ("monitored", 4), ("general", 7)]
    put(county, county.villages[0], [*roster, ("general", None), ("general", 5)], PROFILE, 2)  # type: ignore[arg-type]
    row = whole(county, county.county).rows[0]
    assert dict(row.values) == {
        "number": 1, "town_name": county.towns[0].name, "village_name": spoken_name("village", county.villages[0].name),
        "groups": 3,
        "total_households": 6, "total_people": 24, "resident_households": 5, "resident_people": 20,
        "surveyed": 3, "surveyed_general": 2, "surveyed_lifted": 1, "surveyed_monitored": 0, "problems": 2,
        "remark": "外出未联系上2户，拒访1户",
    }  # fmt: skip
    assert row.opens["surveyed_lifted"] == Opens(
        "households", county.villages[0].code, Selection("lifted", "done")
    )


def test_a_residents_committee_appears_once_it_holds_households(county: County) -> None:
    committee = Area.objects.filter(level="residents").first()
    assert committee is not None
    assert committee.code not in {row.code for row in whole(county, county.county).rows}
    put(county, committee, [("general", 1)], {}, 0)
    assert committee.code in {row.code for row in whole(county, county.county).rows}


def test_a_village_alone_has_no_total(county: County) -> None:
    counted = whole(county, county.place(county.villages[4]))
    assert counted.total is None
    assert [row.values["number"] for row in counted.rows] == [1]


@pytest.mark.parametrize(
    ("prefixes", "places"), [((), []), (("0",), [0]), (("0", "5"), [0, 5]), (("town",), [0, 1, 2])]
)
def test_no_scope_means_no_rows(county: County, prefixes: tuple[str, ...], places: list[int]) -> None:
    refs = [county.towns[0].code[:9] if p == "town" else county.villages[int(p)].code for p in prefixes]
    verbs = frozenset({Verb.READ_STATISTICS})
    scope = Scope("7", tuple(Grant(Kind.AREA, ref, verbs) for ref in refs)) if refs else scope_of("7")
    counted = statistics(county.round, county.pack, county.county, scope=scope)
    assert [row.code for row in counted.rows] == [county.villages[place].code for place in places]


def test_an_unknown_area_is_one_sentence(county: County) -> None:
    with pytest.raises(NoSuchArea, match="本轮排查没有代码为“610881999999”的地方"):
        area_of(county.round, "610881999999")
