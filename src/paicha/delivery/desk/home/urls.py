"""Addresses of first pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.home import areas

urlpatterns: list[URLPattern] = [
    path("area/<code>/", areas.area, name="area"),
    path("area/<code>/villages/", areas.villages, name="villages"),
]
