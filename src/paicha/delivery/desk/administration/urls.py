"""Addresses of an administrator's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.administration import (
    account,
    account_form,
    account_upload,
    accounts,
    areas,
    backups,
    health,
    packs,
    rounds,
    slips,
)

urlpatterns: list[URLPattern] = [
    path("area/<code>/accounts/", accounts.accounts, name="accounts"),
    path("area/<code>/accounts/new/", account_form.new_account, name="account_new"),
    path("area/<code>/accounts/reset/", account.reset, name="accounts_reset"),
    path("area/<code>/accounts/<int:pk>/", account.account, name="account"),
    path("area/<code>/accounts/<int:pk>/more/", account_form.more_work, name="account_work"),
    path("area/<code>/accounts/upload/", account_upload.upload, name="account_upload"),
    path("area/<code>/accounts/sheet/", account_upload.sheet, name="account_sheet"),
    path("area/<code>/accounts/lists/<uuid:tray_id>/", account_upload.preview, name="account_list"),
    path("area/<code>/accounts/lists/<uuid:tray_id>/make/", account_upload.make, name="accounts_make"),
    path("area/<code>/health/", health.health, name="health"),
    path("area/<code>/packs/", packs.packs, name="packs"),
    path("area/<code>/rounds/", rounds.rounds, name="rounds"),
    path("area/<code>/rounds/new/", rounds.round_new, name="round_new"),
    path("area/<code>/areas/", areas.areas, name="areas"),
    path("area/<code>/backups/", backups.backups, name="backups"),
    path("area/<code>/backups/make/", backups.backup_make, name="backup_make"),
    path("area/<code>/backups/check/", backups.backup_check, name="backup_check"),
    path("slips/", slips.slips, name="slips"),
    path("slips/address.svg", slips.address_code, name="address_code"),
]
