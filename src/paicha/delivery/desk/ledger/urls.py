"""Addresses of the ledger: hand up, returns, what is late, signed copies, corrections with consent."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.ledger import copies, correct, handup, late, returns

urlpatterns: list[URLPattern] = [
    path("area/<code>/handup/", handup.handup, name="handup"),
    path("area/<code>/handup/submit/", handup.handup_submit, name="handup_submit"),
    path("area/<code>/handup/back/", handup.handup_back, name="handup_back"),
    path("area/<code>/handup/note/", handup.handup_note, name="handup_note"),
    path("area/<code>/returns/", returns.returned, name="returns"),
    path("area/<code>/return/", returns.send_back, name="return_to_village"),
    path("return/<int:pk>/back/", returns.return_back, name="return_back"),
    path("return/<int:pk>/to/", returns.return_to, name="return_to"),
    path("area/<code>/held/", late.held, name="held"),
    path("area/<code>/copies/", copies.copies, name="copies"),
    path("copy/<int:pk>/", copies.copy, name="copy"),
    path("household/<uuid:household>/correct/", correct.correct, name="correct"),
]
