"""The village's problem list (form 3) and its rectification columns.

What holds: a problem is never deleted; one that was written by mistake is withdrawn, and only those not
withdrawn are counted in form 4.
"""

from __future__ import annotations

from django.db import models

from paicha.domain.areas.models import Area
from paicha.domain.households.models import Household
from paicha.domain.rounds.models import Round


class Problem(models.Model):
    """One line of form 3. `type` is one of the pack's eight; measure, limit and owner stand on the 整改台账."""

    class Status(models.TextChoices):
        OPEN = "open", "整改中"
        DONE = "done", "已整改"
        WITHDRAWN = "withdrawn", "已撤回"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", db_index=False)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    type = models.PositiveSmallIntegerField("类型")
    text = models.CharField("具体问题", max_length=1000)
    measure = models.CharField("整改措施", max_length=500, blank=True)
    due_on = models.DateField("整改时限", null=True, blank=True)
    owner = models.CharField("整改责任人", max_length=60, blank=True)
    status = models.CharField("整改情况", max_length=10, choices=Status.choices, default=Status.OPEN)
    source = models.CharField(max_length=140)
    upload = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["village", "round"], name="problems_village")]

    def __str__(self) -> str:
        return self.text[:30]
