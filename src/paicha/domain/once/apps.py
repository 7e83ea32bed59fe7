"""The app `once` as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class OnceConfig(AppConfig):
    """Label `once`."""

    name = "paicha.domain.once"
    label = "once"
    verbose_name = "只办一次"
