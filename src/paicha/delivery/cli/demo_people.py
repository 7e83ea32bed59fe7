"""Who works in a demo county: an account a role around one village, and the zones 片 of every town.

What holds: accounts with known passwords exist in a demo home alone, each with a random one, shown on its sign-in
page; places are chosen so that the accounts meet: one leader leads a zone of the same town that the village is not
in, another the village's own, so that each can cross-check where the other leads.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import orjson

from paicha.core.area_codes import county_of, town_prefix
from paicha.delivery.cli.console import system_user

# (name, role, where), the one to begin with first
ACCOUNTS = (
    ("demo-village", "村干部", "village"),
    ("demo-grid", "网格员", "group"),
    ("demo-officer", "信息员", "village"),
    ("demo-liaison", "包村干部", "villages"),
    ("demo-town", "镇街工作人员", "town"),
    ("demo-leader", "片长", "other zone"),
    ("demo-leader-2", "片长", "own zone"),
    ("demo-city", "市级", "county"),
    ("demo-medical", "相关单位", "department"),
    ("demo-auditor", "审计", "county"),
    ("demo-admin", "管理员", "county"),
)
_ZONES = ("一片", "二片", "三片")


def people(village: str = "", near: Sequence[str] = ()) -> list[dict[str, str]]:
    """Make zones and accounts around a village; write them for the sign-in page; return those that are new.

    Without a village it is the one with the most open leads. `near`: whom its liaison cadre has besides, else the
    first of its town.
    """
    from paicha.domain.accounts.models import User
    from paicha.domain.accounts.policies import operator_scope
    from paicha.domain.accounts.roles import role_named
    from paicha.domain.accounts.services import create_user
    from paicha.domain.responses.models import VillageSummary

    scope = operator_scope(system_user())
    if not village:
        rows = VillageSummary.objects.all()
        village = max(rows, key=lambda row: (row.figures.get("open_leads", 0), row.code)).code
    _zones(scope.actor)
    places = _places(village, near)
    made = []
    for username, role, where in ACCOUNTS:
        if User.objects.filter(username=username).exists() or not places[where]:
            continue
        user, password = create_user(scope, username, role, places[where], name=f"演示{role}")
        user.must_change_password = False
        user.save(update_fields=["must_change_password"])
        title = " ".join(filter(None, (_spoken(where, places[where]), role)))
        made.append(
            {"username": username, "password": password, "title": title, "role": role_named(role).key}
        )
    if made:
        list_accounts(made)
    return made


def list_accounts(accounts: Sequence[Mapping[str, str]]) -> None:
    """Write what the sign-in page lists: accounts as `people` returns them, in the place of those before."""
    from django.conf import settings

    path = Path(settings.PAICHA_HOME) / "demo-accounts.json"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(orjson.dumps(list(accounts)))


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


def _places(village: str, near: Sequence[str]) -> dict[str, list[str]]:
    from paicha.domain.areas.models import Group, Zone, ZoneVillage

    town = town_prefix(village)
    own = ZoneVillage.objects.filter(village__code=village)
    others = Zone.objects.filter(town__code=f"{town}000").exclude(pk__in=own.values("zone")).order_by("pk")
    group = Group.objects.filter(village__code=village).order_by("name").first()
    return {
        "county": [county_of(village)],
        "town": [f"{town}000"],
        "village": [village],
        "villages": [village, *(near or _neighbours(town, village))],
        "group": [f"{village}/{group.name}"] if group else [],
        "other zone": [str(zone.pk) for zone in others[:1]],
        "own zone": [str(pk) for pk in own.values_list("zone", flat=True)],
        "department": ["medical"],
    }


def _spoken(where: str, refs: list[str]) -> str:
    """Where an account works, as people say it: '高家堡镇桑树渠村一组', '高家堡镇二片'; '' of a department."""
    from paicha.domain.areas.models import Area, Zone

    if where == "department":
        return "医保局"
    if where.endswith("zone"):
        zones = Zone.objects.select_related("town").filter(pk__in=refs)
        return "、".join(f"{zone.town.spoken}{zone.name}" for zone in zones)
    code, _, group = refs[0].partition("/")
    area = Area.objects.select_related("parent").get(code=code)
    above = area.parent.spoken if area.parent and area.level not in ("county", "town") else ""
    many = f"等 {len(refs)} 个村" if len(refs) > 1 else ""
    return f"{above}{area.spoken}{_group(group)}{many}"


def _group(name: str) -> str:
    return f"{name}组" if name.isdecimal() else name


def _neighbours(town: str, village: str) -> Iterator[str]:
    from paicha.domain.areas.models import Area

    near = Area.objects.filter(code__startswith=town, level="village").exclude(code=village).order_by("code")
    yield from near.values_list("code", flat=True)[:2]
