"""Accepted rows into the tables: households found now, revisions, roster, register, findings, audit."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from paicha.domain.households.services import NewHousehold, add_households, update_known
from paicha.domain.responses.findings.store import fired_of, load_kept, update_findings
from paicha.domain.responses.rules.rule_hits import RuleHit
from paicha.domain.responses.submission.audit_digest import SUBMIT
from paicha.domain.responses.submission.batch import Batch, Row
from paicha.domain.responses.submission.revisions import NewRevision, append_part
from paicha.domain.responses.work import VillageWork
from paicha.domain.rounds.services import NewEntry, add_entries, record_outcomes


def store(work: VillageWork, batch: Batch) -> None:
    """Write the rows that go in; their receipts name household and revision afterwards."""
    rows = batch.accepted
    if not rows:
        return
    _create_households(work, batch, [row for row in rows if row.household is None])
    _append(work, batch, rows)
    _follow(work, batch, [row for row in rows if row.stored is not None])
    _keep_findings(work, batch, rows)


def _create_households(work: VillageWork, batch: Batch, rows: Sequence[Row]) -> None:
    """Households found now go into the register; `_append` puts them, marked, into the roster."""
    if not rows:
        return
    pack, roles = work.pack, work.pack.roles
    groups, phones = batch.column(roles.group), batch.column(roles.phone)
    heads, populations = batch.column(roles.head), batch.column(roles.population)
    made = add_households(
        work.village,
        [
            NewHousehold(
                groups[row.index] or "", heads[row.index], phones[row.index] or "", populations[row.index],
                pack.class_of_form[row.sent.form], row.sent.new_id,
            )
            for row in rows
        ],
    )  # fmt: skip
    work.add_groups({groups[row.index] for row in rows if groups[row.index]})
    for row, (household, number) in zip(rows, made, strict=True):
        row.receipt.household, row.receipt.number, row.receipt.created = household, number, True


def _append(work: VillageWork, batch: Batch, rows: Sequence[Row]) -> None:
    """A revision a row, and the roster entries that name them."""
    for row in rows:
        row.receipt.before = row.stored.answers if row.stored and row.number else ""
        row.receipt.after = row.text
        row.receipt.revision = row.number + 1
    ids = append_part(
        work,
        SUBMIT,
        [
            NewRevision(
                row.household, row.sent.form, row.number + 1, row.sent.base or 0, row.text, batch.source, batch.upload,
                row.sent.address,
            )
            for row in rows
        ],
    )  # fmt: skip
    outcome = work.pack.outcome
    outcomes = batch.column(outcome.question) if outcome else [outcome.of_answers(None)] * len(batch.rows)
    groups = batch.column(work.pack.roles.group)
    entries: list[NewEntry] = []
    moved: list[tuple[int | None, UUID | None, int, int]] = []
    for row, id_ in zip(rows, ids, strict=True):
        household, form, number = row.household, row.sent.form, row.receipt.revision
        assert household is not None, "households found now have been created"
        work.written[id_.hex] = (household, form, row.text, work.at if number == 1 else None)
        if row.stored is None:
            entries.append(
                NewEntry(household, form, groups[row.index] or "", outcomes[row.index], id_, number)
            )
        else:
            moved.append((outcomes[row.index], id_, number, row.stored.entry))
    add_entries(work.round, work.village, entries)
    record_outcomes(moved)


def _follow(work: VillageWork, batch: Batch, rows: Sequence[Row]) -> None:
    """The register follows the answers of known households: phone, population and group as last known."""
    roles = work.pack.roles
    phones, populations = batch.column(roles.phone), batch.column(roles.population)
    groups = batch.column(roles.group)
    changes = []
    for row in rows:
        old, i = row.stored, row.index
        assert old is not None, "a known household has its place in the round"
        was = (old.phone, old.population, old.group)
        now = (phones[i] or old.phone, populations[i] or old.population, groups[i] or old.group)
        if now != was:
            changes.append((*now, old.household))
            work.known.setdefault(old.household, was)
    update_known(work.village, changes)


def _keep_findings(work: VillageWork, batch: Batch, rows: Sequence[Row]) -> None:
    """Leads, and what is soft until somebody gives its reason, of the rows that went in."""
    fired: list[RuleHit] = []
    for row in rows:
        if not row.hits:
            continue
        answers = batch.answers.row(row.index, named=True)
        for hit in row.hits:
            item = fired_of(work, hit, row.household, answers)
            if item is None:
                continue
            fired.append(item)
            if hit.severity == "soft":
                row.say(hit.id, "soft", hit.to_correct(answers), item.detail)
    touched = [row.household for row in rows if not row.receipt.created and row.household]
    kept = load_kept(work.round.pk, work.village.pk, touched) if touched else {}
    mine = {key: old for key, old in kept.items() if key[1] in work.row_rules}
    update_findings(work.round.pk, work.village.pk, fired, mine, work.at)
