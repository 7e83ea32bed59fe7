"""What a page does wrong for people who can't see it, or have a narrow screen."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page

_SCRIPT = Path(axe_playwright_python.__file__).with_name("axe.min.js")
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
_RUN = """async (options) => {
  // what passes is neither described in full nor sent from the page
  const { violations } = await axe.run(document, { ...options, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}"""
_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"

_LARGE = f"""() => {{
  const {{ classList }} = document.documentElement;
  if (classList.contains("large")) return {_WIDE};
  classList.add("large");
  const wide = {_WIDE};
  classList.remove("large");
  return wide;
}}"""


@cache
def _script() -> str:
    return _SCRIPT.read_text(encoding="utf-8")


def violations(page: Page, rules: Mapping[str, Any] = WCAG) -> list[str]:
    """What breaks these rules of axe (`{}`: all it has) on the page as it is now: a rule and an element per line."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_script())
    found: list[str] = page.evaluate(_RUN, dict(rules))
    return found


def faults(
    page: Page, *, examined: tuple[int, ...] = (360, 1280), widths: tuple[int, ...] = (600, 768, 1920)
) -> list[str]:
    """Violations of the page at the widths `examined`, and where it scrolls sideways, also at other `widths`.

    At the widths examined it has to fit in large print, too.
    """
    found = []
    for width in sorted({*examined, *widths}):
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate(_WIDE):
            found.append(f"scrolls sideways at {width}")
        if width in examined:
            found += [f"{said} at {width}" for said in violations(page)]
            if page.evaluate(_LARGE):
                found.append(f"scrolls sideways in large print at {width}")
    return found
