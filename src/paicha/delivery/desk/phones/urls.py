"""Addresses of phones."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.phones import views, village

urlpatterns: list[URLPattern] = [
    path("mine/phones/", views.own, name="own_phones"),
    path("area/<code>/phones/", village.phones, name="phones"),
    path("area/<code>/phones/file/", village.hand_over_file, name="phones_file"),
]
