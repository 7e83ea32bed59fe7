"""Answers and what follows from them.

What holds: revisions are only ever added; the one in force is named by the roster entry (a household) or
is the newest of its form (a village form). Findings are kept per household and rule, or village and rule,
with a fingerprint of the answers they rest on. A village's summary row is recounted in the transaction of
every save, and no page counts households.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from paicha.domain.areas.models import Area
from paicha.domain.households.models import Household
from paicha.domain.responses.village_facts import VillageFacts
from paicha.domain.rounds.models import Round


class Upload(models.Model):
    """One delivery through a door: a set of files, a page's save, a device's batch."""

    id = models.UUIDField(primary_key=True)
    round = models.ForeignKey(Round, on_delete=models.PROTECT)
    door = models.CharField(max_length=12)
    actor = models.CharField(max_length=120)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    result = models.JSONField(null=True)  # counts and messages, as the command printed them
    files = models.JSONField(default=list, db_default=[])  # names, the first hundred
    undone_at = models.DateTimeField(null=True)  # when it was last taken back
    undone_by = models.CharField(max_length=120, blank=True, default="", db_default="")
    undone = models.JSONField(null=True)  # what that did, in counts

    def __str__(self) -> str:
        return f"{self.door} {self.started_at:%m-%d %H:%M}"


class UploadVillage(models.Model):
    """A village that an upload wrote to, with what taking it back has to know and no revision tells.

    `trace`: households and groups that it made, what the register knew before of those that it changed (phone,
    population, group), problems that its list left out or brought back.
    """

    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, related_name="villages", db_index=False)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    trace = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "village"], name="responses_upload_village")]

    def __str__(self) -> str:
        return f"{self.village}"


class Revision(models.Model):
    """What was answered, whole, as canonical JSON text in the order of the form; never changed.

    `source` is door and person; `address` where it stood in the upload; `part` the village's part of a
    batch, whose digest stands in the village's audit chain.
    """

    id = models.UUIDField(primary_key=True)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", db_index=False)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="revisions", null=True, db_index=False
    )
    form = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    base = models.PositiveIntegerField(default=0)
    answers = models.TextField()
    source = models.CharField(max_length=140)
    upload = models.UUIDField(null=True)
    part = models.UUIDField()
    address = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household", "round", "number"], name="responses_revision_number"
            ),
        ]
        indexes = [
            models.Index(
                fields=["village", "round", "form"],
                name="responses_village_form",
                condition=models.Q(household__isnull=True),
            ),
            models.Index(fields=["part"], name="responses_revision_part"),
        ]

    def __str__(self) -> str:
        return f"{self.form} 第{self.number}稿"


class Conflict(models.Model):
    """Two sources changed the same answers on the same base: a person settles it, field by field."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", db_index=False)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="conflicts")
    number = models.PositiveIntegerField()  # the revision in force when it came
    answers = models.TextField()  # the other's answers, merged where they don't collide
    fields = models.JSONField()  # names of the questions that collide
    source = models.CharField(max_length=140)
    upload = models.UUIDField(null=True)
    address = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [models.Index(fields=["round", "village", "settled_at"], name="responses_conflict_open")]

    def __str__(self) -> str:
        return f"{'、'.join(self.fields)}"


class Finding(models.Model):
    """A rule that fired. `severity` lead, soft or office; `kind` of a lead; keyed by household or village and rule.

    `found_at`: when it was last opened, with the answers that it has now.
    """

    class State(models.TextChoices):
        OPEN = "open", "未处理"
        CONFIRMED = "confirmed", "属实"
        DISMISSED = "dismissed", "不属实"
        LAPSED = "lapsed", "已消失"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", db_index=False)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="findings", null=True, db_index=False
    )
    form = models.CharField(max_length=40)
    rule = models.CharField(max_length=8)
    severity = models.CharField(max_length=8)
    kind = models.CharField(max_length=20, blank=True)
    strength = models.CharField(max_length=8, blank=True)
    fingerprint = models.CharField(max_length=32)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    detail = models.CharField(max_length=300, blank=True)
    found_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    decided_by = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)
    before = models.JSONField(null=True)  # the decision that changed answers reopened

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household", "round", "rule"],
                name="responses_finding_household",
                condition=models.Q(household__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["village", "round", "rule"],
                name="responses_finding_village",
                condition=models.Q(household__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["village", "round", "state"], name="responses_finding_open")]

    def __str__(self) -> str:
        return f"{self.rule} {self.state}"


