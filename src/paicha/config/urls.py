"""Which address goes to which door. Each door owns its own addresses; here they are only put together."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

handler500 = "paicha.delivery.desk.shell.error_pages.fault"

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", include("paicha.delivery.api.urls")),
    path("field/", include("paicha.delivery.field.urls")),
    path("", include("paicha.delivery.desk.urls")),
]
