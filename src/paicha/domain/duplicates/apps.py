"""Duplicates as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class DuplicatesConfig(AppConfig):
    """Label `duplicates`."""

    name = "paicha.domain.duplicates"
    label = "duplicates"
    verbose_name = "疑似重复"
