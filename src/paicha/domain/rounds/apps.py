"""Rounds as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class RoundsConfig(AppConfig):
    """Label `rounds`."""

    name = "paicha.domain.rounds"
    label = "rounds"
    verbose_name = "排查轮次"
