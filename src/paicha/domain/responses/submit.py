"""The one way in: a village's part of a batch → revisions, findings, summary row, audit, receipts.

Desk, phone, Excel and API all end here. What holds: everything of a part is in one transaction under the
village's lock; a refused row leaves nothing behind; an equal row is no change; a row that another source
filled differently becomes a listed conflict; what is stored was checked by the pack's hard rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import polars as pl

from paicha.core.pack import NamedCheck, Pack, Rule
from paicha.domain import bulk
from paicha.domain.areas.services import add_groups
from paicha.domain.audit.services import Entry, digest, village_chain
from paicha.domain.households.services import NewHousehold, add_households, new_id, update_known
from paicha.domain.responses.compiled import Hit, leads, validate
from paicha.domain.responses.findings import Fired, load_kept, settle
from paicha.domain.responses.frames import answer_schema, complete, decode, encode
from paicha.domain.responses.merging import merge_fields
from paicha.domain.responses.models import Conflict, Revision
from paicha.domain.responses.stored import Stored, answers_of, load_stored
from paicha.domain.responses.wording import message_of
from paicha.domain.responses.work import VillageWork
from paicha.domain.rounds.services import NewEntry, add_entries, record_outcomes

STATUSES = ("stored", "unchanged", "merged", "conflict", "refused")


@dataclass(frozen=True, slots=True)
class Said:
    """Something to say about a row: id of the rule, severity, the question it points at, the sentence."""

    code: str
    severity: str
    question: str
    message: str


@dataclass(slots=True)
class Receipt:
    """What became of one row. `row` is the caller's; `revision` the number now in force."""

    row: int
    status: str
    household: UUID | None = None
    revision: int = 0
    created: bool = False
    said: list[Said] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rows:
    """A village's rows of a batch.

    `frame`: `row` (unique integer), `household` (UUID text, or null for one found now), `form`, `base`
    (revision number or null), `address`, and answer columns. `present`: per form, the questions that the
    upload has a column for; the others keep what is stored.
    """

    frame: pl.DataFrame
    present: Mapping[str, frozenset[str]]
    source: str
    upload: UUID | None = None


def submit_responses(work: VillageWork, rows: Rows) -> list[Receipt]:
    """Take a village's rows in; receipts in the order of the frame.

    Must run inside `work`'s transaction. Nothing is stored for a refused row, neither draft nor household.
    """
    if rows.frame.height == 0:
        return []
    pack = work.pack
    frame = complete(rows.frame, answer_schema(pack))
    ids = [UUID(text) if text else None for text in frame["household"].to_list()]
    receipts = [Receipt(row, "stored", household) for row, household in zip(frame["row"].to_list(), ids, strict=True)]
    stored = load_stored(work, {id_ for id_ in ids if id_ is not None})
    frame = _prepare(pack, frame)
    if stored:
        frame = _against_stored(work, rows, frame, receipts, stored)
    texts = _texts(pack, frame)
    _unchanged(receipts, texts, stored)
    _validate(work, frame, receipts)
    accepted = [i for i, r in enumerate(receipts) if r.status in ("stored", "merged")]
    if not accepted:
        return receipts
    _create(work, frame, receipts, accepted)
    _write(work, rows, frame, receipts, accepted, texts, stored)
    _find(work, frame, receipts, accepted, stored)
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


def _texts(pack: Pack, frame: pl.DataFrame) -> list[str]:
    """Canonical text of each row, by its own form's questions."""
    forms = frame["form"].unique().to_list()
    if len(forms) == 1:
        return encode(frame, pack.household_forms[forms[0]].questions).to_list()
    texts: list[str] = [""] * frame.height
    indexed = frame.with_row_index("@index")
    for form in forms:
        part = indexed.filter(pl.col("form") == form)
        encoded = encode(part, pack.household_forms[form].questions).to_list()
        for index, text in zip(part["@index"].to_list(), encoded, strict=True):
            texts[index] = text
    return texts


def _against_stored(
    work: VillageWork, rows: Rows, frame: pl.DataFrame, receipts: list[Receipt], stored: Mapping[UUID, Stored]
) -> pl.DataFrame:
    """Fill what the upload has no column for, and merge or list what another source answered."""
    pack = work.pack
    wanted = answer_schema(pack)
    known = [stored.get(r.household) if r.household else None for r in receipts]
    _refuse_misplaced(pack, frame, receipts, known)
    now = decode(pl.Series([s.answers if s and s.number else "{}" for s in known], dtype=pl.String), wanted)
    frame = _keep_absent(pack, frame, now, rows.present)
    others = [
        i
        for i, (receipt, old) in enumerate(zip(receipts, known, strict=True))
        if receipt.status == "stored" and old and old.number and not _corrects(frame, i, old, rows.source)
    ]
    if not others:
        return frame
    return _merge_others(work, rows, frame, receipts, known, now, others)


