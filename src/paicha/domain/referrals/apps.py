"""The app `referrals` as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    """Label `referrals`."""

    name = "paicha.domain.referrals"
    label = "referrals"
    verbose_name = "疑似问题核实"
