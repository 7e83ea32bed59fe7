"""Chains, their heads, and the signed checkpoints over the heads.

What holds: rows of AuditEntry are written by services.append alone and are never updated or deleted (the
database refuses it); ChainHead repeats the end of each chain, so that a cut-off tail shows; entries hold ids and
keyed digests, never answers, names or phones.
"""

from __future__ import annotations

from django.db import models


class ChainHead(models.Model):
    """The end of one chain: `village:<area id>` or `actor:<actor>:<day>`. `signed_seq`: last checkpointed seq."""

    chain = models.CharField(max_length=120, primary_key=True)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)
    signed_seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.chain}#{self.seq}"


class AuditEntry(models.Model):
    """One act. `actor` is a user's id or `operator:<system user>`; `count` how many rows the act touched."""

    pk = models.CompositePrimaryKey("chain", "seq")
    chain = models.CharField(max_length=120)
    seq = models.BigIntegerField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    at = models.DateTimeField()
    actor = models.CharField(max_length=120)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    count = models.BigIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["at"], name="audit_entry_at"),
            models.Index(fields=["subject"], name="audit_entry_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.chain}#{self.seq} {self.action}"


class Checkpoint(models.Model):
    """A signature over every head that moved since the checkpoint before: `heads` is [[chain, seq, hash], …]."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    previous = models.CharField(max_length=64)
    heads = models.JSONField()
    signature = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.number} {self.signature[:12]}"
