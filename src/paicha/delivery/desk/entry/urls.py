"""Addresses of entry."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.entry import answer, profile, row, rules_module, sheet, visits

urlpatterns: list[URLPattern] = [
    path("area/<code>/profile/", profile.profile, name="profile"),
    path("area/<code>/profile/<name>/", profile.profile_rows, name="profile_rows"),
    path("area/<code>/visits/", visits.visits, name="visits"),
    path("area/<code>/add/", answer.add, name="add"),
    path("household/<uuid:household>/answer/", answer.answer, name="answer"),
    path("household/<uuid:household>/answer/undo/", answer.undo, name="answer_undo"),
    path("area/<code>/entry/", sheet.entry, name="entry"),
    path("area/<code>/entry/<slug:name>/", sheet.sheet, name="entry_sheet"),
    path("area/<code>/entry/<slug:name>/row/", row.save_row, name="entry_row"),
    path("area/<code>/entry/<slug:name>/undo/", row.undo_row, name="entry_undo"),
    path("area/<code>/entry/<slug:name>/draft/", row.keep_row, name="entry_draft"),
    path("rules/<slug:digest>.js", rules_module.rules_module, name="rules_module"),
]
