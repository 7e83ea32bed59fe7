"""The app `verification` as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class VerificationConfig(AppConfig):
    """Label `verification`."""

    name = "paicha.domain.verification"
    label = "verification"
    verbose_name = "核实与抽查"
