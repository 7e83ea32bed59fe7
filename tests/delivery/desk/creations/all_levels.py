"""Every row of the table, and every other address that takes a POST with why nothing can be there twice.

An address that stands neither here nor in the table fails `test_once`, so that no new form goes untried.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, get_resolver
from ninja.operation import PathView
from tests.delivery.desk.creations import upper_levels, village, whole_home
from tests.delivery.desk.creations.table import (
    MAKERS,
    ROUTES,
)

__all__ = ["ELSEWHERE", "MAKERS", "ROUTES", "addresses", "takes_a_post"]
assert village and upper_levels and whole_home  # which fill the table, in this order

# Addresses that take a POST and create nothing that could be there twice, or not by a form, each with its reason.
_CHANGES = "changes or takes back what is there; twice is as once"
_ASKS = "shows something and writes nothing but the read in the audit chain"
_PHONES = "a program asks; what it sends bears an id of its own (tests/domain/sync, tests/e2e/test_field)"
_ROWS = "a script sends it row by row; equal answers make no revision (test_entry)"
ELSEWHERE = {
    **dict.fromkeys(
        [
            "answer_undo", "entry_undo", "handup_back", "handup_note", "return_back", "return_to", "case_undo",
            "case_help", "case_answer", "meeting_agenda", "meeting_undo", "measure_withdraw", "bulk_undo",
            "enquiry_answer", "enquiry_close", "zones", "zone_remove", "visit", "visit_drop", "problems_save",
            "problem_check", "problem_undo", "changes_tick", "change_undo", "referral_withdraw", "referrals",
            "referrals_upload", "referral_undo", "comparison_pick", "comparison_delete", "read_all", "own_phones",
            "village_leads", "decide", "conflict", "cancel", "duplicate_back", "help_tour", "letters", "account",
        ],
        _CHANGES,
    ),
    **dict.fromkeys(["sampled_phone", "phone", "sample_again"], _ASKS),
    **dict.fromkeys(["entry_sheet", "entry_row", "entry_draft"], _ROWS),
    **dict.fromkeys(["api:batches", "api:devices", "api:village", "api:errands"], _PHONES),
    **dict.fromkeys(["sign_in", "sign_out", "password", "second"], "the door: nothing is created"),
    "problems_remind": "who has not read the last reminder is told no second one (test_work_problems)",
    "accounts_reset": "a new password, no row (test_accounts)",
    "phones": "an item that waits is taken in once, whoever asks (test_phones)",
    **dict.fromkeys(["visit_leftover", "sample_leftover"], "an item that waits is settled once (test_leftovers)"),
    "phones_file": "an item bears an id and is taken once (test_phones)",
    "backup_check": "reads what is there (test_home_pages)",
    "propose": "opens a case as a lead does, and only one goes at a time (test_cases)",
}  # fmt: skip


def addresses() -> Iterator[tuple[str, URLPattern]]:
    """Every address of the house with its name: of the desk without, of others with their namespace."""
    for part in get_resolver().url_patterns:
        space = getattr(part, "namespace", None) or getattr(part, "app_name", None) or "api"
        for pattern in _within([part]):
            yield (str(pattern.name) if space == "desk" else f"{space}:{pattern.name}"), pattern


def _within(parts: Any) -> Iterator[URLPattern]:
    for part in parts:
        if isinstance(part, URLPattern):
            yield part
        else:
            yield from _within(part.url_patterns)


def takes_a_post(pattern: URLPattern) -> bool:
    """Whether a view says so: by the methods that it is open to, else by its source."""
    view, methods, source = pattern.callback, set[str](), ""
    while inspect.isfunction(view):
        inside, source = inspect.getclosurevars(view).nonlocals, inspect.getsource(view)
        methods.update(inside.get("request_method_list", ()))
        if isinstance(inside.get("self"), PathView):
            methods.update(*(one.methods for one in inside["self"].operations))
        view = getattr(view, "__wrapped__", None)
    return "POST" in (methods or source)
