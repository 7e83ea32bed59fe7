"""The one way in: a village's part of a batch → revisions, findings, summary row, audit, receipts.

Desk, phone, Excel and API all end here. What holds: everything of a part is in one transaction under the
village's lock; a refused row leaves nothing behind; an equal row is no change; a row that another source
filled differently becomes a listed conflict; what is stored was checked by the pack's hard rules.
"""

from __future__ import annotations

from paicha.domain.responses.answers.in_force import load_stored
from paicha.domain.responses.submission.batch import Batch, Receipt
from paicha.domain.responses.submission.conflicts import merge_with_current
from paicha.domain.responses.submission.current import complete_with_current
from paicha.domain.responses.submission.evaluation import evaluate_batch
from paicha.domain.responses.submission.late_rows import hold, keep_held
from paicha.domain.responses.submission.store import store
from paicha.domain.responses.work import VillageWork


def submit_responses(work: VillageWork, batch: Batch) -> list[Receipt]:
    """Take a village's rows in; their receipts, in their order.

    Must run inside `work`'s transaction. Nothing is stored for a refused row, neither draft nor household.
    """
    if not batch.rows:
        return []
    complete_with_current(work.pack, batch, load_stored(work, batch.households))
    hold(work, batch)
    merge_with_current(work, batch)
    keep_held(work, batch)
    evaluate_batch(work, batch)
    store(work, batch)
    return batch.receipts
