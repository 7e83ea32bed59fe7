"""The clock as a Django app, because its offset is a row that server, worker and commands share."""

from __future__ import annotations

from django.apps import AppConfig


class ClockConfig(AppConfig):
    """Label `clock`."""

    name = "paicha.domain.clock"
    label = "clock"
