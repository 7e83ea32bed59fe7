"""The app `sync` as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class SyncConfig(AppConfig):
    """Label `sync`."""

    name = "paicha.domain.sync"
    label = "sync"
    verbose_name = "手机"
