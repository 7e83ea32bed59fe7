"""The register of households as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class HouseholdsConfig(AppConfig):
    """Label `households`."""

    name = "paicha.domain.households"
    label = "households"
    verbose_name = "农户"
