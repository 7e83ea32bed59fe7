"""The one way in: a village's part of a batch → revisions, findings, summary row, audit, receipts.

Desk, phone, Excel and API all end here. What holds: everything of a part is in one transaction under the
village's lock; a refused row leaves nothing behind; an equal row is no change; a row that another source
filled differently becomes a listed conflict; what is stored was checked by the pack's hard rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import polars as pl

from paicha.core.pack import Check, Constraint
from paicha.domain.responses.against import against_stored
from paicha.domain.responses.compiled import Hit, evaluate, hits
from paicha.domain.responses.evaluation import Evaluated, prepare
from paicha.domain.responses.facts import Facts, with_facts
from paicha.domain.responses.frames import texts_of
from paicha.domain.responses.held import hold, keep_held
from paicha.domain.responses.receipts import Receipt, Rows, Said, finger
from paicha.domain.responses.stored import Stored, load_stored
from paicha.domain.responses.storing import create_households, keep_findings, write_revisions
from paicha.domain.responses.wording import message_of
from paicha.domain.responses.work import VillageWork


def submit_responses(work: VillageWork, rows: Rows) -> list[Receipt]:
    """Take a village's rows in; receipts in the order of the frame.

    Must run inside `work`'s transaction. Nothing is stored for a refused row, neither draft nor household.
    """
    if rows.frame.height == 0:
        return []
    pack = work.pack
    frame = rows.frame if rows.evaluated else prepare(pack, rows.frame)
    ids = [UUID(text) if text else None for text in frame["household"].to_list()]
    receipts = [
        Receipt(row, "stored", household) for row, household in zip(frame["row"].to_list(), ids, strict=True)
    ]
    stored = load_stored(work, {id_ for id_ in ids if id_ is not None})
    hold(work, rows, receipts, stored)
    merged = against_stored(work, rows, frame, receipts, stored) if any(ids) else frame
    known = rows.evaluated if merged is frame else None
    frame = merged
    texts = known.texts if known else texts_of(pack, frame)
    _unchanged(receipts, texts, stored)
    keep_held(work, rows, frame, receipts, texts)
    facts = [stored[id_].facts if id_ and id_ in stored else None for id_ in ids] if stored else []
    found = _evaluate(work, frame, receipts, known, facts)
    _refuse(work, frame, receipts, found)
    accepted = [i for i, r in enumerate(receipts) if r.status in ("stored", "merged")]
    if not accepted:
        return receipts
    create_households(work, frame, receipts, accepted)
    write_revisions(work, rows, frame, receipts, accepted, texts, stored)
    keep_findings(work, frame, receipts, accepted, found)
    return receipts


def _unchanged(receipts: list[Receipt], texts: list[str], stored: Mapping[UUID, Stored]) -> None:
    for receipt, text in zip(receipts, texts, strict=True):
        old = stored.get(receipt.household) if receipt.household else None
        if old is None:
            continue
        receipt.revision = old.number
        if receipt.status in ("stored", "merged", "held") and old.number and old.answers == text:
            receipt.status = "unchanged"


def _evaluate(
    work: VillageWork,
    frame: pl.DataFrame,
    receipts: list[Receipt],
    known: Evaluated | None,
    facts: Sequence[Facts],
) -> dict[int, list[Hit]]:
    """What the pack says about the rows that may go in, by row of the frame.

    What was evaluated beside reading knew no facts: rows that have some are evaluated again.
    """
    indexes = [i for i, r in enumerate(receipts) if r.status in ("stored", "merged")]
    found: dict[int, list[Hit]] = {}
    if known is not None:
        wanted = {i for i in indexes if not (facts and facts[i])}
        for hit in hits(work.pack, work.days, (mark for mark in known.marks if mark[0] in wanted)):
            found.setdefault(hit.index, []).append(hit)
        indexes = [i for i in indexes if i not in wanted]
    if not indexes:
        return found
    frame = with_facts(work.pack, frame, facts)
    part = frame if len(indexes) == frame.height else frame[indexes]
    for hit in hits(work.pack, work.days, evaluate(part, work.pack, work.days)):
        found.setdefault(indexes[hit.index], []).append(hit)
    return found


def _refuse(
    work: VillageWork, frame: pl.DataFrame, receipts: list[Receipt], found: Mapping[int, list[Hit]]
) -> None:
    """The pack's hard rules refuse a row, each fault said once."""
    for index, hits_ in found.items():
        hard = [hit for hit in hits_ if hit.severity == "hard"]
        if not hard:
            continue
        receipt = receipts[index]
        answers = frame.row(index, named=True)
        receipt.status = "refused"
        for hit in _plain_first(hard):
            said = message_of(work.pack, hit, answers)
            receipt.said.append(Said(hit.id, "hard", finger(hit, answers), said))


def _plain_first(hits: list[Hit]) -> list[Hit]:
    """An answer that breaks its own constraint is said once: checks that also read it would only repeat it."""
    broken = {hit.questions[0] for hit in hits if isinstance(hit.source, Constraint)}
    return [
        hit
        for hit in hits
        if not isinstance(hit.source, Check) or not broken & set(hit.source.expression.names)
    ]
