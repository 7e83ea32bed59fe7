"""Addresses of problems and petitions."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.problems import petitions, problem, problems

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
]
