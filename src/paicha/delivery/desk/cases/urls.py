"""Addresses of cases."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.cases import aid, case, lists, meeting, printing

urlpatterns: list[URLPattern] = [
    path("area/<code>/cases/", lists.cases, name="cases"),
    path("area/<code>/cases/open/", lists.open_ticked, name="cases_open"),
    path("area/<code>/cases/pass/", lists.pass_ticked, name="cases_pass"),
    path("area/<code>/meetings/", meeting.meeting_list, name="meetings"),
    path("area/<code>/weekly/", aid.weekly, name="weekly"),
    path("area/<code>/poster/<key>/", printing.notice, name="poster"),
    path("case/<int:pk>/", case.case, name="case"),
    path("case/<int:pk>/step/", case.step, name="case_step"),
    path("case/<int:pk>/undo/", case.take_back, name="case_undo"),
    path("case/<int:pk>/help/", case.help, name="case_help"),
    path("case/<int:pk>/objection/", case.objection, name="case_objection"),
    path("case/<int:pk>/answer/", case.answer, name="case_answer"),
    path("meeting/<int:pk>/", meeting.meeting, name="meeting"),
    path("meeting/<int:pk>/record/", meeting.record, name="meeting_record"),
    path("meeting/<int:pk>/agenda/", meeting.agenda, name="meeting_agenda"),
    path("meeting/<int:pk>/undo/", meeting.take_back, name="meeting_undo"),
    path("meeting/<int:pk>/kit/", printing.kit, name="meeting_kit"),
    path("household/<uuid:household>/measures/", aid.measures, name="measures"),
    path("household/<uuid:household>/propose/<procedure>/", aid.propose, name="propose"),
    path("measure/<int:pk>/withdraw/", aid.withdraw, name="measure_withdraw"),
]
