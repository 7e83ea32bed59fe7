"""The one row that makes a home a demo home, and how far its clock has been moved."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class DemoHome(models.Model):
    """Present in a demo home only, once (id 1). `offset_seconds` is added to the system's time."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    offset_seconds = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="clock_one_row")]

    def __str__(self) -> str:
        return f"{self.offset_seconds:+d} s"
