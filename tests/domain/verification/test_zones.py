"""Zones: a village in one at the most, leaders out of the town's own, nobody else's rights grow."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from tests.worlds.town import Town

from paicha.core.refusal import Refusal
from paicha.domain.accounts.roles import Verb
from paicha.domain.accounts.services import AccountError
from paicha.domain.accounts.zones import set_leaders, town_leaders
from paicha.domain.areas.models import Zone, ZoneVillage
from paicha.domain.areas.zones import ZoneError, arrange, make_zone, remove_zone
from paicha.domain.audit.models import AuditEntry
from paicha.domain.audit.queries import verify


def test_a_zone_is_its_villages_as_they_are_today(town: Town) -> None:
    first, _, third = (v.area for v in town.villages)
    assert town.scope("first").covers(Verb.READ_HOUSEHOLDS, first.code)
    assert not town.scope("first").covers(Verb.READ_HOUSEHOLDS, third.code)
    moved = arrange(town.area, {third.pk: town.zones[0].pk, first.pk: None}, "clerk")
    assert moved == 2
    assert not town.scope("first").covers(Verb.READ_HOUSEHOLDS, first.code)
    assert town.scope("first").covers(Verb.READ_HOUSEHOLDS, third.code)
    assert arrange(town.area, {third.pk: town.zones[0].pk}, "clerk") == 0
    assert AuditEntry.objects.filter(action="zone.village", actor="clerk").count() == 2


@pytest.mark.parametrize(
    ("name", "said"),
    [("", "请写片的名称"), ("  ", "请写片的名称"), ("一片", "已经有“一片”"), ("片" * 41, "最多 40 字")],
)
def test_a_zone_needs_a_name_of_its_own(town: Town, name: str, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        make_zone(town.area, name, "clerk")


def test_villages_and_zones_of_another_town_stay_out(town: Town) -> None:
    far = next(v for v in town.county.villages if v.parent_id != town.area.pk)
    foreign = make_zone(far.parent, "一片", "x")  # type: ignore[arg-type]
    for wanted in ({far.pk: town.zones[0].pk}, {town.villages[0].area.pk: foreign.pk}):
        with pytest.raises(ZoneError, match="不是本镇的"):
            arrange(town.area, wanted, "clerk")
    assert ZoneVillage.objects.filter(village=far).count() == 0


def test_a_zone_with_villages_is_not_removed(town: Town) -> None:
    with pytest.raises(ZoneError, match="里还有村"):
        remove_zone(town.zones[0], "clerk")
    empty = make_zone(town.area, "三片", "clerk")
    remove_zone(empty, "clerk")
    assert not Zone.objects.filter(pk=empty.pk).exists()


def test_two_leaders_change_places_in_one_step(town: Town) -> None:
    one, two = (zone.pk for zone in town.zones)
    third = town.villages[2].area.code
    users = town.users
    changed = set_leaders(town.scope("clerk"), town.area, {one: users["second"], two: users["first"]})
    assert changed == 2
    assert town_leaders(town.area) == {users["whole"]: [], users["second"]: [one], users["first"]: [two]}
    assert town.scope("first").covers(Verb.READ_HOUSEHOLDS, third)
    assert not town.scope("second").covers(Verb.READ_HOUSEHOLDS, third)
    assert set_leaders(town.scope("clerk"), town.area, {one: users["second"]}) == 0
    by = str(users["clerk"].pk)
    assert AuditEntry.objects.filter(action="account.assign:area_leader", actor=by).count() == 2
    assert AuditEntry.objects.filter(action="account.end", actor=by).count() == 2
    assert verify() == []


@pytest.mark.parametrize(
    ("who", "leader", "error"),
    [
        ("clerk", "stranger", AccountError),  # leads in another town
        ("clerk", "cadre0", AccountError),  # leads nothing
        ("clerk", "clerk", AccountError),  # nobody gives himself a zone
        ("far_clerk", "second", PermissionDenied),
        ("first", "second", PermissionDenied),
        ("city", "second", PermissionDenied),
        ("cadre0", "second", PermissionDenied),
    ],
)
def test_who_may_name_whom(town: Town, who: str, leader: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        set_leaders(town.scope(who), town.area, {town.zones[0].pk: town.users[leader]})
    assert town_leaders(town.area)[town.users["first"]] == [town.zones[0].pk]


def test_who_was_switched_off_leads_nothing(town: Town) -> None:
    town.users["first"].is_active = False
    town.users["first"].save()
    assert town.users["first"] not in town_leaders(town.area)
