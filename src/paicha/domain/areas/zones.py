"""Zones 片(站): a town's villages, parted among its leaders.

What holds: a village lies in one zone at the most, and only in one of its own town; a zone that still has a leader
is not removed, for its leader's work would silently end. Who leads is an assignment (`accounts.zones`).
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from paicha.core.refusal import Refusal, text_field
from paicha.domain.areas.models import Area, Zone, ZoneVillage
from paicha.domain.audit.services import Entry, actor_chain, append

_LONGEST = 40


class ZoneError(Refusal):
    """A zone that can't be made or changed like this."""


@transaction.atomic
def make_zone(town: Area, name: str, actor: str) -> Zone:
    """A new zone without villages. Raises ZoneError for an empty, long or known name."""
    clean = text_field("片名", name, _LONGEST)
    if not clean:
        raise ZoneError("A10")
    if Zone.objects.filter(town=town, name=clean).exists():
        raise ZoneError("A11", clean=clean)
    zone = Zone.objects.create(town=town, name=clean)
    append([Entry(actor_chain(actor), actor, "zone.make", f"zone:{zone.pk}")])
    return zone


@transaction.atomic
def remove_zone(zone: Zone, actor: str) -> None:
    """Remove a zone that has no villages any more. Raises ZoneError."""
    if zone.members.exists():
        raise ZoneError("A12", name=zone.name)
    append([Entry(actor_chain(actor), actor, "zone.remove", f"zone:{zone.pk}")])
    zone.delete()


@transaction.atomic
def arrange(town: Area, wanted: Mapping[int, int | None], actor: str) -> int:
    """Put villages (id) into zones (id, None: into none); those not named stay. Returns how many moved.

    Raises ZoneError for a village or zone that is not of this town.
    """
    villages = set(Area.objects.filter(parent=town).values_list("pk", flat=True))
    zones = set(Zone.objects.filter(town=town).values_list("pk", flat=True))
    if not wanted.keys() <= villages or not {zone for zone in wanted.values() if zone} <= zones:
        raise ZoneError("A13")
    members = ZoneVillage.objects.select_for_update().filter(village__in=wanted)
    now = dict(members.values_list("village_id", "zone_id"))
    moved = {village: zone for village, zone in wanted.items() if now.get(village) != zone}
    ZoneVillage.objects.filter(village__in=moved).delete()
    ZoneVillage.objects.bulk_create(
        ZoneVillage(zone_id=zone, village_id=village) for village, zone in moved.items() if zone
    )
    append(
        Entry(actor_chain(actor), actor, "zone.village", f"village:{village} zone:{zone or 0}")
        for village, zone in sorted(moved.items())
    )
    return len(moved)
