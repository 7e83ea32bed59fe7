"""What was handed up, what came back, and who agreed: the ledger between village, town and city.

What holds: a submission's frozen text, figures and signers never change; what becomes of it is its `state`. What
is locked stands on the village's summary row (and here, for towns and the county), because whoever writes a
village holds that row. A return, a supplement and a correction are rows of their own, never edits of another.
"""

from __future__ import annotations

from django.db import models

from paicha.domain.accounts.models import User
from paicha.domain.areas.models import Area
from paicha.domain.files.models import StoredFile
from paicha.domain.households.models import Household
from paicha.domain.rounds.models import Round


class Level(models.TextChoices):
    """Who hands up: a village to its town, a town to the city; the county closes the round."""

    VILLAGE = "village", "村级"
    TOWN = "town", "镇级"
    COUNTY = "county", "市级"


class Submission(models.Model):
    """A ledger as it was handed up. `number` counts an area's submissions of a round from 1.

    `frozen`: one line a row (household, form, outcome, revision), a village form, a problem, in a fixed order;
    `digest`: SHA-256 of it in hex. `figures`: form 4's rows as handed up, [{"code", "values"}]. `before`: what a
    take-back puts back. `signers`: {form: {question: name}}.
    """

    class Kind(models.TextChoices):
        WHOLE = "whole", "上报"
        SUPPLEMENT = "supplement", "补报"
        CORRECTION = "correction", "经村里同意更正"

    class State(models.TextChoices):
        SUBMITTED = "submitted", "有效"
        TAKEN_BACK = "taken_back", "已撤回"
        RETURNED = "returned", "已退回"
        SUPERSEDED = "superseded", "已被后一次代替"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", db_index=False)
    level = models.CharField(max_length=10, choices=Level.choices)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=12)
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.WHOLE)
    reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    signers = models.JSONField(default=dict)
    figures = models.JSONField(default=list)
    frozen = models.TextField()
    digest = models.CharField(max_length=64)
    before = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.SUBMITTED)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "area", "number"], name="handover_submission_number"),
            models.UniqueConstraint(
                fields=["round", "area"], name="handover_submission_in_force",
                condition=models.Q(state="submitted"),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["round", "level", "code"], name="handover_submission_code")]

    def __str__(self) -> str:
        return f"{self.code} 第{self.number}次{self.get_kind_display()}"

    @property
    def checksum(self) -> str:
        """What is shown of the digest: the first 12 digits."""
        return self.digest[:12]


class Return(models.Model):
    """What the level above sent back, why, and to whom. `area` is the village, or a town sent back by the city.

    `households`: {id: number of the revision that came back}; `forms`: {name: its number}; `whole`: everything.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", db_index=False)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=12)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="returns")
    whole = models.BooleanField(default=False)
    households = models.JSONField(default=dict)
    forms = models.JSONField(default=dict)
    reason = models.CharField(max_length=300)
    to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    done_at = models.DateTimeField(null=True)
    reply = models.CharField(max_length=300, blank=True)  # why something came back up unchanged
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["round", "area", "done_at"], name="handover_return_open")]

    def __str__(self) -> str:
        return f"{self.code} {self.reason[:20]}"

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.taken_back_at is None


class Correction(models.Model):
    """An evident slip that the town put right, with who in the village agreed and how."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", db_index=False)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="corrections")
    fields = models.JSONField()  # names of the questions; old and new stand in the revisions
    before = models.PositiveIntegerField()  # numbers of the revisions
    after = models.PositiveIntegerField()
    reason = models.CharField(max_length=300)
    consented_by = models.CharField(max_length=60)
    consented_how = models.CharField(max_length=60)
    at = models.DateTimeField()
    by = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["round", "village"], name="handover_correction_of")]

    def __str__(self) -> str:
        return f"{'、'.join(self.fields)}"


class SignedCopy(models.Model):
    """A scanned page of a form that people signed by hand. Replaced, it stays on record."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", db_index=False)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    form = models.CharField(max_length=40)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    replaced_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replaces")

    class Meta:
        indexes = [models.Index(fields=["round", "village", "form"], name="handover_copy_form")]

    def __str__(self) -> str:
        return f"{self.form} {self.file_id}"


class StatisticsNote(models.Model):
    """What people add to form 4's remark of a village; the newest holds, '' takes it back."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", db_index=False)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=12)
    text = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["round", "code"], name="handover_note_code")]

    def __str__(self) -> str:
        return self.text


class Ledger(models.Model):
    """Where a town's (or the county's) ledger is: open, handed up, returned. The lock of those two levels."""

    class Status(models.TextChoices):
        OPEN = "open", "核实中"
        HANDED_UP = "handed_up", "已上报"
        RETURNED = "returned", "已退回"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", db_index=False)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=12)
    level = models.CharField(max_length=10, choices=Level.choices)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    handed_up_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "code"], name="handover_ledger_once")]
        indexes = [models.Index(fields=["area", "round"], name="handover_ledger_area")]

    def __str__(self) -> str:
        return self.code
