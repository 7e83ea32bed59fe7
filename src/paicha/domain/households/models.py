"""The register: every household once, for good.

What holds: a household's id and number never change and are never reused; its class, head, village and closing
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
    past = models.JSONField(null=True)  # what phones and workbooks may still say of it: see `events.Past`

    class Meta:
        indexes = [models.Index(fields=["village", "group", "head_name"], name="households_place")]

    def __str__(self) -> str:
        return self.head_name


class PersonDetails(models.Model):
    """What is known of a person, each optional and in the words of its source (基础信息, notice 2(四))."""

    health = models.CharField("健康状况", max_length=40, blank=True)
    labour = models.CharField("劳动技能", max_length=40, blank=True)
    work = models.CharField("务工情况", max_length=40, blank=True)
    school = models.CharField("在校生状况", max_length=40, blank=True)
    source = models.CharField("来源", max_length=120)  # door and person, as of a revision
    upload = models.UUIDField(null=True)  # which upload brought it
    at = models.DateTimeField()  # when it was last written

    class Meta:
        abstract = True


class HeadDetails(PersonDetails):
    """The same of a household's head, whose name stands on the household; no row while nothing is known."""

    household = models.OneToOneField(
        Household, on_delete=models.PROTECT, primary_key=True, related_name="head_details"
    )

    def __str__(self) -> str:
        return " ".join(filter(None, (self.health, self.labour, self.work, self.school)))


class Member(PersonDetails):
    """Somebody of a household besides its head, who stands on the household itself; never with an ID number.

    Health, ability to work, work away from home and schooling are optional. One who left stays on record with
    `left_at`.
    """

    id = models.UUIDField(primary_key=True)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="members")
    name = models.CharField("姓名", max_length=40, db_index=True)
    relation = models.CharField("与户主关系", max_length=20, blank=True)
    left_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class ForeignNumber(models.Model):
    """What another system calls a household, or a person of it: the head where `member` is None.

    Several systems stand side by side; the same number on two households is a question to a person, not an error.
    """

    class Kind(models.TextChoices):
        HOUSEHOLD = "household", "户编号"
        PERSON = "person", "人口编号"

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="foreign_numbers")
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, related_name="foreign_numbers", db_index=False
    )
    system = models.CharField("系统", max_length=30)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    number = models.CharField("编号", max_length=40, db_index=True)
    source = models.CharField("来源", max_length=120)  # door and person, as of a revision
    upload = models.UUIDField(null=True)  # which upload brought it
    at = models.DateTimeField()

    class Meta:
        # Not the numbers without a member: a county's 220,000, which both databases took for a few.
        indexes = [
            models.Index(
                fields=["member"], name="households_number_member", condition=models.Q(member__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.number}"


class HouseholdEvent(models.Model):
    """A register event: what happened to a household, why, by whom, and what was before, so that it can be undone.

    `village`: where the household stood before; `other`: who a household was merged into, or whom it was split from.
    `state`: what undoing it needs, as data (`domain/life`); '' and {} where the kind has none.
    """

    class Kind(models.TextChoices):
        HEAD = "head", "更换户主"
        CLASS = "class", "更正类别"
        CLOSE = "close", "销户"
        REOPEN = "reopen", "恢复"
        MOVE = "move", "迁移"
        MERGE = "merge", "并户"
        SPLIT = "split", "分户"
        TAKE_BACK = "take_back", "撤回导入"  # it was never there: an upload that made it was taken back

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    old = models.CharField(max_length=60, blank=True)
    new = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    actor = models.CharField(max_length=120)
    at = models.DateTimeField()
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    other = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", null=True)
    state = models.JSONField(default=dict, db_default={})
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=120, blank=True, default="", db_default="")

    class Meta:
        indexes = [models.Index(fields=["village", "kind"], name="households_event_village")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"


class BaseChange(models.Model):
    """A change of base information, to be entered by hand into the national system (notice, 2(四))."""

    FIELDS = ("健康状况", "劳动力状况", "外出务工状况", "行政村总户数、总人数", "自然村总户数、总人数")

    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="base_changes")
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, null=True, related_name="base_changes"
    )  # None: the village itself
    person = models.CharField(max_length=40, blank=True)  # whom it is about; '': the household, or its head
    field = models.CharField(max_length=20)
    old = models.CharField(max_length=100, blank=True)
    new = models.CharField(max_length=100)
    noted_on = models.DateField()
    noted_by = models.CharField(max_length=120)
    entered_on = models.DateField(null=True)
    entered_by = models.CharField(max_length=120, blank=True)

    def __str__(self) -> str:
        return f"{self.field} {self.noted_on}"

    @property
    def subject(self) -> str:
        """What changed, of whom: 王小明的健康状况."""
        return f"{self.person}的{self.field}" if self.person else self.field


class RegisterVersion(models.Model):
    """How often a village's part of the register has changed: what rests on it sees by the number that it is old."""

    village = models.OneToOneField(Area, on_delete=models.PROTECT, primary_key=True, related_name="+")
    version = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.village_id} {self.version}"


class Register(models.Model):
    """One row: what tells this register's household numbers from another's."""

    tag = models.CharField(max_length=4)

    def __str__(self) -> str:
        return self.tag
