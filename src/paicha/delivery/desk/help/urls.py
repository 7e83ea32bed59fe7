"""Addresses of help."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.help import card, tour, views

urlpatterns: list[URLPattern] = [
    path("help/", views.index, name="help"),
    path("help/role/<role>/", views.role_page, name="help_role"),
    path("help/terms/", views.terms, name="help_terms"),
    path("help/sign-in/", views.sign_in_page, name="help_sign_in"),
    path("help/tour/", tour.turn, name="help_tour"),
    path("help/phone/", views.phone_page, name="help_phone"),
    path("help/card/", card.card_page, name="help_card"),
]
