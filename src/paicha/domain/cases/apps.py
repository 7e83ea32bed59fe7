"""The app `cases` as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Label `cases`."""

    name = "paicha.domain.cases"
    label = "cases"
    verbose_name = "研判与帮扶"
