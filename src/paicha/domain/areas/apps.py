"""Areas as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class AreasConfig(AppConfig):
    """Label `areas`."""

    name = "paicha.domain.areas"
    label = "areas"
    verbose_name = "区划"
