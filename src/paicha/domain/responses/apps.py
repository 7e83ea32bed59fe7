"""Answers and what follows from them as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class ResponsesConfig(AppConfig):
    """Label `responses`."""

    name = "paicha.domain.responses"
    label = "responses"
    verbose_name = "排查答案"
