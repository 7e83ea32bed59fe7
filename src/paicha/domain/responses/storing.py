"""Accepted rows into the tables: households found now, revisions, roster, register, findings, audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import polars as pl

from paicha.core.pack import Pack, Rule
from paicha.domain import bulk
from paicha.domain.areas.services import add_groups
from paicha.domain.households.services import NewHousehold, add_households, new_id, update_known
from paicha.domain.responses import parts
from paicha.domain.responses.compiled import Hit
from paicha.domain.responses.findings import Fired, load_kept, settle
from paicha.domain.responses.models import Revision
from paicha.domain.responses.receipts import Receipt, Rows, Said, column, finger
from paicha.domain.responses.stored import Stored
from paicha.domain.responses.wording import message_of
from paicha.domain.responses.work import VillageWork
from paicha.domain.rounds.services import NewEntry, add_entries, record_outcomes

REVISION = (
    "id", "round", "village", "household", "form", "number", "base", "answers", "source", "upload", "part",
    "address", "at",
)  # fmt: skip


def create_households(
    work: VillageWork, frame: pl.DataFrame, receipts: list[Receipt], accepted: list[int]
) -> None:
    """Households found now go into the register and, marked, into the roster."""
    new = [i for i in accepted if receipts[i].household is None]
    if not new:
        return
    pack, roles = work.pack, work.pack.roles
    groups, phones = column(frame, roles.group), column(frame, roles.phone)
    heads, populations, forms = (
        column(frame, roles.head),
        column(frame, roles.population),
        column(frame, "form"),
    )
    ids = frame["new_id"].to_list() if "new_id" in frame.columns else [None] * frame.height
    made = add_households(
        work.village,
        [
            NewHousehold(
                groups[i] or "", heads[i], phones[i] or "", populations[i], pack.class_of_form[forms[i]],
                UUID(ids[i]) if ids[i] else None,
            )
            for i in new
        ],
    )  # fmt: skip
    add_groups(work.village, {groups[i] for i in new if groups[i]})
    for i, (household, number) in zip(new, made, strict=True):
        receipt = receipts[i]
        receipt.household, receipt.number, receipt.created = household, number, True


def write_revisions(
    work: VillageWork,
    rows: Rows,
    frame: pl.DataFrame,
    receipts: list[Receipt],
    accepted: list[int],
    texts: list[str],
    stored: Mapping[UUID, Stored],
) -> None:
    part = new_id()
    forms = frame["form"].to_list()
    addresses = frame["address"].to_list()
    bases = frame["base"].to_list()
    outcome = frame[work.pack.outcome.question].to_list() if work.pack.outcome else [1] * frame.height
    group_role = work.pack.roles.group
    groups = frame[group_role].to_list() if group_role else [None] * frame.height
    revisions: list[tuple[Any, ...]] = []
    entries: list[NewEntry] = []
    moved: list[tuple[int, UUID, int, int]] = []
    for i in accepted:
        receipt = receipts[i]
        household = receipt.household
        assert household is not None
        old = stored.get(household)
        number = (old.number if old else 0) + 1
        id_ = new_id()
        receipt.revision = number
        revisions.append(
            (
                id_, work.round.pk, work.village.pk, household, forms[i], number, bases[i] or 0, texts[i], rows.source,
                rows.upload, part, addresses[i] or "", work.at,
            )
        )  # fmt: skip
        work.written[id_.hex] = (household, forms[i], texts[i], work.at if number == 1 else None)
        if old is None:
            entries.append(NewEntry(household, forms[i], groups[i] or "", outcome[i], id_, number))
        else:
            moved.append((outcome[i], id_, number, old.entry))
    bulk.insert(Revision, REVISION, revisions)
    add_entries(work.round, work.village, entries)
    record_outcomes(moved)
    if moved:
        _update_known(work, frame, receipts, accepted, stored)
    written = [parts.Written(row[0], row[3], row[4], row[5], row[7]) for row in revisions]
    work.note(parts.part_entry(work.village.pk, work.actor, parts.SUBMIT, part, written))


def _update_known(
    work: VillageWork,
    frame: pl.DataFrame,
    receipts: list[Receipt],
    accepted: list[int],
    stored: Mapping[UUID, Stored],
) -> None:
    """The register follows the answers: phone, population and group as last known."""
    roles = work.pack.roles
    changes = []
    for i in accepted:
        household = receipts[i].household
        old = stored.get(household) if household else None
        if old is None or household is None:
            continue
        phone = (frame[roles.phone][i] if roles.phone else None) or old.phone
        population = (frame[roles.population][i] if roles.population else None) or old.population
        group = (frame[roles.group][i] if roles.group else None) or old.group
        if (phone, population, group) != (old.phone, old.population, old.group):
            changes.append((phone, population, group, household))
    update_known(changes)


def keep_findings(
    work: VillageWork,
    frame: pl.DataFrame,
    receipts: list[Receipt],
    accepted: list[int],
    found: Mapping[int, list[Hit]],
) -> None:
    """Leads, and what is soft until somebody gives its reason, of the rows that went in."""
    pack = work.pack
    fired: list[Fired] = []
    for index in accepted:
        hits = found.get(index)
        if not hits:
            continue
        receipt, answers = receipts[index], frame.row(index, named=True)
        for hit in hits:
            if (
                isinstance(hit.source, Rule)
                and hit.source.shown_after
                and not work.is_over(hit.source.shown_after)
            ):
                continue
            item = _fired(pack, hit, receipt, answers)
            fired.append(item)
            if hit.severity == "soft":
                receipt.said.append(Said(hit.id, "soft", finger(hit, answers), item.detail))
    touched = [h for i in accepted if not receipts[i].created and (h := receipts[i].household)]
    kept = load_kept(work.round.pk, work.village.pk, touched) if touched else {}
    mine = {key: old for key, old in kept.items() if key[1] in work.row_rules}
    settle(work.round.pk, work.village.pk, fired, mine, work.at)


def _fired(pack: Pack, hit: Hit, receipt: Receipt, answers: Mapping[str, Any]) -> Fired:
    source = hit.source
    form = str(answers["form"])
    kind = source.kind_on(form) if isinstance(source, Rule) else ""
    strength = source.strength_on(form) if isinstance(source, Rule) else ""
    detail = "" if hit.severity == "lead" else message_of(pack, hit, answers)[:300]
    return Fired(receipt.household, form, hit.id, hit.severity, kind, strength, hit.fingerprint, detail)
