"""Where each cause of the table of villages leads: the rows that it counts, on whichever part's page they stand."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse

# cause → (name of the address, query); the village's first page where a name is not there
_PAGES: dict[str, tuple[str, str]] = {
    "overdue": ("area", ""),
    "returned": ("returns", ""),
    "conflicts": ("conflicts", ""),
    "zero_leads": ("leads", ""),
    "alert": ("cases", ""),
    "zero": ("audit", ""),
    "audit": ("audit", ""),
    "enquiries": ("enquiries", ""),
    "answered": ("enquiries", ""),
    "leads": ("leads", ""),
    "idle": ("households", "?outcome=due"),
    "office": ("leads", "?what=office"),
    "late_rows": ("held", ""),
    "soft": ("leads", "?what=soft"),
    "profile": ("forms", ""),
}


def place_link(name: str, code: str, query: str = "") -> str:
    """The address of a page of an area; of its first page where there is no such page."""
    try:
        return reverse(f"desk:{name}", args=[code]) + query
    except NoReverseMatch:
        return reverse("desk:area", args=[code])


def cause_link(key: str, code: str) -> str:
    """Where a cause of a village leads."""
    name, query = _PAGES[key]
    return place_link(name, code, query)
