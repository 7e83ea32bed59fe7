"""Addresses of problems, petitions, referrals, departments' lists and changes of base information."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.work import (
    changes,
    comparisons,
    department,
    home,
    petitions,
    problem,
    problems,
    referrals,
)

urlpatterns: list[URLPattern] = [
    path("area/<code>/problems/", problems.problems, name="problems"),
    path("area/<code>/problems/save/", problems.save, name="problems_save"),
    path("area/<code>/problems/remind/", problems.remind_late, name="problems_remind"),
    path("area/<code>/problems/ledger/", problems.ledger, name="problems_ledger"),
    path("problem/<int:pk>/", problem.problem, name="problem"),
    path("problem/<int:pk>/step/", problem.step, name="problem_step"),
    path("problem/<int:pk>/check/", problem.check, name="problem_check"),
    path("problem/<int:pk>/undo/", problem.undo, name="problem_undo"),
    path("problem/<int:pk>/file/", problem.evidence, name="problem_file"),
    path("area/<code>/petitions/", petitions.petitions, name="petitions"),
    path("petition/<int:pk>/", petitions.petition, name="petition"),
    path("petition/<int:pk>/step/", petitions.step, name="petition_step"),
    path("area/<code>/changes/", changes.changes, name="changes"),
    path("area/<code>/changes/tick/", changes.tick, name="changes_tick"),
    path("change/<int:pk>/undo/", changes.undo, name="change_undo"),
    path("area/<code>/refer/", referrals.refer, name="refer"),
    path("area/<code>/referrals/", referrals.sent, name="sent_referrals"),
    path("referral/<int:pk>/withdraw/", referrals.withdraw, name="referral_withdraw"),
    path("household/<uuid:household>/matters/", home.work, name="household_work"),
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
