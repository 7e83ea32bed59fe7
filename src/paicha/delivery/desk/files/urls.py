"""Addresses of files in and out."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.files import transfer, uploads

urlpatterns: list[URLPattern] = [
    path("area/<code>/upload/", transfer.upload, name="upload"),
    path("area/<code>/uploads/", uploads.history, name="uploads"),
    path("area/<code>/uploads/<uuid:tray_id>/undo/", uploads.undo, name="upload_undo"),
    path("area/<code>/download/", transfer.download, name="download"),
    path("area/<code>/download/all/", transfer.export_all, name="export_all"),
    path("area/<code>/download/list/", transfer.list_file, name="list_file"),
    path("area/<code>/trays/<uuid:tray_id>/", transfer.tray_page, name="tray"),
    path("area/<code>/trays/<uuid:tray_id>/confirm/", transfer.confirm, name="confirm"),
    path("area/<code>/trays/<uuid:tray_id>/cancel/", transfer.cancel, name="cancel"),
    path("area/<code>/trays/<uuid:tray_id>/file/", transfer.fetch, name="fetch"),
]
