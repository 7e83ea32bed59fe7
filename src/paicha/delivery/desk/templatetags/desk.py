"""How dates, groups and counts read on the screen."""

from __future__ import annotations

from datetime import date, datetime
from math import ceil
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from paicha.core import area_codes
from paicha.core.pack import Pack
from paicha.delivery.desk.shell import menu
from paicha.delivery.desk.shell.as_of import FIELD
from paicha.delivery.desk.shell.menu import Menu
from paicha.delivery.desk.shell.wording import day_text, group_text, outcome_text, time_text
from paicha.domain import clock
from paicha.domain.accounts.models import User
from paicha.domain.accounts.policies import scope

register = template.Library()
_HOURS_FROM = 100  # minutes


@register.simple_tag
def as_of() -> SafeString:
    """A hidden field with the moment at which the page was made: what has changed since wasn't on it."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, clock.now().isoformat())


@register.simple_tag
def own_menu(user: User, path: str) -> Menu:
    """The menu of a page that belongs to no place."""
    return menu.own_menu(scope(user), path)


@register.filter
def day(value: date | datetime | None) -> str:
    """'3月20日'."""
    return day_text(value) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """'3月14日 09:30'."""
    return time_text(value) if value else ""


@register.filter
def duration(seconds: float) -> str:
    """'1 分钟', '3 分钟', '2 小时', rounded up so that nobody is promised too much."""
    minutes = max(1, ceil(seconds / 60))
    return f"{minutes} 分钟" if minutes < _HOURS_FROM else f"{ceil(minutes / 60)} 小时"


@register.filter
def group(value: str) -> str:
    """'2组', '沟岔组', '未分组'."""
    return group_text(value)


@register.filter
def n(value: int | None) -> str:
    """'47,310'."""
    return "" if value is None else f"{value:,}"


@register.filter
def item(mapping: Any, key: Any) -> Any:
    """A mapping's value by a key that is a variable."""
    return mapping.get(key) if hasattr(mapping, "get") else None


@register.filter
def form_label(name: str, pack: Pack) -> str:
    """A household form's label: '一般农户'."""
    return pack.household_forms[name].label


@register.filter
def outcome_label(outcome: int, pack: Pack) -> str:
    """How a visit ended: '整户外出未联系上'."""
    return outcome_text(pack, outcome)


@register.filter
def town_of(code: str, towns: dict[str, str]) -> str:
    """The name of a village's town, by the village's code."""
    return towns.get(area_codes.town_of(code), "")
