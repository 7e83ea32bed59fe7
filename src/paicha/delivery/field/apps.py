"""The offline client as a Django app (static modules and three templates)."""

from __future__ import annotations

from django.apps import AppConfig


class FieldConfig(AppConfig):
    """Label `field`."""

    name = "paicha.delivery.field"
    label = "field"
    verbose_name = "手机端"
