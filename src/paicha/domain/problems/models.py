"""The village's problem list (form 3), its rectification, and petitions.

What holds: a problem is never deleted; one that was written by mistake is withdrawn, and comes back as it was;
form 4 counts those in force that the village itself found, what a town or the city finds is additional. Every
step of the rectification is a row, so that it stays known who did what when. A petition is answered, not closed.
"""

from __future__ import annotations

from datetime import date

from django.db import models

from paicha.domain.areas.models import Area
from paicha.domain.files.models import StoredFile
from paicha.domain.households.models import Household
from paicha.domain.responses.models import Finding
from paicha.domain.rounds.models import Round


class Problem(models.Model):
    """One line of form 3. `type` is one of the pack's eight; measure, limit and owner stand on the 整改台账.

    `found_by`: the level that wrote it; the level above that one re-checks. `late`: added after the village
    had handed up. `finding`: the lead that it was raised from.
    """

    class Status(models.TextChoices):
        OPEN = "open", "整改中"
        DONE = "done", "已整改，等复核"
        CLOSED = "closed", "已销号"
        WITHDRAWN = "withdrawn", "已撤回"

    class Level(models.TextChoices):
        VILLAGE = "village", "村级排查"
        TOWN = "town", "镇级核实"
        CITY = "city", "市级抽查"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", db_index=False)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    finding = models.ForeignKey(Finding, on_delete=models.SET_NULL, null=True, related_name="+")
    type = models.PositiveSmallIntegerField("类型")
    text = models.CharField("具体问题", max_length=1000)
    found_by = models.CharField(
        "谁发现的", max_length=10, choices=Level.choices, default=Level.VILLAGE, db_default="village"
    )
    late = models.BooleanField("上报后增列", default=False, db_default=False)
    measure = models.CharField("整改措施", max_length=500, blank=True)
    due_on = models.DateField("整改时限", null=True, blank=True)
    owner = models.CharField("整改责任人", max_length=60, blank=True)
    status = models.CharField("整改情况", max_length=10, choices=Status.choices, default=Status.OPEN)
    status_before = models.CharField(max_length=10, blank=True, default="", db_default="")  # of one withdrawn
    evidence = models.CharField("佐证", max_length=1000, blank=True, default="", db_default="")
    check_reason = models.CharField("退回原因", max_length=300, blank=True, default="", db_default="")
    source = models.CharField(max_length=140)
    upload = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["village", "round"], name="problems_village")]

    def __str__(self) -> str:
        return self.text[:30]

    def overdue(self, today: date) -> bool:
        """Whether its time limit has passed and it is not said to be done."""
        return self.status == self.Status.OPEN and self.due_on is not None and self.due_on < today


class ProblemStep(models.Model):
    """What was done about a problem: who, when, in which words."""

    class Kind(models.TextChoices):
        MEASURE = "measure", "定措施、时限、责任人"
        DONE = "done", "整改完成"
        SENT_BACK = "sent_back", "复核不过，退回"
        CLOSED = "closed", "复核通过，销号"
        REOPENED = "reopened", "撤销上一步"
        WITHDRAWN = "withdrawn", "撤回"
        RESTORED = "restored", "撤销撤回"

    problem = models.ForeignKey(Problem, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.CharField(max_length=1000, blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.CharField(max_length=120)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"


class Petition(models.Model):
    """What somebody complained or asked for 信访舆情: received, from whom, the demand, the reply.

    `due_on`: by when it is to be answered (procedure `petition` of the pack). Open until `replied_on` is known.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", db_index=False)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, null=True, related_name="+")
    problem = models.ForeignKey(Problem, on_delete=models.SET_NULL, null=True, related_name="+")
    received_on = models.DateField("收到日期")
    from_whom = models.CharField("反映人", max_length=60)
    demand = models.CharField("诉求", max_length=1000)
    due_on = models.DateField("答复期限")
    reply = models.CharField("答复", max_length=1000, blank=True)
    replied_on = models.DateField("答复日期", null=True)
    replied_by = models.CharField(max_length=120, blank=True)
    noted_by = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["village", "round"], name="problems_petition_village")]

    def __str__(self) -> str:
        return self.demand[:30]
