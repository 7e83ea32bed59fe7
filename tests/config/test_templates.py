"""Folded lines of a template: joined so that the page does not change."""

from __future__ import annotations

import pytest
from django.template import engines

from paicha.config.templates import unfold


@pytest.mark.parametrize(
    ("folded", "whole"),
    [
        ('<a\n  href="/">x</a>', '<a href="/">x</a>'),
        ('<a class="n"\n  href="/">x</a>', '<a class="n" href="/">x</a>'),
        ("<a{% if a %}\n  hidden{% endif %}>", "<a{% if a %} hidden{% endif %}>"),
        ("<td>1</td>\n  <td>2</td>", "<td>1</td><td>2</td>"),
        ("<b>x</b\n  >", "<b>x</b>"),
        ("还差\n  {{ n }} 户，\n  共", "还差{{ n }} 户，共"),
        ("一句话，\n  接着说", "一句话，接着说"),
        ('x="{% if a %}1\n  {% else %}2\n  {% endif %}"', 'x="{% if a %}1{% else %}2{% endif %}"'),
        ("two\n  words", "two words"),
        ("<p>\n  >\n  <b>", "<p>><b>"),
        ("<p>\n<b>", "<p>\n<b>"),  # not folded: the break stays
    ],
)
def test_a_folded_line_continues_the_one_above(folded: str, whole: str) -> None:
    assert unfold(folded) == whole


def test_templates_of_other_packages_are_left_alone() -> None:
    source = engines["django"].engine.get_template("otp/admin111/login.html").source
    assert "\n  " in source
    ours = engines["django"].engine.get_template("desk/shell/base.html").source
    assert "\n  " not in ours
