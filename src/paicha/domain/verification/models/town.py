"""What a town does with a ledger that was handed up: audits it, asks, visits, and decides many leads at once.

What holds: an audit belongs to one hand-up of a village, so that the next hand-up is judged afresh; a visit's result
is form 5 itself, kept by `responses`; a bulk job keeps, village by village, what it changed, so that undoing it
restores exactly that and nothing that people did since. What lists show is told as facts of the summary rows.
"""

from __future__ import annotations

from django.db import models

from paicha.domain.accounts.models import Assignment, User
from paicha.domain.areas.models import Area, Zone
from paicha.domain.households.models import Household
from paicha.domain.rounds.models import Round


class DeskAudit(models.Model):
    """The town's look at one hand-up of a village's ledger 基础审核. `result` is empty while it goes on."""

    class Result(models.TextChoices):
        PASSED = "passed", "通过"
        VISIT = "visit", "列入实地核实"
        RETURNED = "returned", "退回"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", db_index=False)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    handed_up_at = models.DateTimeField(null=True)  # the hand-up it judges, as the summary row names it
    begun_at = models.DateTimeField()
    begun_by = models.CharField(max_length=120)
    result = models.CharField("审核结果", max_length=10, choices=Result.choices, blank=True)
    opinion = models.CharField("审核意见", max_length=1000, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [models.Index(fields=["village", "round"], name="verification_audit_village")]

    def __str__(self) -> str:
        return self.get_result_display() or "审核中"


class Enquiry(models.Model):
    """A question of the town to the village, on the village, a row or one cell of it; answered, then closed."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", db_index=False)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", null=True)
    question = models.CharField(
        "哪一项", max_length=60, blank=True
    )  # a question of the pack, where it is on a cell
    text = models.CharField("问题", max_length=500)
    to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="问谁")
    by = models.CharField(max_length=120)
    at = models.DateTimeField()
    answer = models.CharField("答复", max_length=1000, blank=True)
    answered_by = models.CharField(max_length=120, blank=True)
    answered_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=120, blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["village", "round"], name="verification_enquiry_village")]

    def __str__(self) -> str:
        return self.text[:30]


class Visit(models.Model):
    """A visit to a village with form 5: the town's own 实地核实, or a cross-check 交叉核实 by another zone.

    `reasons` are the sentences by which it was proposed; `assignment` lets the leader of a cross-check see the
    village until it is done.
    """

    class Kind(models.TextChoices):
        VERIFICATION = "verification", "实地核实"
        CROSS_CHECK = "cross_check", "交叉核实"

    class State(models.TextChoices):
        PLANNED = "planned", "已安排"
        DONE = "done", "已完成"
        DROPPED = "dropped", "已取消"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", db_index=False)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField("方式", max_length=12, choices=Kind.choices)
    state = models.CharField("情况", max_length=8, choices=State.choices, default=State.PLANNED)
    planned_on = models.DateField("哪一天去")
    leader = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="带队")
    zone = models.ForeignKey(Zone, on_delete=models.SET_NULL, related_name="+", null=True)  # the leader's
    team = models.CharField("组员", max_length=200, blank=True)
    reasons = models.JSONField(default=list)
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="+", null=True)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    done_by = models.CharField(max_length=120, blank=True)
    done_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)  # why it was dropped

    class Meta:
        indexes = [
            models.Index(fields=["village", "round"], name="verification_visit_village"),
            models.Index(fields=["leader", "state"], name="verification_visit_leader"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.planned_on}"


class VisitHousehold(models.Model):
    """A household that a visit should look at, why, and what was found there, by whom and when."""

    class Found(models.TextChoices):
        AGREES = "agrees", "与表相符"
        DIFFERS = "differs", "与表不符"
        AWAY = "away", "没见到人"

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="households")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    found = models.CharField("看到的", max_length=8, choices=Found.choices, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    by = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "household"], name="verification_visit_household")
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.reason}"


class BulkJob(models.Model):
    """One act over every village of a filtered list, done by the worker village by village.

    `villages`: their ids as the list stood when it was confirmed; `details` what the act needs.
    """

    class Kind(models.TextChoices):
        DISMISS = "dismiss", "线索记为不属实"
        VISIT = "visit", "安排实地核实"
        REMIND = "remind", "提醒"

    class Phase(models.TextChoices):
        WAITING = "waiting", "排队中"
        RUNNING = "running", "正在处理"
        DONE = "done", "已完成"
        UNDOING = "undoing", "正在撤销"
        UNDONE = "undone", "已撤销"
        FAILED = "failed", "没有完成"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", db_index=False)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    villages = models.JSONField()
    details = models.JSONField(default=dict)
    phase = models.CharField(max_length=10, choices=Phase.choices, default=Phase.WAITING)
    passed = models.PositiveIntegerField(default=0)  # villages looked at in this phase
    changed = models.PositiveIntegerField(
        default=0
    )  # leads, visits or notices made; of an undone job, taken back
    error = models.CharField(max_length=300, blank=True)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.get_phase_display()}"


class BulkStep(models.Model):
    """What a job did in one village, in that village's transaction: the ids of the rows that it changed."""

    job = models.ForeignKey(BulkJob, on_delete=models.CASCADE, related_name="steps")
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    rows = models.JSONField()
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "village"], name="verification_bulk_step_once")]

    def __str__(self) -> str:
        return f"{self.job_id}:{self.village_id}"
