"""The app `handover` as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class HandoverConfig(AppConfig):
    """Label `handover`."""

    name = "paicha.domain.handover"
    label = "handover"
    verbose_name = "上报与退回"
