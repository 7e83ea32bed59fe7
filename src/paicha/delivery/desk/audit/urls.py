"""Addresses of the auditor's desk."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.audit import chains

urlpatterns: list[URLPattern] = [
    path("area/<code>/log/", chains.log, name="log"),
]
