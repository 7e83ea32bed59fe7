"""What somebody had before their eyes when they decided: the moment at which their page was made.

Why: whoever decides, decides about what the page showed. The page posts the moment with the act (`{% as_of %}`), and
what was found, answered or handed up later is left alone and named.
"""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

FIELD = "as_of"


def moment_of(request: HttpRequest) -> datetime | None:
    """The moment that the posted page was made; None where it doesn't say, which is taken for now."""
    try:
        made = datetime.fromisoformat(request.POST.get(FIELD, ""))
    except ValueError:
        return None
    return made if made.tzinfo is not None else None