def _corrects(frame: pl.DataFrame, index: int, old: Stored, source: str) -> bool:
    return old.source == source or frame["base"][index] == old.number


def _refuse_misplaced(
    pack: Pack, frame: pl.DataFrame, receipts: list[Receipt], known: Sequence[Stored | None]
) -> None:
    """V11: a row on a form that is not its class's is refused, naming the right one."""
    check = _named(pack, "one_form")
    heads = frame[pack.roles.head].to_list()
    for receipt, old, form, head in zip(receipts, known, frame["form"].to_list(), heads, strict=True):
        if receipt.household is not None and old is None:
            receipt.status = "refused"
            receipt.said.append(Said("V13", "hard", pack.roles.head, "这一户不在本轮本村的名册里，请核对村名。"))
        elif old is not None and old.form != form:
            right = pack.household_forms[old.form]
            text = check.message.format(name=head, label=right.label, sheet=f"{right.sheet}（{right.label}）") if check else ""
            receipt.status = "refused"
            receipt.said.append(Said(check.id if check else "V11", "hard", pack.roles.head, text))


def _keep_absent(
    pack: Pack, frame: pl.DataFrame, now: pl.DataFrame, present: Mapping[str, frozenset[str]]
) -> pl.DataFrame:
    changes = []
    for name in pack.answer_questions:
        having = [form for form, names in present.items() if name in names]
        if len(having) == len(present):
            continue
        kept = now[name].alias(f"{name}@now")
        changes.append((name, having, kept))
    if not changes:
        return frame
    wide = frame.with_columns([kept for _, _, kept in changes])
    return wide.with_columns(
        [
            pl.when(pl.col("form").is_in(having)).then(pl.col(name)).otherwise(pl.col(f"{name}@now")).alias(name)
            for name, having, _ in changes
        ]
    ).drop([f"{name}@now" for name, _, _ in changes])


def _merge_others(
    work: VillageWork,
    rows: Rows,
    frame: pl.DataFrame,
    receipts: list[Receipt],
    known: Sequence[Stored | None],
    now: pl.DataFrame,
    others: list[int],
) -> pl.DataFrame:
    """Rows of another source than the one in force: merged by field, or a listed conflict."""
    pack = work.pack
    names = list(pack.answer_questions)
    wanted = answer_schema(pack)
    bases = frame["base"].to_list()
    wants = {}
    for i in others:
        old = known[i]
        assert old is not None
        if bases[i] and bases[i] < old.number:
            wants[i] = (old.household, bases[i])
    base_texts = answers_of(work, set(wants.values()))
    texts = [base_texts.get(wants[i], "{}") if i in wants else "{}" for i in others]  # no base: nothing was known
    base = decode(pl.Series(texts, dtype=pl.String), wanted)
    chosen = frame.select(names)[others]
    merge = merge_fields(chosen, now[others], base, names)
    merged = pl.concat([chosen.clear(), merge.answers.cast(chosen.schema)])
    conflicts: list[tuple[Any, ...]] = []
    open_ones = _open_conflicts(work, [receipts[i].household for i in others])
    now_texts = _texts(pack, now[others].with_columns(frame["form"][others]))
    merged_texts = _texts(pack, merged.with_columns(frame["form"][others]))
    mine_texts = _texts(pack, chosen.with_columns(frame["form"][others]))
    for position, i in enumerate(others):
        receipt, old = receipts[i], known[i]
        assert old is not None
        if mine_texts[position] == now_texts[position] or (
            not merge.fields[position] and merged_texts[position] == now_texts[position]
        ):
            receipt.status = "unchanged"
        elif merge.fields[position]:
            receipt.status = "conflict"
            labels = "、".join(pack.questions[n].short or pack.questions[n].label for n in merge.fields[position])
            receipt.said.append(
                Said("C01", "soft", merge.fields[position][0], f"和已存的答案不同：{labels}，请到冲突列表逐项定夺。")
            )
            if (receipt.household, mine_texts[position]) not in open_ones:
                conflicts.append(
                    (
                        work.round.pk, work.village.pk, receipt.household, old.number, mine_texts[position],
                        merge.fields[position], rows.source, rows.upload, frame["address"][i], work.at, "",
                    )
                )  # fmt: skip
        else:
            receipt.status = "merged"
    bulk.insert(
        Conflict,
        (
            "round", "village", "household", "number", "answers", "fields", "source", "upload", "address",
            "at", "settled_by",
        ),
        conflicts,
    )  # fmt: skip
    if conflicts:
        work.note(Entry(village_chain(work.village.pk), work.actor, "responses.conflict", count=len(conflicts)))
    keep = frame.with_row_index("@i").filter(~pl.col("@i").is_in(others))
    both = pl.concat([keep, frame[others].with_columns(merged).with_columns(pl.Series("@i", others, dtype=pl.UInt32)).select(keep.columns)])
    return both.sort("@i").drop("@i")


