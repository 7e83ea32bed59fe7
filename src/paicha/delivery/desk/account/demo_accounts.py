"""The accounts that a demo home shows on its sign-in page, as `paicha demo` left them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from paicha.delivery.desk.help.words import ROLES_IN_WORDS
from paicha.domain import clock

FILE = "demo-accounts.json"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """`title`: who one is with it, as '市级' or '高家堡镇 桑树渠村 村干部'."""

    username: str
    password: str
    title: str
    does: str = ""  # what the account sees and does, and where to begin
    begins: str = ""


def demo_accounts() -> list[DemoAccount]:
    """The accounts of a demo home; none in a real one, whatever lies in its folder."""
    file = Path(settings.PAICHA_HOME) / FILE
    if not file.is_file() or not clock.is_demo():
        return []
    try:
        listed = json.loads(file.read_text(encoding="utf-8"))
        return [_account(a) for a in listed]
    except (ValueError, KeyError, TypeError, OSError):
        return []


def _account(listed: dict[str, str]) -> DemoAccount:
    """An account as it is listed, with the words of its role where that is known."""
    words = next((words for key, words in ROLES_IN_WORDS.items() if key == listed.get("role")), None)
    title = listed.get("title", "")
    if words is None:
        return DemoAccount(listed["username"], listed["password"], title)
    return DemoAccount(listed["username"], listed["password"], title, words.does, words.begins)
