"""Addresses of the town's desk."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.verification import attention, bulk, desk_audit, enquiries, visit, visits, zones

urlpatterns: list[URLPattern] = [
    path("area/<code>/attention/", attention.attention, name="attention"),
    path("area/<code>/attention/bulk/", bulk.act, name="bulk"),
    path("area/<code>/bulk/<int:pk>/", bulk.job_page, name="bulk_job"),
    path("area/<code>/bulk/<int:pk>/undo/", bulk.job_undo, name="bulk_undo"),
    path("area/<code>/audit/", desk_audit.audit, name="audit"),
    path("area/<code>/audit/forms/", desk_audit.side_by_side, name="side_by_side"),
    path("area/<code>/audit/decide/", desk_audit.decide, name="audit_decide"),
    path("area/<code>/enquiries/", enquiries.listed, name="enquiries"),
    path("area/<code>/enquiries/ask/", enquiries.ask, name="ask"),
    path("enquiry/<int:pk>/answer/", enquiries.answer, name="enquiry_answer"),
    path("enquiry/<int:pk>/close/", enquiries.close, name="enquiry_close"),
    path("area/<code>/zones/", zones.zones, name="zones"),
    path("area/<code>/zones/make/", zones.zone_make, name="zone_make"),
    path("area/<code>/zones/<int:pk>/remove/", zones.zone_remove, name="zone_remove"),
    path("area/<code>/checks/", visits.visits, name="checks"),
    path("area/<code>/checks/plan/", visits.visit_plan, name="visit_plan"),
    path("visits/", visits.my_visits, name="my_visits"),
    path("visit/<int:pk>/", visit.visit, name="visit"),
    path("visit/<int:pk>/drop/", visit.visit_drop, name="visit_drop"),
    path("visit/<int:pk>/leftover/", visit.visit_leftover, name="visit_leftover"),
]
