"""Search as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Label `search`."""

    name = "paicha.domain.search"
    label = "search"
    verbose_name = "查找"
