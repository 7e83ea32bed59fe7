"""Addresses of samples and their re-interviews, spot checks, the notice's figures."""

from __future__ import annotations

from django.urls import URLPattern, path

from paicha.delivery.desk.samples import checkers, expected_figures, interviews, results, samples, spot_check

urlpatterns: list[URLPattern] = [
    path("area/<code>/samples/", samples.samples, name="samples"),
    path("area/<code>/expected/", expected_figures.expected, name="expected"),
    path("area/<code>/spot-check/", spot_check.spot_check, name="spot_check"),
    path("sample/<int:pk>/", samples.sample, name="sample"),
    path("sample/<int:pk>/again/", samples.again, name="sample_again"),
    path("sample/<int:pk>/leftover/", samples.leftover, name="sample_leftover"),
    path("sample/<int:pk>/frame/", samples.frame, name="sample_frame"),
    path("sample/<int:pk>/people/", checkers.checkers, name="checkers"),
    path("sample/<int:pk>/results/", results.sample_results, name="sample_results"),
    path("sample/<int:pk>/mine/", interviews.mine_list, name="sample_mine"),
    path("sampled/<int:pk>/", interviews.sampled, name="sampled"),
    path("sampled/<int:pk>/phone/", interviews.phone, name="sampled_phone"),
    path("sampled/<int:pk>/result/", interviews.result, name="sampled_result"),
]
