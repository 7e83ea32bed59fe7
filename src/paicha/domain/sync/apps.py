"""The app `sync` as a Django app."""

from __future__ import annotations

from django.apps import AppConfig

from paicha.domain.life.carriers import add_carrier


class SyncConfig(AppConfig):
    """Label `sync`."""

    name = "paicha.domain.sync"
    label = "sync"
    verbose_name = "手机"

    def ready(self) -> None:
        """What phones brought goes along with households that move, split or are merged."""
        add_carrier("paicha.domain.sync.carrying")
