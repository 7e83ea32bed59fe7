"""The desk as a Django app, for its templates and static files."""

from __future__ import annotations

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Label `desk`."""

    name = "paicha.delivery.desk"
    label = "desk"
    jobs = "paicha.delivery.desk.jobs"
