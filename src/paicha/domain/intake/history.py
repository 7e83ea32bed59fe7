"""The history of uploads: who sent what when, what became of it, and whether it was taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from paicha.domain.intake.interruptions import interruption
from paicha.domain.responses.models import Upload, UploadVillage
from paicha.domain.rounds.models import Round

FILES = ("excel",)  # doors through which files come
COUNTS = ("files", "rows", "accepted", "created", "unchanged", "warned", "conflicts", "refused", "forms")


def uploads(round_: Round, *, area: str = "", actor: str = "") -> QuerySet[Upload]:
    """Uploads of files of a round, newest first, each with `village_count`.

    `area`: a code prefix that a village of it must have; `actor`: or one's own, wherever they went.
    """
    found = Upload.objects.filter(round=round_, door__in=FILES)
    if area:
        here = UploadVillage.objects.filter(upload=OuterRef("pk"), village__code__startswith=area)
        found = found.filter(Q(Exists(here)) | Q(actor=actor) if actor else Q(Exists(here)))
    return found.annotate(village_count=Count("villages")).order_by("-started_at", "-pk")


def upload_facts(upload: Upload, cut: frozenset[UUID]) -> dict[str, Any]:
    """An upload as `paicha upload list --json` prints it; counts that are not known are None.

    `cut`: from `cut_short`.
    """
    counts = upload.result or {}
    return {
        "upload": str(upload.pk),
        "actor": upload.actor,
        "started_at": upload.started_at.isoformat(),
        "interrupted": bool(interruption(upload, cut)),
        "finished_at": upload.finished_at.isoformat() if upload.finished_at else None,
        "names": upload.files,
        "villages": getattr(upload, "village_count", None),
        **{name: counts.get(name) for name in COUNTS},
        "undone_at": upload.undone_at.isoformat() if upload.undone_at else None,
        "undone_by": upload.undone_by,
        "undone": upload.undone,
    }
