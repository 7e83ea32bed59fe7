"""Addresses of households, leads, conflicts and changes of base information."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.households import (
    base_changes,
    conflicts,
    decisions,
    household,
    life,
    lists,
    open_work,
    people,
    rules,
)

urlpatterns: list[URLPattern] = [
    path("area/<code>/changes/", base_changes.changes, name="changes"),
    path("area/<code>/changes/tick/", base_changes.tick, name="changes_tick"),
    path("change/<int:pk>/undo/", base_changes.undo, name="change_undo"),
    path("household/<uuid:household>/matters/", open_work.work, name="household_work"),
    path("household/<uuid:household>/life/", life.life, name="life"),
    path("household/<uuid:household>/people/", people.people, name="people"),
    path("household/<uuid:household>/people/save/", people.save, name="people_save"),
    path("area/<code>/households/", lists.households, name="households"),
    path("area/<code>/leads/", lists.leads, name="leads"),
    path("area/<code>/leads/village/", decisions.village_leads, name="village_leads"),
    path("area/<code>/conflicts/", conflicts.conflict_list, name="conflicts"),
    path("household/<uuid:household>/", household.household, name="household"),
    path("household/<uuid:household>/phone/", household.phone, name="phone"),
    path("household/<uuid:household>/decide/", household.decide, name="decide"),
    path("household/<uuid:household>/head/", household.head, name="head"),
    path("household/<uuid:household>/change/", household.change, name="change"),
    path("conflict/<int:pk>/", conflicts.conflict, name="conflict"),
    path("rules/<rule_id>/", rules.rule, name="rule"),
]
