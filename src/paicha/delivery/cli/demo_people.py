"""Who works in a demo county: an account a role around one village, and the zones 片 of every town.

What holds: accounts with known passwords exist in a demo home alone, each with a random one, shown on its sign-in
page; places are chosen so that the accounts meet: one leader leads a zone of the same town that the village is not
in, another the village's own, so that each can cross-check where the other leads.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import orjson

from paicha.core.area_codes import county_of, town_prefix
from paicha.delivery.cli.console import system_user

# (name, role, where): `village` is the one with the most open leads
ACCOUNTS = (
    ("demo-city", "市级", "county"),
    ("demo-town", "镇街工作人员", "town"),
    ("demo-leader", "片长", "other zone"),
    ("demo-leader-2", "片长", "own zone"),
    ("demo-village", "村干部", "village"),
    ("demo-officer", "信息员", "village"),
    ("demo-grid", "网格员", "group"),
    ("demo-liaison", "包村干部", "villages"),
    ("demo-medical", "相关单位", "department"),
    ("demo-auditor", "审计", "county"),
    ("demo-admin", "管理员", "county"),
)
_ZONES = ("一片", "二片", "三片")


def people() -> list[dict[str, str]]:
    """Make zones and accounts; write the accounts for the sign-in page; return those that are new."""
    from django.conf import settings

    from paicha.domain.accounts.models import User
    from paicha.domain.accounts.policies import operator_scope
    from paicha.domain.accounts.services import create_user
    from paicha.domain.responses.models import VillageSummary

    scope = operator_scope(system_user())
    village = max(VillageSummary.objects.all(), key=lambda s: (s.figures.get("open_leads", 0), s.code)).code
    _zones(scope.actor)
    places = _places(village)
    made = []
    for username, role, where in ACCOUNTS:
        if User.objects.filter(username=username).exists() or not places[where]:
            continue
        user, password = create_user(scope, username, role, places[where], name=f"演示{role}")
        user.must_change_password = False
        user.save(update_fields=["must_change_password"])
        made.append({"username": username, "password": password, "title": role})
    if made:
        path = Path(settings.PAICHA_HOME) / "demo-accounts.json"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(orjson.dumps(made))
    return made


def _zones(actor: str) -> None:
    """Three zones a town, its villages parted in order of code."""
    from paicha.domain.areas.models import Area, Zone
    from paicha.domain.areas.zones import arrange, make_zone

    for town in Area.objects.filter(level="town").order_by("code"):
        if Zone.objects.filter(town=town).exists():
            continue
        villages = list(Area.objects.filter(parent=town).order_by("code").values_list("pk", flat=True))
        zones = [make_zone(town, name, actor).pk for name in _ZONES]
        share = -(-len(villages) // len(zones)) or 1
        arrange(town, {pk: zones[number // share] for number, pk in enumerate(villages)}, actor)


def _places(village: str) -> dict[str, list[str]]:
    from paicha.domain.areas.models import Group, Zone, ZoneVillage

    town = town_prefix(village)
    own = ZoneVillage.objects.filter(village__code=village)
    others = Zone.objects.filter(town__code=f"{town}000").exclude(pk__in=own.values("zone")).order_by("pk")
    group = Group.objects.filter(village__code=village).order_by("name").first()
    return {
        "county": [county_of(village)],
        "town": [f"{town}000"],
        "village": [village],
        "villages": [village, *_neighbours(town, village)],
        "group": [f"{village}/{group.name}"] if group else [],
        "other zone": [str(zone.pk) for zone in others[:1]],
        "own zone": [str(pk) for pk in own.values_list("zone", flat=True)],
        "department": ["medical"],
    }


def _neighbours(town: str, village: str) -> Iterator[str]:
    from paicha.domain.areas.models import Area

    near = Area.objects.filter(code__startswith=town, level="village").exclude(code=village).order_by("code")
    yield from near.values_list("code", flat=True)[:2]
