"""What a county does about a household: cases that go through a pack's procedures, meetings, measures, rounds.

What holds: a household has at most one going case of a procedure; what happened to a case is a log that is only
added to (`CaseStep`), and what was undone is another line of it; the state of a case is what its log says. A
meeting's record and the steps of all its cases are one transaction. Nothing that happened is ever deleted; an
agenda may change until its meeting is held.
"""

from __future__ import annotations

from django.db import models

from paicha.domain.areas.models import Area
from paicha.domain.households.models import Household
from paicha.domain.responses.models import Finding
from paicha.domain.rounds.models import Round


class Case(models.Model):
    """A household in a procedure of the pack. `step`: where it stands; `since`: since when.

    `due_on`: the last day of the step, null where it has no limit; `opens_on`: the first day on which it can be
    passed, where it must last. `help_first`: 帮扶先行, measures don't wait for the end.
    """

    class State(models.TextChoices):
        GOING = "going", "办理中"
        DONE = "done", "已办结"
        ENDED = "ended", "已终止"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", db_index=False)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="cases")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="+", null=True)
    procedure = models.CharField(max_length=40)
    origin = models.CharField("来由", max_length=300, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=120)
    state = models.CharField(max_length=8, choices=State.choices, default=State.GOING)
    step = models.CharField(max_length=40)
    since = models.DateField()
    due_on = models.DateField(null=True)
    opens_on = models.DateField(null=True)
    help_first = models.BooleanField(default=False)
    closed_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household", "procedure"],
                name="cases_case_going_once",
                condition=models.Q(state="going"),
            )
        ]
        indexes = [
            models.Index(fields=["village", "state", "procedure", "step"], name="cases_case_village"),
            models.Index(fields=["round", "state", "procedure", "step"], name="cases_case_round"),
        ]

    def __str__(self) -> str:
        return f"{self.procedure} {self.step} {self.state}"


class Meeting(models.Model):
    """A meeting of a village, planned or held. `present`: how many came; `attended`: their names."""

    class Kind(models.TextChoices):
        DELIBERATION = "deliberation", "综合研判会"
        REVIEW = "review", "民主评议会"
        FORTNIGHTLY = "fortnightly", "每半月研判会议"

    class State(models.TextChoices):
        PLANNED = "planned", "待召开"
        HELD = "held", "已召开"
        CANCELLED = "cancelled", "已取消"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", db_index=False)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=14, choices=Kind.choices)
    held_on = models.DateField("开会日期")
    place = models.CharField("地点", max_length=60, blank=True)
    chair = models.CharField("主持人", max_length=40, blank=True)
    present = models.PositiveSmallIntegerField("到会人数", null=True)
    attended = models.TextField("参加人员", blank=True)
    minutes = models.TextField("会议记录", blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    planned_by = models.CharField(max_length=120)
    planned_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=120, blank=True)
    recorded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["village", "state", "held_on"], name="cases_meeting_village")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.held_on}"


class MeetingItem(models.Model):
    """One item of a meeting's agenda: a case, or a topic. `evidence`: its leads in words, as they then were."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="items")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="items", null=True)
    number = models.PositiveSmallIntegerField()
    topic = models.CharField("议题", max_length=200, blank=True)
    evidence = models.JSONField(default=list)
    votes_for = models.PositiveSmallIntegerField("同意", null=True)
    votes_against = models.PositiveSmallIntegerField("不同意", null=True)
    abstained = models.PositiveSmallIntegerField("弃权", null=True)
    decision = models.CharField("结果", max_length=8, blank=True)  # passed, ended, back
    reason = models.CharField("理由", max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "case"], name="cases_item_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.decision}"


class CaseStep(models.Model):
    """What happened to a case: a step passed, sent back, ended, or the undoing of such a line (`undoes`).

    `began` … `due_on`: when the step began and by when it was due; `records`: what the pack's step writes down,
    by name; `to`: the step that the case then stood on, '' at its end; `became`: the class before and after.
    """

    class Result(models.TextChoices):
        PASSED = "passed", "通过"
        BACK = "back", "退回"
        ENDED = "ended", "终止"
        UNDONE = "undone", "撤回"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="log")
    step = models.CharField(max_length=40)
    result = models.CharField(max_length=8, choices=Result.choices)
    began = models.DateField()
    due_on = models.DateField(null=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    reason = models.CharField(max_length=300, blank=True)
    records = models.JSONField(default=dict)
    to = models.CharField(max_length=40, blank=True)
    became = models.JSONField(null=True)
    settled = models.JSONField(default=list)  # ids of the findings that it decided
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="steps", null=True)
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, related_name="undone_by", null=True)

    def __str__(self) -> str:
        return f"{self.step} {self.result}"


class Objection(models.Model):
    """Somebody objects while a notice hangs; it is answered before the case goes on."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="objections")
    step = models.CharField(max_length=40)
    what = models.CharField("异议", max_length=500)
    by = models.CharField("提出人", max_length=40)
    on = models.DateField("提出日期")
    noted_by = models.CharField(max_length=120)
    answer = models.CharField("答复", max_length=500, blank=True)
    answered_on = models.DateField(null=True)
    answered_by = models.CharField(max_length=120, blank=True)

    def __str__(self) -> str:
        return f"{self.on} {'已答复' if self.answered_on else '待答复'}"


class Measure(models.Model):
    """A help that a household gets: policy, amount, by whom, from when until when. 帮扶措施."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", db_index=False)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="measures")
    policy = models.CharField("政策", max_length=100)
    amount = models.PositiveIntegerField("金额", null=True)  # yuan
    by_whom = models.CharField("落实单位", max_length=60)
    since = models.DateField("开始时间")
    until = models.DateField("结束时间", null=True)
    noted_by = models.CharField(max_length=120)
    noted_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [models.Index(fields=["village", "withdrawn_at"], name="cases_measure_village")]

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d} {self.policy}"


class GridRound(models.Model):
    """A grid worker's weekly round through a group. 网格员周排查."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", db_index=False)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    group = models.CharField("村民小组", max_length=40, blank=True)
    on = models.DateField("排查日期")
    worker = models.CharField("网格员", max_length=40)
    visited = models.PositiveSmallIntegerField("走访户数")
    seen = models.CharField("看到的情况", max_length=500, blank=True)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", null=True)
    noted_by = models.CharField(max_length=120)
    noted_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["village", "on"], name="cases_round_village")]

    def __str__(self) -> str:
        return f"{self.group} {self.on}"
