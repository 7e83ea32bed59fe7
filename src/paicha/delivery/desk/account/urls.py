"""Addresses of signing in and one's own things."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.account import own, role_handover, second_factor, sign_in
from paicha.delivery.desk.shell.letters import letters

urlpatterns: list[URLPattern] = [
    path("mine/", own.mine, name="mine"),
    path("mine/notice/<int:pk>/", own.notice, name="notice"),
    path("mine/handover/", role_handover.handing, name="hand_over"),
    path("mine/letters/", letters, name="letters"),
    path("mine/read/", own.read_all, name="read_all"),
    path("", sign_in.home, name="home"),
    path("login/", sign_in.sign_in, name="sign_in"),
    path("session/", sign_in.session, name="session"),
    path("logout/", sign_in.sign_out, name="sign_out"),
    path("password/", sign_in.password, name="password"),
    path("second/", second_factor.second, name="second"),
]
