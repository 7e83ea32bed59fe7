"""Rows against what is in force: what the upload has no column for, corrections, merges, conflicts.

What holds (contract, import): the same source, or the revision in force as base, is a correction; other
answers from another source are merged field by field against the base they were made from, and where both
changed the same field a conflict is listed that a person settles. Nothing in force is overwritten in silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
import polars as pl

from paicha.core.catalogue import sentence
from paicha.core.pack import Pack
from paicha.domain import bulk
from paicha.domain.audit.services import Entry, village_chain
from paicha.domain.responses.frames import answer_schema, decode, texts_of
from paicha.domain.responses.merging import merge_fields
from paicha.domain.responses.models import Conflict
from paicha.domain.responses.receipts import Receipt, Rows, Said
from paicha.domain.responses.stored import Stored, answers_of
from paicha.domain.responses.work import VillageWork

_Listed = tuple[list[str], dict[str, Any]]  # colliding questions and the answers of a conflict that waits


def against_stored(
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
        if receipt.status == "stored" and old and old.number and not _corrects(frame, i, old, rows)
    ]
    if not others:
        return frame
    return _merge_others(work, rows, frame, receipts, known, now, others)


def _corrects(frame: pl.DataFrame, index: int, old: Stored, rows: Rows) -> bool:
    """Whether the row was made from what is in force, or comes from the same hand.

    A device's own earlier answers may have been merged with what others changed, which it has not seen, and what was
    held may be older than what it sent since: for a device the same hand is not enough (found by the model test).
    """
    if _told_base(frame, index) is not None:
        return False
    base = frame["base"][index]
    return base == old.number or (old.source == rows.source and not rows.by_base)


def _refuse_misplaced(
    pack: Pack, frame: pl.DataFrame, receipts: list[Receipt], known: Sequence[Stored | None]
) -> None:
    """V11: a row on a form that is not its class's is refused, naming the right one."""
    check = pack.named_check("one_form")
    heads = frame[pack.roles.head].to_list()
    for receipt, old, form, head in zip(receipts, known, frame["form"].to_list(), heads, strict=True):
        if receipt.household is not None and old is None:
            receipt.status = "refused"
            receipt.said.append(
                Said(pack.id_of("area_known", "M09"), "hard", pack.roles.head, sentence("M09"))
            )
        elif old is not None and old.form != form:
            right = pack.household_forms[old.form]
            words = {"name": head, "label": right.label, "sheet": f"{right.sheet}（{right.label}）"}
            text = check.message.format(**words) if check else sentence("M10", **words)
            receipt.status = "refused"
            receipt.said.append(Said(check.id if check else "M10", "hard", pack.roles.head, text))


def _keep_absent(
    pack: Pack, frame: pl.DataFrame, now: pl.DataFrame, present: Mapping[str, frozenset[str]]
) -> pl.DataFrame:
    changes = []
    for name in pack.answer_questions:
        having = [form for form, names in present.items() if name in names]
        if len(having) == len(present):
            continue
        kept = now[name]
        if pack.outcome is not None and name == pack.outcome.question:
            kept = kept.fill_null(
                pack.outcome.default
            )  # answered without a word about the visit: it took place
        kept = kept.alias(f"{name}@now")
        changes.append((name, having, kept))
    if not changes:
        return frame
    wide = frame.with_columns([kept for _, _, kept in changes])
    return wide.with_columns(
        [
            pl.when(pl.col("form").is_in(having))
            .then(pl.col(name))
            .otherwise(pl.col(f"{name}@now"))
            .alias(name)
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
    pack, names, wanted = work.pack, list(work.pack.answer_questions), answer_schema(work.pack)
    base = decode(pl.Series(_base_texts(work, frame, known, others), dtype=pl.String), wanted)
    chosen = frame.select(names)[others]
    merge = merge_fields(chosen, now[others], base, names)
    merged = merge.answers.cast(chosen.schema)
    forms = frame["form"][others]
    now_texts, merged_texts, mine, other = (
        texts_of(pack, f.with_columns(forms)) for f in (now[others], merged, chosen, merge.other)
    )
    conflicts: list[tuple[Any, ...]] = []
    listed = _open_conflicts(work, [receipts[i].household for i in others])
    for position, i in enumerate(others):
        receipt, old, fields = receipts[i], known[i], merge.fields[position]
        assert old is not None
        if mine[position] == now_texts[position] or (
            not fields and merged_texts[position] == now_texts[position]
        ):
            receipt.status = "unchanged"
        elif not fields:
            receipt.status = "merged"
        else:
            receipt.status = "conflict"
            labels = "、".join(pack.questions[n].short or pack.questions[n].label for n in fields)
            text = f"和已存的答案不同：{labels}，请到冲突列表逐项定夺"
            receipt.said.append(Said("C01", "soft", fields[0], text))
            if not _is_listed(listed.get(old.household, ()), fields, other[position], now_texts[position]):
                conflicts.append(
                    (
                        work.round.pk, work.village.pk, receipt.household, old.number, other[position], fields,
                        rows.source, rows.upload, frame["address"][i], work.at, "",
                    )
                )  # fmt: skip
    _list_conflicts(work, conflicts)
    keep = frame.with_row_index("@i").filter(~pl.col("@i").is_in(others))
    changed = frame[others].with_columns(merged).with_columns(pl.Series("@i", others, dtype=pl.UInt32))
    return pl.concat([keep, changed.select(keep.columns)]).sort("@i").drop("@i")


def _base_texts(
    work: VillageWork, frame: pl.DataFrame, known: Sequence[Stored | None], others: Sequence[int]
) -> list[str]:
    """What each row was made from; nothing where it carries no base, for then nothing was known.

    `base_text` of the frame: a device's own earlier answers, which never came into force as they were.
    """
    bases = frame["base"].to_list()
    wants: dict[int, tuple[UUID, int]] = {}
    for i in others:
        old = known[i]
        if old is not None and bases[i] and bases[i] < old.number and _told_base(frame, i) is None:
            wants[i] = (old.household, bases[i])
    texts = answers_of(work, set(wants.values()))
    told = [_told_base(frame, i) for i in others]
    return [
        text or (texts.get(wants[i], "{}") if i in wants else "{}")
        for i, text in zip(others, told, strict=True)
    ]


def _told_base(frame: pl.DataFrame, index: int) -> str | None:
    """The answers that a row was made from, where it brings them."""
    return frame["base_text"][index] if "base_text" in frame.columns else None


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


def _open_conflicts(work: VillageWork, households: Sequence[UUID | None]) -> dict[UUID, list[_Listed]]:
    query = Conflict.objects.filter(
        round=work.round, village=work.village, household_id__in=[h for h in households if h], settled_at=None
    )
    found: dict[UUID, list[_Listed]] = {}
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
