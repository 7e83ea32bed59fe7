"""A template that another one includes or extends is there: nobody notices before the page is opened."""

from __future__ import annotations

import re

from django.template.loader import get_template
from tests.delivery.desk import odd

NAMED = re.compile(r'{% (?:include|extends) "([^"]+)"')


def test_what_a_template_names_is_there() -> None:
    folder = odd.desk_folder() / "templates"
    named = {
        name if not name.startswith(".") else str((path.parent / name).resolve().relative_to(folder))
        for path in folder.rglob("*.html")
        for name in NAMED.findall(path.read_text(encoding="utf-8"))
    }
    assert len(named) > 10
    for name in named:
        get_template(name)
