"""The problem list as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class ProblemsConfig(AppConfig):
    """Label `problems`."""

    name = "paicha.domain.problems"
    label = "problems"
    verbose_name = "问题清单"