def _open_conflicts(work: VillageWork, households: Sequence[UUID | None]) -> set[tuple[UUID, str]]:
    query = Conflict.objects.filter(
        round=work.round, village=work.village, household_id__in=[h for h in households if h], settled_at=None
    )
    return set(query.values_list("household_id", "answers"))


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
        answers = frame.row(index, named=True)
        receipt.status = "refused"
        work.soft.pop(receipt.row, None)
        for hit in found:
            receipt.said.append(
                Said(hit.id, "hard", _finger(hit, answers), message_of(work.pack, hit, answers))
            )


def _finger(hit: Hit, answers: Mapping[str, Any]) -> str:
    """The question to correct: the first it points at that has an answer, else the first."""
    return next((name for name in hit.questions if answers.get(name) is not None), hit.questions[0])


def _create(work: VillageWork, frame: pl.DataFrame, receipts: list[Receipt], accepted: list[int]) -> None:
    """Households found now go into the register and, marked, into the roster."""
    new = [i for i in accepted if receipts[i].household is None]
    if not new:
        return
    pack, roles = work.pack, work.pack.roles
    columns = {
        "group": frame[roles.group].to_list() if roles.group else [None] * frame.height,
        "head": frame[roles.head].to_list(),
        "phone": frame[roles.phone].to_list() if roles.phone else [None] * frame.height,
        "population": frame[roles.population].to_list() if roles.population else [None] * frame.height,
        "form": frame["form"].to_list(),
    }
    made = add_households(
        work.village,
        [
            NewHousehold(
                columns["group"][i] or "", columns["head"][i], columns["phone"][i] or "", columns["population"][i],
                pack.class_of_form[columns["form"][i]],
            )
            for i in new
        ],
    )  # fmt: skip
    add_groups(work.village, {columns["group"][i] for i in new if columns["group"][i]})
    for i, (household, _number) in zip(new, made, strict=True):
        receipts[i].household = household
        receipts[i].created = True


def _write(
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
        if old is None:
            entries.append(NewEntry(household, forms[i], groups[i] or "", outcome[i], id_, number))
        else:
            moved.append((outcome[i], id_, number, old.entry))
    bulk.insert(Revision, _REVISION, revisions)
    add_entries(work.round, work.village, entries)
    record_outcomes(moved)
    if moved:
        _update_known(work, frame, receipts, accepted, stored)
    content = "\n".join(f"{row[0]} {row[7]}" for row in revisions)
    work.note(
        Entry(
            village_chain(work.village.pk), work.actor, "responses.submit", f"part:{part}",
            digest(content.encode()), len(revisions),
        )
    )  # fmt: skip


_REVISION = (
    "id", "round", "village", "household", "form", "number", "base", "answers", "source", "upload", "part",
    "address", "at",
)  # fmt: skip


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


def _find(
    work: VillageWork,
    frame: pl.DataFrame,
    receipts: list[Receipt],
    accepted: list[int],
    stored: Mapping[UUID, Stored],
) -> None:
    """Run the rules over what was stored, and keep what is soft until somebody gives its reason."""
    pack = work.pack
    part = frame if len(accepted) == frame.height else frame[accepted]
    part = work.with_facts(part)
    fired: list[Fired] = []
    for hit in leads(part, pack):
        index = accepted[hit.index]
        assert isinstance(hit.source, Rule)
        if hit.source.shown_after and not work.is_over(hit.source.shown_after):
            continue
        fired.append(_fired(pack, hit, receipts[index], frame.row(index, named=True)))
    for index in accepted:
        for hit in work.soft.pop(receipts[index].row, ()):
            answers = frame.row(index, named=True)
            item = _fired(pack, hit, receipts[index], answers)
            fired.append(item)
            if hit.severity == "soft":
                receipts[index].said.append(Said(hit.id, "soft", _finger(hit, answers), item.detail))
    touched = [receipts[i].household for i in accepted if not receipts[i].created]
    kept = load_kept(work.round.pk, work.village.pk, [h for h in touched if h]) if touched else {}
    row_rules = work.row_rules
    settle(
        work.round.pk,
        work.village.pk,
        fired,
        {key: value for key, value in kept.items() if key[1] in row_rules},
        work.at,
    )


def _fired(pack: Pack, hit: Hit, receipt: Receipt, answers: Mapping[str, Any]) -> Fired:
    source = hit.source
    form = str(answers["form"])
    kind = source.kind_on(form) if isinstance(source, Rule) else ""
    strength = source.strength_on(form) if isinstance(source, Rule) else ""
    detail = "" if hit.severity == "lead" else message_of(pack, hit, answers)[:300]
    return Fired(receipt.household, form, hit.id, hit.severity, kind, strength, hit.fingerprint, detail)


def _named(pack: Pack, check: str) -> NamedCheck | None:
    return next((c for c in pack.named_checks if c.check == check), None)

