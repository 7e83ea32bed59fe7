"""Addresses of forms, blanks, the bulletin, special circumstances."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.reports import blanks, bulletin, forms, group_texts, special

urlpatterns: list[URLPattern] = [
    path("area/<code>/bulletin/", bulletin.bulletin_page, name="bulletin"),
    path("area/<code>/texts/", group_texts.group_texts, name="group_texts"),
    path("area/<code>/special/", special.special, name="special"),
    path("area/<code>/blanks/", blanks.blanks, name="blanks"),
    path("area/<code>/blanks/file/", blanks.blanks_file, name="blanks_file"),
    path("area/<code>/forms/", forms.forms, name="forms"),
    path("area/<code>/forms/<name>/", forms.form, name="form"),
]
