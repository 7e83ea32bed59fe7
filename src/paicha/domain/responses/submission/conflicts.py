"""Rows made from something older than what is in force: corrections, merges by field, conflicts.

What holds (contract, import): a row made from the revision in force, or by the same hand without naming a base (a
device never), is a correction; every other is merged field by field against the base it was made from. Where both
sides changed the same field differently, a conflict is listed that a person settles; where both are the same
person's, the newer answer stays and they are asked. Nothing in force is overwritten in silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
import polars as pl

from paicha.core.catalogue import sentence
from paicha.core.pack import Pack
from paicha.domain import bulk
from paicha.domain.audit.services import Entry, village_chain
from paicha.domain.responses.answers.in_force import answers_of
from paicha.domain.responses.columns import NOTHING, answer_schema, decode, texts_of
from paicha.domain.responses.models import Conflict
from paicha.domain.responses.rules.rule_text import answer_in_words
from paicha.domain.responses.submission.batch import Batch, Row, Said, Status
from paicha.domain.responses.submission.merge import merge_fields
from paicha.domain.responses.work import VillageWork

_Listed = tuple[list[str], dict[str, Any]]  # colliding questions and the answers of a conflict that waits


def merge_with_current(work: VillageWork, batch: Batch) -> None:
    """Merge or list the rows that were made from something else than what is in force; no change is `unchanged`."""
    others = [
        row for row in batch.rows if row.status is Status.STORED and row.number and not _corrects(batch, row)
    ]
    if others:
        _merge(work, batch, others)
    batch.write_texts(work.pack)


def _corrects(batch: Batch, row: Row) -> bool:
    """Whether the row was made from what is in force, or corrects the same hand's answers without saying a base.

    A page or workbook that names an older base is merged, also for the same hand: it may have been open in a second
    tab, or lain over lunch. A device's own earlier answers may have been merged with what others changed, which it has
    not seen: for a device the same hand is not enough even without a base (found by the model test).
    """
    old, base = row.stored, row.sent.base
    if old is None or row.sent.base_text is not None:
        return False
    return base == old.number or (base is None and _same_hand(batch, row))


def _merge(work: VillageWork, batch: Batch, others: Sequence[Row]) -> None:
    """Rows that are no correction: merged by field, asked of the same hand, or listed as a conflict."""
    pack, names = work.pack, list(work.pack.answer_questions)
    at = [row.index for row in others]
    listed, made_from = _open_conflicts(work, [row.household for row in others]), _base_texts(work, others)
    now = batch.current(pack, others)
    base = decode(pl.Series(made_from, dtype=pl.String), answer_schema(pack))
    chosen = batch.answers.select(names)[at]
    merge = merge_fields(chosen, now, base, names)
    merged = merge.answers.cast(chosen.schema)
    forms = batch.answers["form"][at]
    texts = zip(
        others,
        merge.fields,
        *(texts_of(pack, f.with_columns(forms)) for f in (now, merged, chosen, merge.other)),
        strict=True,
    )
    conflicts: list[tuple[Any, ...]] = []
    for row, fields, now_text, merged_text, mine, other in texts:
        if mine == now_text or (not fields and merged_text == now_text):
            row.receipt.status = Status.UNCHANGED
        elif not fields:
            row.receipt.status = Status.MERGED
        elif _same_hand(batch, row):
            row.receipt.status = Status.UNCHANGED if merged_text == now_text else Status.MERGED
            row.receipt.said += _second_changes(pack, fields, now_text, other)
        else:
            row.receipt.status = Status.CONFLICT
            labels = "、".join(pack.questions[n].short or pack.questions[n].label for n in fields)
            row.say("C01", "soft", fields[0], sentence("C01", labels=labels))
            if not _is_listed(listed.get(row.household, ()), fields, other, now_text):
                conflicts.append(
                    (
                        work.round.pk, work.village.pk, row.household, row.number, other, fields, batch.source,
                        batch.upload, row.sent.address, work.at, "",
                    )
                )  # fmt: skip
    _list_conflicts(work, conflicts)
    keep = batch.answers.with_row_index("@i").filter(~pl.col("@i").is_in(at))
    changed = batch.answers[at].with_columns(merged).with_columns(pl.Series("@i", at, dtype=pl.UInt32))
    batch.replace(pl.concat([keep, changed.select(keep.columns)]).sort("@i").drop("@i"))


def _same_hand(batch: Batch, row: Row) -> bool:
    """Whether what is in force is the same person's, who then knows both."""
    return row.stored is not None and row.stored.source == batch.source and not batch.by_base


def _second_changes(pack: Pack, fields: Sequence[str], now: str, here: str) -> list[Said]:
    """C02: what the same person changed twice, from the same state; the newer answer stays until they say otherwise."""
    stored, typed = orjson.loads(now), orjson.loads(here)
    return [
        Said(
            "C02", "soft", name,
            sentence(
                "C02", label=pack.questions[name].short or pack.questions[name].label,
                now=answer_in_words(pack.questions[name], stored.get(name)),
                here=answer_in_words(pack.questions[name], typed.get(name)),
            ),
        )
        for name in fields
    ]  # fmt: skip


def _base_texts(work: VillageWork, rows: Sequence[Row]) -> list[str]:
    """What each row was made from; nothing where it carries no base, for then nothing was known."""
    wants = {
        row.index: (row.stored.household, row.sent.base)
        for row in rows
        if row.stored and row.sent.base and row.sent.base < row.number and row.sent.base_text is None
    }
    texts = answers_of(work, set(wants.values()))
    return [
        row.sent.base_text or (texts.get(wants[row.index], NOTHING) if row.index in wants else NOTHING)
        for row in rows
    ]


def _list_conflicts(work: VillageWork, conflicts: list[tuple[Any, ...]]) -> None:
    bulk.insert(
        Conflict,
        (
            "round", "village", "household", "number", "answers", "fields", "source", "upload", "address",
            "at", "settled_by",
        ),
        conflicts,
    )  # fmt: skip
    if conflicts:
        work.note(
            Entry(village_chain(work.village.pk), work.actor, "responses.conflict", count=len(conflicts))
        )


def _open_conflicts(work: VillageWork, households: Sequence[UUID | None]) -> dict[UUID | None, list[_Listed]]:
    query = Conflict.objects.filter(
        round=work.round, village=work.village, household_id__in=[h for h in households if h], settled_at=None
    )
    found: dict[UUID | None, list[_Listed]] = {}
    for household, fields, answers in query.values_list("household_id", "fields", "answers"):
        found.setdefault(household, []).append((fields, orjson.loads(answers)))
    return found


def _is_listed(listed: Sequence[_Listed], fields: list[str], text: str, now: str) -> bool:
    """Whether the same answers to the same questions wait for a person already.

    Everything that the row would change counts, not what collides alone: the rest comes along when a person settles
    it, and would be lost otherwise (found by the model test).
    """
    mine, stored = orjson.loads(text), orjson.loads(now)
    brings = {name for name in {*mine, *stored} if mine.get(name) != stored.get(name)}
    return any(
        set(fields) <= set(known) and all(answers.get(name) == mine.get(name) for name in brings)
        for known, answers in listed
    )
