"""A pack in use: its calendar, the areas and the roster as they were when it opened.

What holds: a roster entry's form and place change, and it is removed, with a register event alone (or with the upload
that made its household, where that is taken back); those found afterwards are added and marked. `outcome` is the one
column that says who is done, due, gone or refused (null: not met yet); progress and form 4 are sums over it.
"""

from __future__ import annotations

from django.db import models

from paicha.domain.areas.models import Area
from paicha.domain.areas.names import spoken_name
from paicha.domain.households.models import Household


class PackContent(models.Model):
    """A pack's bytes, so that a round can be read for ever as it was opened."""

    digest = models.CharField(primary_key=True, max_length=64)
    name = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    title = models.CharField(max_length=100)
    files = models.JSONField()  # file name → text

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Round(models.Model):
    """One campaign. The newest one is the current one."""

    pack = models.ForeignKey(PackContent, on_delete=models.PROTECT)
    opens_on = models.DateField("开始日期")
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=120)
    extensions = models.JSONField(default=list)  # see `services.extend_stage`; read with every page's round

    def __str__(self) -> str:
        return f"{self.pack.title}（{self.opens_on:%Y-%m-%d}）"


class RoundArea(models.Model):
    """An area as the round found it: frozen code, name and place in the tree."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="areas")
    area = models.ForeignKey(Area, on_delete=models.PROTECT)
    code = models.CharField(max_length=12)
    parent_code = models.CharField(max_length=12, blank=True)
    level = models.CharField(max_length=10)
    name = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "code"], name="rounds_area_code"),
            models.UniqueConstraint(fields=["round", "area"], name="rounds_area_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def spoken(self) -> str:
        """The name on paper and screen: 水磨河村."""
        return spoken_name(self.level, self.name)


class RosterEntry(models.Model):
    """A household in a round: which form it fills, how the visit ended, which revision is in force."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="roster", db_index=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="entries", db_index=False)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    form = models.CharField(max_length=40)
    group = models.CharField(max_length=40, blank=True)
    added = models.BooleanField(default=False)
    outcome = models.PositiveSmallIntegerField(null=True)
    revision = models.UUIDField(null=True)
    revision_number = models.PositiveIntegerField(default=0)
    facts = models.JSONField(null=True)  # told by upper apps: deliberated, enrolment_started, measures
    reopened = models.BooleanField(default=False, db_default=False)  # open though its village is not

    class Meta:
        constraints = [models.UniqueConstraint(fields=["household", "round"], name="rounds_roster_once")]
        indexes = [models.Index(fields=["round", "village", "form"], name="rounds_roster_village")]

    def __str__(self) -> str:
        return f"{self.form} {self.outcome}"


class PlannedVisit(models.Model):
    """Who surveys which group of a village on which day: the village's plan for its ten days.

    A group may have several: more than one person, or more than one day, share what is still due there.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", db_index=False)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    group = models.CharField(max_length=40, blank=True)
    surveyor = models.CharField("排查人员", max_length=40)
    on = models.DateField("日期", null=True)

    class Meta:
        indexes = [models.Index(fields=["round", "village"], name="rounds_plan_village")]

    def __str__(self) -> str:
        return f"{self.group} {self.surveyor}"
