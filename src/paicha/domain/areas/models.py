"""County, town, zone, village, residents' committee and village group, each with a permanent id.

What holds: an id is never reused and outlives its code; `code` and `name` are the ones in force, earlier
ones stand in AreaName with their dates; a round freezes those it opened with (rounds.RoundArea).
"""

from __future__ import annotations

from django.db import models

from paicha.domain.areas.names import spoken_name


class Area(models.Model):
    """One area. `code`: 12 digits; a town ends in 000, a county in 000000."""

    class Level(models.TextChoices):
        COUNTY = "county", "县"
        TOWN = "town", "镇街"
        VILLAGE = "village", "行政村"
        RESIDENTS = "residents", "社区"

    level = models.CharField("级别", max_length=10, choices=Level.choices)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    code = models.CharField("代码", max_length=12, unique=True)
    name = models.CharField("名称", max_length=60)
    since = models.DateField("启用日期", null=True, blank=True)
    until = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = "区划"
        verbose_name_plural = "区划"

    def __str__(self) -> str:
        return self.name

    @property
    def spoken(self) -> str:
        """The name on paper and screen: 水磨河村."""
        return spoken_name(self.level, self.name)


class AreaName(models.Model):
    """A code and name that an area had, until the day before `until`."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="names")
    code = models.CharField(max_length=12)
    name = models.CharField(max_length=60)
    until = models.DateField()

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Group(models.Model):
    """A village group 村民小组 by its canonical text: '2', '沟岔组'."""

    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="groups")
    name = models.CharField("组名", max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["village", "name"], name="areas_group_once")]

    def __str__(self) -> str:
        return self.name


class Zone(models.Model):
    """A part of a town 片(站): some of its villages under one leader; who leads is an assignment."""

    town = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="zones")
    name = models.CharField("片名", max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["town", "name"], name="areas_zone_once")]

    def __str__(self) -> str:
        return self.name


class ZoneVillage(models.Model):
    """A village belongs to one zone at the most."""

    zone = models.ForeignKey(Zone, on_delete=models.CASCADE, related_name="members")
    village = models.OneToOneField(Area, on_delete=models.PROTECT, related_name="zone_member")

    def __str__(self) -> str:
        return f"{self.zone_id}:{self.village_id}"
