"""Addresses of one's own things."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.mine import handing, views

urlpatterns: list[URLPattern] = [
    path("mine/", views.mine, name="mine"),
    path("mine/notice/<int:pk>/", views.notice, name="notice"),
    path("mine/handover/", handing.handing, name="hand_over"),
    path("mine/read/", views.read_all, name="read_all"),
]
