"""Rows beside what is in force of their households: the right form, the register's names, what wasn't asked.

What holds (contract, import): a row of a household of another village, or on a form that is not its class's, is
refused; head and group are the register's (`answers.identity`); a question that the upload has no column for keeps
its answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

import polars as pl

from paicha.core.catalogue import sentence
from paicha.core.pack import Pack
from paicha.domain.responses.answers.identity import known_head
from paicha.domain.responses.answers.in_force import Stored
from paicha.domain.responses.rules.evaluation import with_outcome
from paicha.domain.responses.submission.batch import Batch


def complete_with_current(pack: Pack, batch: Batch, stored: Mapping[UUID, Stored]) -> None:
    """Give each row what is in force of its household, the register's names, and what the upload did not ask.

    A misplaced row is refused.
    """
    if not batch.households:
        return
    for row in batch.rows:
        row.stored = stored.get(row.household) if row.household else None
    _name_by_register(pack, batch)
    _refuse_misplaced(pack, batch)
    missing = [name for name in pack.answer_questions if not all(name in p for p in batch.present.values())]
    if missing:
        _keep_absent(pack, batch, missing)
    _reform(pack, batch)


def _name_by_register(pack: Pack, batch: Batch) -> None:
    """The register's head, and its group where a row names none or an old one; what is replaced is said (M15, M40)."""
    roles = pack.roles
    heads, groups = list(batch.column(roles.head)), list(batch.column(roles.group))
    changed = False
    for row in batch.rows:
        old, i = row.stored, row.index
        if old is None:
            continue
        if roles.group and groups[i] != old.group and groups[i] in old.past.groups:
            row.say(
                "M40", "note", roles.group, sentence("M40", before=groups[i], group=old.group or "未分组")
            )
            groups[i], changed = old.group or None, True
        if old.group and not groups[i] and roles.group:
            groups[i], changed = old.group, True
        head = known_head(heads[i], old.head)
        if head != heads[i]:
            if heads[i]:
                row.say("M15", "note", roles.head, sentence("M15", name=heads[i], head=head))
            heads[i], changed = head, True
    if not changed:
        return
    columns = [pl.Series(roles.head, heads, dtype=pl.String)]
    if roles.group:
        columns.append(pl.Series(roles.group, groups, dtype=pl.String))
    batch.replace(batch.answers.with_columns(columns))


def _refuse_misplaced(pack: Pack, batch: Batch) -> None:
    """V11: a row on a form that is not its class's is refused, naming the right one."""
    check, head = pack.named_check("one_form"), pack.roles.head
    for row in batch.rows:
        if row.household is not None and row.stored is None:
            row.say(pack.id_of("area_known", "M09"), "hard", head, sentence("M09"))
        elif (
            row.stored is not None
            and row.stored.form != row.sent.form
            and row.sent.form not in row.stored.past.forms
        ):
            right = pack.household_forms[row.stored.form]
            words = {
                "name": batch.answers[head][row.index],
                "label": right.label,
                "sheet": f"{right.sheet}（{right.label}）",
            }
            text = check.message.format(**words) if check else sentence("M10", **words)
            row.say(check.id if check else "M10", "hard", head, text)


def _keep_absent(pack: Pack, batch: Batch, missing: list[str]) -> None:
    """Answers in force where a row's form has no column; whoever answers without a word of the visit was met."""
    now = with_outcome(pack, batch.current(pack, batch.rows))
    having = {name: [form for form, names in batch.present.items() if name in names] for name in missing}
    wide = batch.answers.with_columns(now[name].alias(f"{name}@now") for name in missing)
    filled = wide.with_columns(
        pl.when(pl.col("form").is_in(having[name]))
        .then(pl.col(name))
        .otherwise(pl.col(f"{name}@now"))
        .alias(name)
        for name in missing
    )
    batch.replace(filled.drop([f"{name}@now" for name in missing]))


def _reform(pack: Pack, batch: Batch) -> None:
    """Rows on the form of before a corrected class: answers of the same name go in, others are said."""
    old = [
        row for row in batch.rows if row.status.goes_in and row.stored and row.stored.form != row.sent.form
    ]
    if not old:
        return
    at = [row.index for row in old]
    sent = batch.answers[at].to_dicts()
    now = batch.current(pack, old).to_dicts()
    for row, answers, kept in zip(old, sent, now, strict=True):
        assert row.stored is not None
        form = pack.household_forms[row.stored.form]
        had, asked = batch.present[row.sent.form], set(form.questions)
        rest = [
            n for n in pack.answer_questions if n in had and n not in asked and answers[n] not in (None, [])
        ]
        for name in pack.answer_questions:
            if name not in asked:
                answers[name] = None
            elif name not in had:
                answers[name] = kept[name]
        answers["form"] = form.name
        labels = "、".join(pack.questions[name].short or pack.questions[name].label for name in rest)
        said = f"；{labels}在这张表上没有，没有写入" if labels else ""
        row.say("M42", "note", pack.roles.head, sentence("M42", label=form.label, rest=said))
        row.sent = replace(row.sent, form=form.name)
    keep = batch.answers.with_row_index("@i").filter(~pl.col("@i").is_in(at))
    changed = pl.DataFrame(sent, schema=batch.answers.schema).with_columns(
        pl.Series("@i", at, dtype=pl.UInt32)
    )
    batch.replace(pl.concat([keep, changed.select(keep.columns)]).sort("@i").drop("@i"))
