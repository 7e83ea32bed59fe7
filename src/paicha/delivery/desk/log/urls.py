"""Addresses of the auditor's desk."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.log import views

urlpatterns: list[URLPattern] = [
    path("area/<code>/log/", views.log, name="log"),
]
