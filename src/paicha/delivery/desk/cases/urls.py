"""Addresses of cases."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.cases import case, documents, lists, measures, meetings

urlpatterns: list[URLPattern] = [
    path("area/<code>/cases/", lists.cases, name="cases"),
    path("area/<code>/cases/open/", lists.open_ticked, name="cases_open"),
    path("area/<code>/cases/pass/", lists.pass_ticked, name="cases_pass"),
    path("area/<code>/meetings/", meetings.meeting_list, name="meetings"),
    path("area/<code>/weekly/", measures.weekly, name="weekly"),
    path("area/<code>/poster/<key>/", documents.notice, name="poster"),
    path("case/<int:pk>/", case.case, name="case"),
    path("case/<int:pk>/step/", case.step, name="case_step"),
    path("case/<int:pk>/undo/", case.undo_step, name="case_undo"),
    path("case/<int:pk>/help/", case.help, name="case_help"),
    path("case/<int:pk>/objection/", case.objection, name="case_objection"),
    path("case/<int:pk>/answer/", case.answer, name="case_answer"),
    path("meeting/<int:pk>/", meetings.meeting, name="meeting"),
    path("meeting/<int:pk>/record/", meetings.record, name="meeting_record"),
    path("meeting/<int:pk>/agenda/", meetings.agenda, name="meeting_agenda"),
    path("meeting/<int:pk>/undo/", meetings.undo_record, name="meeting_undo"),
    path("meeting/<int:pk>/kit/", documents.kit, name="meeting_kit"),
    path("household/<uuid:household>/measures/", measures.measures, name="measures"),
    path("household/<uuid:household>/propose/<procedure>/", measures.propose, name="propose"),
    path("measure/<int:pk>/withdraw/", measures.withdraw, name="measure_withdraw"),
]
