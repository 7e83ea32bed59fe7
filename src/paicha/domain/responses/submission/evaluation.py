"""What the pack says of the rows that may go in; its hard rules refuse them."""

from __future__ import annotations

from collections.abc import Sequence

from paicha.core.pack import Check, Constraint
from paicha.domain.responses.rules.facts import with_facts
from paicha.domain.responses.rules.row_tests import Hit, evaluate, hits
from paicha.domain.responses.rules.rule_text import message_of
from paicha.domain.responses.submission.batch import Batch, Row
from paicha.domain.responses.work import VillageWork


def evaluate_batch(work: VillageWork, batch: Batch) -> None:
    """Give each row that may go in its hits, and refuse those with a hard one.

    What was evaluated beside reading knew no facts: rows that have some are evaluated again.
    """
    rows = batch.accepted
    found: list[tuple[Row, Hit]] = []
    if batch.evaluated is not None:
        plain = {row.index for row in rows if not (row.stored and row.stored.facts)}
        known = (mark for mark in batch.evaluated.marks if mark[0] in plain)
        found += [(batch.rows[hit.index], hit) for hit in hits(work.pack, known)]
        rows = [row for row in rows if row.index not in plain]
    if rows:
        whole = len(rows) == len(batch.rows)
        frame = batch.answers if whole else batch.answers[[row.index for row in rows]]
        told = with_facts(work.pack, frame, [row.stored.facts if row.stored else None for row in rows])
        found += [(rows[hit.index], hit) for hit in hits(work.pack, evaluate(told, work.pack, work.days))]
    for row, hit in found:
        row.hits.append(hit)
    for row in batch.accepted:
        if any(hit.severity == "hard" for hit in row.hits):
            _refuse(work, batch, row)


def _refuse(work: VillageWork, batch: Batch, row: Row) -> None:
    answers = batch.answers.row(row.index, named=True)
    for hit in plain_first([hit for hit in row.hits if hit.severity == "hard"]):
        row.say(hit.id, "hard", hit.to_correct(answers), message_of(work.pack, hit, answers))


def plain_first(hits: Sequence[Hit]) -> list[Hit]:
    """The hits without checks that read an answer that breaks its own constraint: they would only repeat the fault."""
    broken = {hit.questions[0] for hit in hits if isinstance(hit.source, Constraint)}
    return [
        hit
        for hit in hits
        if not (isinstance(hit.source, Check) and broken & set(hit.source.expression.names))
    ]
