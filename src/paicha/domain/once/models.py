"""One row for each form that was sent and did something, for some days."""

from __future__ import annotations

from django.db import models


class Sending(models.Model):
    """A form that was sent. `key`: digest of its id, its sender and what it held; `led_to`: where its answer led."""

    key = models.CharField(max_length=64, primary_key=True)
    led_to = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="once_at")]

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.led_to}"
