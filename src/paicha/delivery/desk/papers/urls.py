"""Addresses of paper and figures."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.papers import profile

urlpatterns: list[URLPattern] = [
    path("area/<code>/profile/", profile.profile, name="profile"),
    path("area/<code>/profile/<name>/", profile.profile_rows, name="profile_rows"),
]
