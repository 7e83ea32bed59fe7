"""Loads our templates, whose lines may be folded: a line that begins with blanks continues the one above.

Why: a line break in HTML is a blank, which shows between two Chinese characters, and a tag of Django cannot be broken
at all. Folded lines are joined before the template is compiled, so that long ones can be broken anywhere and the page
stays the same to the byte. Templates of other packages are left as they are.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from django.template import Origin
from django.template.loaders import app_directories

_OURS = Path(__file__).resolve().parents[1]
_FOLD = re.compile(r"(?<=(.))\n +(?=(.))")


class Loader(app_directories.Loader):
    """Finds templates in the apps, as Django's own loader does, and unfolds ours."""

    def get_contents(self, origin: Origin) -> str:
        """The text to compile. Raises TemplateDoesNotExist."""
        text: str = super().get_contents(origin)
        return unfold(text) if Path(origin.name).is_relative_to(_OURS) else text


def unfold(text: str) -> str:
    """The text with folded lines joined: by a blank between two words or attributes, else by nothing."""
    return _FOLD.sub(_joint, text)


def _joint(fold: re.Match[str]) -> str:
    before, after = fold[1], fold[2]
    return "" if before == ">" or after in "<>{" or _is_wide(before) or _is_wide(after) else " "


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"
