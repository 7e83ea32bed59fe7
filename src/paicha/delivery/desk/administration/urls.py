"""Addresses of an administrator's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.administration import account_upload, accounts, slips

urlpatterns: list[URLPattern] = [
    path("area/<code>/accounts/", accounts.accounts, name="accounts"),
    path("area/<code>/accounts/upload/", account_upload.upload, name="account_upload"),
    path("area/<code>/accounts/sheet/", account_upload.sheet, name="account_sheet"),
    path("area/<code>/accounts/lists/<uuid:tray_id>/", account_upload.preview, name="account_list"),
    path("area/<code>/accounts/lists/<uuid:tray_id>/make/", account_upload.make, name="accounts_make"),
    path("slips/", slips.slips, name="slips"),
    path("slips/address.svg", slips.address_code, name="address_code"),
]
