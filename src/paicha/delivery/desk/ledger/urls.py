"""Addresses of the ledger: hand up, returns, what is late, signed copies, corrections with consent."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.ledger import corrections, hand_up, late_rows, returns, signed_copies

urlpatterns: list[URLPattern] = [
    path("area/<code>/handup/", hand_up.handup, name="handup"),
    path("area/<code>/handup/submit/", hand_up.handup_submit, name="handup_submit"),
    path("area/<code>/handup/back/", hand_up.handup_back, name="handup_back"),
    path("area/<code>/handup/note/", hand_up.handup_note, name="handup_note"),
    path("area/<code>/returns/", returns.returned, name="returns"),
    path("area/<code>/return/", returns.send_back, name="return_to_village"),
    path("return/<int:pk>/back/", returns.return_back, name="return_back"),
    path("return/<int:pk>/to/", returns.return_to, name="return_to"),
    path("area/<code>/held/", late_rows.held, name="held"),
    path("area/<code>/copies/", signed_copies.copies, name="copies"),
    path("copy/<int:pk>/", signed_copies.copy, name="copy"),
    path("household/<uuid:household>/correct/", corrections.correct, name="correct"),
]
