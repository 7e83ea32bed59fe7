"""Addresses of the pictures, and of the rows behind their figures."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.pictures import views

urlpatterns: list[URLPattern] = [
    path("area/<code>/pictures/", views.pictures, name="pictures"),
    path("area/<code>/pictures/rows/days/", views.met_on, name="picture_days"),
    path("area/<code>/pictures/rows/answers/", views.answered, name="picture_answers"),
]
