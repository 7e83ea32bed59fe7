"""Addresses of referrals and departments' lists."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.referrals import comparisons, department, referrals

urlpatterns: list[URLPattern] = [
    path("area/<code>/refer/", referrals.refer, name="refer"),
    path("area/<code>/referrals/", referrals.sent, name="sent_referrals"),
    path("referral/<int:pk>/withdraw/", referrals.withdraw, name="referral_withdraw"),
    path("referrals/", department.referrals, name="referrals"),
    path("referrals/file/", department.download, name="referrals_file"),
    path("referrals/upload/", department.upload, name="referrals_upload"),
    path("referrals/undo/", department.undo, name="referral_undo"),
    path("area/<code>/comparisons/", comparisons.comparisons, name="comparisons"),
    path("comparison/<int:pk>/", comparisons.comparison, name="comparison"),
    path("comparison/<int:pk>/pick/", comparisons.pick, name="comparison_pick"),
    path("comparison/<int:pk>/leads/", comparisons.leads, name="comparison_leads"),
    path("comparison/<int:pk>/delete/", comparisons.delete, name="comparison_delete"),
]
