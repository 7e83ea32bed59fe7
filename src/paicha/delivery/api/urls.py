"""Addresses of the API."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from paicha.delivery.api.views import api

_made, _app, _namespace = api.urls  # made anew at every look
for _pattern in _made:
    # A token or ninja's own session check stands in for the sign-in page; every operation names one (tested).
    setattr(_pattern.callback, "login_required", False)  # noqa: B010  (functions have no such attribute to mypy)

urlpatterns: list[URLPattern | URLResolver] = [path("v1/", (_made, _app, _namespace))]
