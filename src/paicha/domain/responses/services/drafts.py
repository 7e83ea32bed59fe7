"""Drafts: what somebody has typed that is not in force, kept for that person until it is.

What holds: a draft is its author's alone, one a household (or place on a sheet); it is counted nowhere among
answers; it goes in the transaction that stores its row. How many wait, by author, is a fact of the village, so
that a first page says so without a query.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import Q, QuerySet

from paicha.domain.responses.models import Draft
from paicha.domain.responses.work import VillageWork, record_facts
from paicha.domain.rounds.models import Round

_LONGEST = 500  # characters of a cell that are kept


def keep_draft(
    work: VillageWork,
    place: str,
    *,
    form: str,
    answers: Mapping[str, str],
    base: int = 0,
    household: UUID | None = None,
    device: str = "",
) -> Draft:
    """Keep what was typed for a household, or for a `place` of one not in the register yet; the newest holds.

    `answers`: cell → text as typed. `base`: the revision that the author had before them.
    """
    draft, made = Draft.objects.update_or_create(
        round=work.round, village=work.village, author=work.actor, device=device, place=place[:60],
        defaults={
            "household_id": household, "form": form, "base": base, "at": work.at,
            "answers": {name: text[:_LONGEST] for name, text in answers.items() if text},
        },
    )  # fmt: skip
    if made:
        _count(work, 1)
    return draft


def drop_draft(work: VillageWork, place: str, device: str = "") -> bool:
    """Let a draft of the author's go: its row is stored, or the author doesn't want it. Whether there was one."""
    gone, _ = Draft.objects.filter(
        round=work.round, village=work.village, author=work.actor, device=device, place=place[:60]
    ).delete()
    if gone:
        _count(work, -gone)
    return bool(gone)


def drop_drafts(work: VillageWork, places: Collection[str], device: str) -> None:
    """Let the author's drafts of one device at these places go, all in one statement."""
    gone, _ = Draft.objects.filter(
        round=work.round, village=work.village, author=work.actor, device=device, place__in=places
    ).delete()
    if gone:
        _count(work, -gone)


def drafts_of(
    round_: Round, village: int, author: str, *, form: str = "", place: str = ""
) -> QuerySet[Draft]:
    """What an author has typed in a village and not stored, the newest first; `place` narrows to one."""
    wanted = Q(round=round_, village_id=village, author=author)
    if form:
        wanted &= Q(form=form)
    if place:
        wanted &= Q(place=place[:60])
    return Draft.objects.filter(wanted).order_by("-at", "pk")


def _count(work: VillageWork, change: int) -> None:
    counted = dict(work.summary.fact.drafts)
    counted[work.actor] = max(counted.get(work.actor, 0) + change, 0)
    record_facts(work, drafts={author: n for author, n in counted.items() if n})
