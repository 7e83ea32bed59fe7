"""Addresses of paper and figures."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.papers import blanks, bulletin, plan, profile, special

urlpatterns: list[URLPattern] = [
    path("area/<code>/bulletin/", bulletin.bulletin_page, name="bulletin"),
    path("area/<code>/plan/", plan.plan, name="plan"),
    path("area/<code>/plan/set/", plan.plan_set, name="plan_set"),
    path("area/<code>/plan/list/", plan.plan_list, name="plan_list"),
    path("area/<code>/special/", special.special, name="special"),
    path("area/<code>/blanks/", blanks.blanks, name="blanks"),
    path("area/<code>/blanks/file/", blanks.blanks_file, name="blanks_file"),
    path("area/<code>/profile/", profile.profile, name="profile"),
    path("area/<code>/profile/<name>/", profile.profile_rows, name="profile_rows"),
]
