"""The API as a Django app (no models, no templates)."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Label `api`."""

    name = "paicha.delivery.api"
    label = "api"
    verbose_name = "接口"
