"""Addresses of the offline client. Everything but /enrol/ is public: there is nothing personal in it."""

from __future__ import annotations

from django.urls import path

from paicha.delivery.field import views

app_name = "field"

urlpatterns = [
    path("", views.shell, name="shell"),
    path("enrol/", views.enrol, name="enrol"),
    path("help/", views.help_page, name="help"),
    path("sw.js", views.worker, name="worker"),
    path("manifest.json", views.manifest, name="manifest"),
    path("rules/<slug:digest>.js", views.rules, name="rules"),
]
