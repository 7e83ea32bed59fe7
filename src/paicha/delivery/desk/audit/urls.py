"""Addresses of the auditor's desk."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.audit import chains, log_search

urlpatterns: list[URLPattern] = [
    path("area/<code>/log/", chains.log, name="log"),
    path("area/<code>/log/search/", log_search.log_search, name="log_search"),
]
