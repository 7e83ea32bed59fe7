"""How the database finds the numbers of a village: in a county's first list, which it has no statistics of yet."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.worlds.county import County

from paicha.domain import clock
from paicha.domain.households.members import NewNumber, Origin, insert_numbers
from paicha.domain.households.services import NewHousehold, add_households
from paicha.domain.intake.known_persons import members_of_village, numbers_of_village

SYSTEM, HOUSEHOLDS = "全国防返贫监测信息系统", 300


def _entries_read(node: dict[str, Any]) -> float:
    """Rows, and entries of indexes, that the database went through below a node of PostgreSQL's plan."""
    own = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    return float(own * node["Actual Loops"]) + sum(_entries_read(part) for part in node.get("Plans", ()))


def test_numbers_of_a_village_are_found_without_going_through_those_of_the_county(county: County) -> None:
    villages = [area for area in county.villages if area.level == "village"][:2]
    for area in villages:
        new = [NewHousehold("1组", f"张三{i}", "", 4, "general") for i in range(HOUSEHOLDS)]
        made = add_households(area, new)
        insert_numbers(
            [
                NewNumber(household, None, SYSTEM, kind, str(i))
                for household, i in made
                for kind in ("household", "person")
            ],
            Origin("excel:tester", None, clock.now()),
        )
    with CaptureQueriesContext(connection) as captured:
        assert len(numbers_of_village(villages[0].pk, SYSTEM)) == 2 * HOUSEHOLDS
        assert members_of_village(villages[0].pk, SYSTEM) == {}
    for statement in [query["sql"] for query in captured if "foreignnumber" in query["sql"]]:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + statement)
                (plan,) = cursor.fetchone()[0]
                assert _entries_read(plan["Plan"]) < 20 * HOUSEHOLDS, plan
            else:
                cursor.execute("EXPLAIN QUERY PLAN " + statement)
                assert "member_id=" not in str(cursor.fetchall())
