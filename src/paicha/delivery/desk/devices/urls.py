"""Addresses of phones, and of trusting the server."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.devices import certificate, own, village

urlpatterns: list[URLPattern] = [
    path("mine/phones/", own.own, name="own_phones"),
    path("area/<code>/phones/", village.phones, name="phones"),
    path("area/<code>/phones/file/", village.hand_over_file, name="phones_file"),
    path("certificate/", certificate.certificate_page, name="certificate"),
    path("certificate/paicha.crt", certificate.certificate_file, name="certificate_file"),
]
