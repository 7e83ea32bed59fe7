"""Addresses of the plan of visits and the calendar."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.plan import schedule, visit_plan

urlpatterns: list[URLPattern] = [
    path("area/<code>/plan/", visit_plan.plan, name="plan"),
    path("area/<code>/plan/set/", visit_plan.plan_set, name="plan_set"),
    path("area/<code>/plan/list/", visit_plan.plan_list, name="plan_list"),
    path("area/<code>/schedule/", schedule.schedule, name="schedule"),
]
