"""Addresses of the city's desk: samples and their re-interviews, spot checks, the notice's figures, the calendar."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.city import expected, interview, people, results, samples, schedule, spot

urlpatterns: list[URLPattern] = [
    path("area/<code>/samples/", samples.samples, name="samples"),
    path("area/<code>/expected/", expected.expected, name="expected"),
    path("area/<code>/schedule/", schedule.schedule, name="schedule"),
    path("area/<code>/spot-check/", spot.spot_check, name="spot_check"),
    path("sample/<int:pk>/", samples.sample, name="sample"),
    path("sample/<int:pk>/again/", samples.again, name="sample_again"),
    path("sample/<int:pk>/frame/", samples.frame, name="sample_frame"),
    path("sample/<int:pk>/people/", people.checkers, name="checkers"),
    path("sample/<int:pk>/results/", results.sample_results, name="sample_results"),
    path("sample/<int:pk>/mine/", interview.mine_list, name="sample_mine"),
    path("sampled/<int:pk>/", interview.sampled, name="sampled"),
    path("sampled/<int:pk>/phone/", interview.phone, name="sampled_phone"),
    path("sampled/<int:pk>/result/", interview.result, name="sampled_result"),
]
