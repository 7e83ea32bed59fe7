"""Addresses of duplicates."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.duplicates import views

urlpatterns: list[URLPattern] = [
    path("area/<code>/duplicates/", views.duplicates, name="duplicates"),
    path("area/<code>/duplicates/apart/", views.apart, name="duplicate_apart"),
    path("area/<code>/duplicates/back/", views.back, name="duplicate_back"),
]
