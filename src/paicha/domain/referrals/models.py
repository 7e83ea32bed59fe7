"""Suspected problems referred to departments, and departments' lists compared with the register.

What holds: a department sees of a household what a referral shows (head, village, group, question) and nothing
else; its answer is kept beside the lead and decides nothing by itself. A list that was compared is kept until
`keep_until` and then deleted; no column of it is kept but name, village, group and note.
"""

from __future__ import annotations

from django.db import models

from paicha.core.keys import check_digit
from paicha.domain.areas.models import Area
from paicha.domain.households.models import Household
from paicha.domain.responses.models import Finding
from paicha.domain.rounds.models import Round


class Referral(models.Model):
    """One question about one household to one department (`department`: its id in the pack)."""

    class Answer(models.TextChoices):
        YES = "yes", "是"
        NO = "no", "否"
        UNKNOWN = "unknown", "说不清"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", db_index=False)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    finding = models.ForeignKey(Finding, on_delete=models.SET_NULL, null=True, related_name="+")
    department = models.CharField(max_length=40)
    question = models.CharField("要核实的问题", max_length=300)
    sent_by = models.CharField(max_length=120)
    sent_at = models.DateTimeField()
    due_on = models.DateField("答复期限")
    answer = models.CharField("是否属实", max_length=10, choices=Answer.choices, blank=True)
    reason = models.CharField("理由", max_length=300, blank=True)
    answered_by = models.CharField(max_length=120, blank=True)
    answered_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["village", "round"], name="referrals_village"),
            models.Index(fields=["department", "round", "answered_at"], name="referrals_department"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "household", "department", "question"],
                name="referrals_once",
                condition=models.Q(answered_at=None, withdrawn_at=None),
            )
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """What a row of the department's workbook is matched by: 'Z000012' and a check digit."""
        digits = f"{self.pk:06d}"
        return f"Z{digits}{check_digit(digits)}"


class ComparisonList(models.Model):
    """A department's list compared with the register of a town or the county (`area`).

    `expects`: 'question:option' that the answers of a household on the list should hold, '' for none;
    `ignored`: titles of the columns that were not read; `counts`: rows by state, and by what can be done.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    department = models.CharField(max_length=40)
    title = models.CharField("名单", max_length=60)
    expects = models.CharField(max_length=80, blank=True)
    file = models.CharField(max_length=200)
    ignored = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    uploaded_by = models.CharField(max_length=120)
    at = models.DateTimeField()
    keep_until = models.DateField()

    def __str__(self) -> str:
        return self.title


class ComparisonRow(models.Model):
    """One row of such a list. `candidates`: ids of households that may be meant; `cell`: where the name stood.

    `monitored`: the household is on the form of the class that is watched; `agrees`: its answers hold what the
    list says (null: nobody has answered, or nothing is expected); `lead_at`: when it became a lead.
    """

    class State(models.TextChoices):
        MATCHED = "matched", "对上了"
        DOUBTFUL = "doubtful", "拿不准"
        UNMATCHED = "unmatched", "底册里没有"

    comparison = models.ForeignKey(
        ComparisonList, on_delete=models.CASCADE, related_name="rows", db_index=False
    )
    cell = models.CharField(max_length=12)
    name = models.CharField(max_length=60)
    place = models.CharField(max_length=80)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+")
    group = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State.choices)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, null=True, related_name="+")
    candidates = models.JSONField(default=list)
    monitored = models.BooleanField(null=True)
    agrees = models.BooleanField(null=True)
    lead_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["comparison", "state"], name="referrals_row_state")]

    def __str__(self) -> str:
        return self.name
