"""Devices, what they may do it with, and every item that ever came with the receipt that it got.

What holds: an item is taken once, and answered for ever with the receipt it got; what could not be taken in is kept
as it came (`raw`, `payload`) until a person has settled it; credentials are kept as keyed digests alone.
"""

from __future__ import annotations

from django.db import models

from paicha.domain.accounts.models import User
from paicha.domain.areas.models import Area
from paicha.domain.rounds.models import Round


class Device(models.Model):
    """A phone (or browser) that somebody set up. Its id is made there; revoked, it may still hand over its outbox.

    `skew`: seconds that its clock is behind ours, as of its last batch; `waiting`: unsent households it last told of.
    """

    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="devices")
    name = models.CharField("名称", max_length=60)
    platform = models.CharField(max_length=120, blank=True)
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    skew = models.IntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)
    waiting_since = models.DateTimeField(null=True)
    shell = models.CharField(max_length=20, blank=True)
    persisted = models.BooleanField(default=False)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name


class Credential(models.Model):
    """A token, as its keyed digest. Full: a device's reading and sending; upload: sealed items alone; api: programs."""

    class Kind(models.TextChoices):
        FULL = "full", "手机"
        UPLOAD = "upload", "只能上传"
        API = "api", "接口"

    digest = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="credentials")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="credentials", null=True)
    made_at = models.DateTimeField()
    until = models.DateField(null=True)  # the last day; none: until it is ended
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.made_at:%Y-%m-%d}"


class SyncItem(models.Model):
    """One item of a batch, with its receipt. `asked`: the household as the device named it.

    `errand`: of a visit or an interview, the id of the visit or of the drawn household. An interview names no
    village, so that no village is ever shown what came with it.

    `answered_at` is what the device's clock said, `skew` how many seconds that clock was behind. `raw`: the item as
    it came, unless it was stored just so: what the device's next item was made from, and what a person must still
    look at (refused), until somebody has (`settled_at`).
    """

    class Kind(models.TextChoices):
        ANSWERS = "answers", "排查表"
        VISIT = "visit", "核实"
        INTERVIEW = "interview", "回访"

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.ANSWERS, db_default="answers")
    errand = models.BigIntegerField(null=True)
    batch = models.UUIDField()
    device = models.UUIDField()
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    asked = models.UUIDField(null=True)
    household = models.UUIDField(null=True)
    status = models.CharField(max_length=10)
    revision = models.PositiveIntegerField(default=0)
    messages = models.JSONField(default=list)
    raw = models.JSONField(null=True)
    sealed = models.BooleanField(default=False)
    answered_at = models.DateTimeField(null=True)
    skew = models.IntegerField(default=0)
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["asked"], name="sync_item_asked"),
            models.Index(
                fields=["kind", "errand"], name="sync_item_errand", condition=models.Q(errand__isnull=False)
            ),
            models.Index(
                fields=["village", "round"], name="sync_item_refused",
                condition=models.Q(status="refused", settled_at=None),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.pk} {self.status}"


class RaisedItem(models.Model):
    """A problem, petition, change of base information, photo or member that came with an item, by its own id.

    Stored: `subject` says as what ('problem:12'). Held or refused: `payload` is kept for a person of the village.
    """

    class Status(models.TextChoices):
        STORED = "stored", "已登记"
        HELD = "held", "等村里收下"
        REFUSED = "refused", "没有收下"
        DISMISSED = "dismissed", "不收"

    id = models.UUIDField(primary_key=True)
    item = models.UUIDField()
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    device = models.UUIDField()
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+", db_index=False)
    village = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    household = models.UUIDField(null=True)
    kind = models.CharField(max_length=10)
    status = models.CharField(max_length=10, choices=Status.choices)
    subject = models.CharField(max_length=60, blank=True)
    message = models.CharField(max_length=300, blank=True)
    payload = models.JSONField(null=True)
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["village", "round", "status"], name="sync_raised_waiting")]

    def __str__(self) -> str:
        return f"{self.kind} {self.status}"
