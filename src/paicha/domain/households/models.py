"""The register: every household once, for good.

What holds: a household's id and number never change and are never reused; its class, head and closing
change by events alone; name, phone and population are what was last known, for prefilling and matching.
"""

from __future__ import annotations

from django.db import models

from paicha.domain.areas.models import Area


class Household(models.Model):
    """`number` is what Excel carries as the key (with a check digit); `group` the canonical text or ''."""

    id = models.UUIDField(primary_key=True)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="households", db_index=False)
    number = models.BigIntegerField("户编号", unique=True)
    group = models.CharField("村民小组", max_length=40, blank=True)
    head_name = models.CharField("户主姓名", max_length=40)
    phone = models.CharField("联系电话", max_length=20, blank=True)
    population = models.PositiveSmallIntegerField("家庭人口", null=True)
    household_class = models.CharField("类别", max_length=20)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["village", "group", "head_name"], name="households_place")]

    def __str__(self) -> str:
        return self.head_name


class HouseholdEvent(models.Model):
    """What happened to a household: added, split, merged, moved, closed, change of head or class."""

    class Kind(models.TextChoices):
        HEAD = "head", "更换户主"
        CLASS = "class", "更正类别"
        CLOSE = "close", "销户"
        TAKE_BACK = "take_back", "撤回导入"  # it was never there: an upload that made it was taken back

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    old = models.CharField(max_length=60, blank=True)
    new = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    actor = models.CharField(max_length=120)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"


class BaseChange(models.Model):
    """A change of base information, to be entered by hand into the national system (notice, 2(四))."""

    FIELDS = ("健康状况", "劳动力状况", "外出务工状况", "行政村总户数、总人数", "自然村总户数、总人数")

    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="base_changes")
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, null=True, related_name="base_changes"
    )  # None: the village itself
    field = models.CharField(max_length=20)
    old = models.CharField(max_length=100, blank=True)
    new = models.CharField(max_length=100)
    noted_on = models.DateField()
    noted_by = models.CharField(max_length=120)
    entered_on = models.DateField(null=True)
    entered_by = models.CharField(max_length=120, blank=True)

    def __str__(self) -> str:
        return f"{self.field} {self.noted_on}"


class Register(models.Model):
    """One row: what tells this register's household numbers from another's."""

    tag = models.CharField(max_length=4)

    def __str__(self) -> str:
        return self.tag