class VillageSummary(models.Model):
    """A village in a round, counted: what every list, picture and form 4 add up.

    `status`: where its ledger is; handed up, everything is locked but what came back (RosterEntry.reopened,
    `reopened_forms`). It stands here because whoever writes a village holds this row.

    `counts`: {form: {outcome or 'due': households}}; `leads`: {rule: open}; `facts`: what upper apps told,
    as it is kept (read it as `fact`); `figures`: the other numbers (people, soft, office, conflicts).
    """

    _read: tuple[dict[str, Any], VillageFacts] | None = None

    class Status(models.TextChoices):
        OPEN = "open", "排查中"
        HANDED_UP = "handed_up", "已上报"
        RETURNED = "returned", "已退回"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="summaries", db_index=False)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=12)
    counts = models.JSONField(default=dict)
    leads = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    figures = models.JSONField(default=dict)
    profile = models.JSONField(default=dict)  # answers of the village's own form in force
    added = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN, db_default="open")
    handed_up_at = models.DateTimeField(null=True)
    reopened_forms = models.JSONField(
        default=list
    )  # village forms that came back, while the rest stays locked

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "code"], name="responses_summary_code")]
        indexes = [models.Index(fields=["village", "round"], name="responses_summary_village")]

    def __str__(self) -> str:
        return self.code

    @property
    def fact(self) -> VillageFacts:
        """What upper apps have told of the village so far; read once as long as `facts` is the same dict."""
        if (
            self._read is None or self._read[0] is not self.facts
        ):  # a page of the county asks some ten times a row
            self._read = self.facts, VillageFacts.of(self.facts)
        return self._read[1]

    @property
    def handed_up(self) -> bool:
        """Whether the village's ledger is handed up, and so locked."""
        return self.status == self.Status.HANDED_UP


class HeldRevision(models.Model):
    """Answers that came for a village already handed up: never lost, in force only once they are taken.

    Taken (`taken_at`) when the village or the row comes back, or by a supplement; `household` is null for one
    found on the spot. `outcome` is what `submit_responses` then said, '' while it waits. Other reasons than a
    hand-up (H01): whoever answered works elsewhere now (D11), the device was revoked (D12), the round is over (D13).
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", db_index=False)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="held", null=True)
    form = models.CharField(max_length=40)
    base = models.PositiveIntegerField(default=0)
    answers = models.TextField()
    source = models.CharField(max_length=140)
    upload = models.UUIDField(null=True)
    address = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, blank=True)
    reason = models.CharField(max_length=4, default="H01", db_default="H01")  # of the catalogue
    new_household = models.UUIDField(null=True)  # the id that a device gave to one found on the spot
    base_text = models.TextField(null=True)  # what a device had before, where it never came into force

    class Meta:
        indexes = [models.Index(fields=["round", "village", "taken_at"], name="responses_held_waiting")]

    def __str__(self) -> str:
        return f"{self.form} {self.outcome or '等待'}"


class Draft(models.Model):
    """What somebody has typed and not yet saved: kept per round, household, author and device, never counted.

    `place` is the household's id, or the sheet and line of one that isn't in the register yet ('general:2:7').
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", db_index=False)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", null=True)
    place = models.CharField(max_length=60)
    author = models.CharField(max_length=120)
    device = models.CharField(max_length=40, blank=True)
    form = models.CharField(max_length=40)
    base = models.PositiveIntegerField(default=0)
    answers = models.JSONField(default=dict)  # question → text as typed
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["round", "village", "author", "device", "place"], name="responses_draft_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.form} {self.author}"
