"""Lists with one row a person: heads, members, numbers and classes; what contradicts itself; the same again."""

from __future__ import annotations

from tests.domain.intake.sheets import numbers, send
from tests.worlds.county import County
from tests.worlds.persons import PersonList, person_list

from paicha.domain.audit.queries import verify
from paicha.domain.households.models import ForeignNumber, Household, Member
from paicha.domain.responses.audit_check import broken_parts
from paicha.domain.rounds.models import RosterEntry


def listed(county: County, households: int = 40) -> PersonList:
    villages = [area for area in county.villages if area.level == "village"]
    towns = {area.pk: area.parent.name if area.parent else "" for area in villages}
    return person_list([(area, towns[area.pk]) for area in villages], households)


def stored() -> dict[str, tuple[object, ...]]:
    """Household number of the other system → village, head, class, members with their numbers, the head's number."""
    found: dict[str, tuple[object, ...]] = {}
    own = dict(
        ForeignNumber.objects.filter(member=None, kind="household").values_list("household_id", "number")
    )
    heads = dict(
        ForeignNumber.objects.filter(member=None, kind="person").values_list("household_id", "number")
    )
    members: dict[object, list[tuple[str, str, str]]] = {}
    for household, name, relation, number in Member.objects.order_by("id").values_list(
        "household_id", "name", "relation", "foreign_numbers__number"
    ):
        members.setdefault(household, []).append((name, relation, number))
    for h in Household.objects.select_related("village"):
        found[own[h.pk]] = (
            h.village.code, h.head_name, h.household_class, tuple(sorted(members.get(h.pk, []))), heads[h.pk],
        )  # fmt: skip
    return found


def truth(made: PersonList) -> dict[str, tuple[object, ...]]:
    return {
        one.number: (one.village, one.head, one.household_class, tuple(sorted(one.members)), one.head_number)
        for one in made.households
    }


def test_heads_become_households_with_their_members_numbers_and_classes(county: County) -> None:
    made = listed(county)
    result = send((made.name, made.xlsx()))
    assert numbers(result) == {"accepted": 40, "created": 40} and result.complete, result.messages
    assert stored() == truth(made)
    cleared = {h.number for h in made.households if h.cleared}
    told = RosterEntry.objects.filter(facts__prior_risk_cleared=1)
    kept = ForeignNumber.objects.filter(household__in=told.values("household"), member=None, kind="household")
    assert set(kept.values_list("number", flat=True)) == cleared and cleared
    assert set(Household.objects.values_list("population", flat=True)) == {2, 3, 4}
    assert verify() == [] and broken_parts() == []
    assert numbers(send((made.name, made.xlsx()))) == {"unchanged": 40}
    assert stored() == truth(made)
