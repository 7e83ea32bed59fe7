"""The app `files` as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Label `files`."""

    name = "paicha.domain.files"
    label = "files"
    verbose_name = "文件"
