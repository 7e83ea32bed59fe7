"""The one way in: a village's part of a batch → revisions, findings, summary row, audit, receipts.

Desk, phone, Excel and API all end here. What holds: everything of a part is in one transaction under the
village's lock; a refused row leaves nothing behind; an equal row is no change; a row that another source
filled differently becomes a listed conflict; what is stored was checked by the pack's hard rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import polars as pl

from paicha.core.pack import Check, Constraint, Pack
from paicha.domain.responses.against import against_stored
from paicha.domain.responses.compiled import Hit, validate
from paicha.domain.responses.frames import answer_schema, complete, texts_of
from paicha.domain.responses.receipts import Receipt, Rows, Said, finger
from paicha.domain.responses.stored import Stored, load_stored
from paicha.domain.responses.storing import create_households, find, write_revisions
from paicha.domain.responses.wording import message_of
from paicha.domain.responses.work import VillageWork


def submit_responses(work: VillageWork, rows: Rows) -> list[Receipt]:
    """Take a village's rows in; receipts in the order of the frame.

    Must run inside `work`'s transaction. Nothing is stored for a refused row, neither draft nor household.
    """
    if rows.frame.height == 0:
        return []
    pack = work.pack
    frame = complete(rows.frame, answer_schema(pack))
    ids = [UUID(text) if text else None for text in frame["household"].to_list()]
    receipts = [
        Receipt(row, "stored", household) for row, household in zip(frame["row"].to_list(), ids, strict=True)
    ]
    stored = load_stored(work, {id_ for id_ in ids if id_ is not None})
    frame = _prepare(pack, frame)
    if stored:
        frame = against_stored(work, rows, frame, receipts, stored)
    texts = texts_of(pack, frame)
    _unchanged(receipts, texts, stored)
    _validate(work, frame, receipts)
    accepted = [i for i, r in enumerate(receipts) if r.status in ("stored", "merged")]
    if not accepted:
        return receipts
    create_households(work, frame, receipts, accepted)
    write_revisions(work, rows, frame, receipts, accepted, texts, stored)
    find(work, frame, receipts, accepted, stored)
    return receipts


def _prepare(pack: Pack, frame: pl.DataFrame) -> pl.DataFrame:
    """The default outcome put in, so that 'not said' and 'met' are one answer; empty lists are no answer."""
    changes = []
    if pack.outcome is not None:
        changes.append(pl.col(pack.outcome.question).fill_null(pack.outcome.default))
    for name in pack.answer_questions:
        if pack.questions[name].type == "choices":
            changes.append(pl.when(pl.col(name).list.len() > 0).then(pl.col(name).list.sort()).alias(name))
    return frame.with_columns(changes) if changes else frame


def _unchanged(receipts: list[Receipt], texts: list[str], stored: Mapping[UUID, Stored]) -> None:
    for receipt, text in zip(receipts, texts, strict=True):
        old = stored.get(receipt.household) if receipt.household else None
        if old is None:
            continue
        receipt.revision = old.number
        if receipt.status in ("stored", "merged") and old.number and old.answers == text:
            receipt.status = "unchanged"


def _validate(work: VillageWork, frame: pl.DataFrame, receipts: list[Receipt]) -> None:
    """The pack's hard rules refuse; what is soft is said, and kept as a finding by `_find`."""
    indexes = [i for i, r in enumerate(receipts) if r.status in ("stored", "merged")]
    if not indexes:
        return
    part = frame if len(indexes) == frame.height else frame[indexes]
    hits = validate(part, work.pack, work.days)
    refused: dict[int, list[Hit]] = {}
    for hit in hits:
        index = indexes[hit.index]
        if hit.severity == "hard":
            refused.setdefault(index, []).append(hit)
        else:
            work.soft.setdefault(receipts[index].row, []).append(hit)
    for index, found in refused.items():
        receipt = receipts[index]
        found = _plain_first(found)
        answers = frame.row(index, named=True)
        receipt.status = "refused"
        work.soft.pop(receipt.row, None)
        for hit in found:
            receipt.said.append(
                Said(hit.id, "hard", finger(hit, answers), message_of(work.pack, hit, answers))
            )


def _plain_first(hits: list[Hit]) -> list[Hit]:
    """An answer that breaks its own constraint is said once: checks that also read it would only repeat it."""
    broken = {hit.questions[0] for hit in hits if isinstance(hit.source, Constraint)}
    return [
        hit for hit in hits if not isinstance(hit.source, Check) or not broken & set(hit.source.expression.names)
    ]
