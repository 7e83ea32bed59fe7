"""A round's answers and leads as columns: `answers.parquet` and `findings.parquet` of the contract.

What holds: one row a household with a completed revision, none for one that is only due; both files are
sorted by household id and written in slices, so that memory is bounded by a slice; what `paicha screen
--input` finds in the answers is what the findings say, but for leads that a deadline still holds back
(S15) and decided ones that stay on record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl
import pyarrow.parquet as pq
from django.db import connection

from paicha.core.pack import Pack
from paicha.domain.responses.answers.identity import identify_text
from paicha.domain.responses.columns import answer_schema, decode
from paicha.domain.rounds.models import Round, RoundArea

SLICE = 20_000

Rows = Sequence[Sequence[Any]]
_FACTS: Mapping[str, Any] = {"boolean": pl.Boolean, "integer": pl.Int64}


@dataclass(frozen=True, slots=True)
class _Query:
    """Rows that begin with household and village; `key` orders them, each with its place in a row."""

    sql: str
    table: str
    key: tuple[tuple[str, int], ...]


_ANSWERS = _Query(
    'SELECT e.household_id, e.village_id, e.form, r.answers, h.head_name, h."group" FROM rounds_rosterentry e'
    " JOIN responses_revision r ON r.id = e.revision JOIN households_household h ON h.id = e.household_id"
    " WHERE e.round_id = %s",
    "e",
    (("household_id", 0),),
)
_LEADS = _Query(
    "SELECT f.household_id, f.village_id, f.rule FROM responses_finding f"
    " WHERE f.round_id = %s AND f.household_id IS NOT NULL AND f.severity = 'lead' AND f.state <> 'lapsed'",
    "f",
    (("household_id", 0), ("rule", 2)),
)


def answer_columns(pack: Pack) -> dict[str, Any]:
    """Columns of `answers.parquet`: keys, every question, and the facts that upper parts record."""
    facts = {f.name: _FACTS[f.type] for f in pack.facts if f.scope == "household" and f.of is None}
    return _keys("form") | answer_schema(pack) | facts


def write_answers(round_: Round, pack: Pack, villages: Sequence[RoundArea] | None, target: Path) -> int:
    """Answers of some villages (None: of the whole round) as Parquet; returns the number of rows."""
    wanted, columns = answer_schema(pack), answer_columns(pack)

    def frame(head: pl.DataFrame, rows: Rows) -> pl.DataFrame:
        texts = [identify_text(pack, row[2], row[3], row[4], row[5]) for row in rows]
        answers = decode(pl.Series(texts, dtype=pl.String), wanted)
        both = pl.concat([head.rename({"value": "form"}), answers], how="horizontal")
        absent = [name for name in columns if name not in both.columns]
        return both.with_columns(pl.lit(None, dtype=columns[name]).alias(name) for name in absent)

    return _write(_slices(_ANSWERS, round_, villages), round_, frame, columns, target)


def write_findings(round_: Round, villages: Sequence[RoundArea] | None, target: Path) -> int:
    """Household leads that have not lapsed, as Parquet; returns the number of rows."""

    def frame(head: pl.DataFrame, _: Rows) -> pl.DataFrame:
        return head.rename({"value": "rule"})

    return _write(_slices(_LEADS, round_, villages), round_, frame, _keys("rule"), target)


def _keys(third: str) -> dict[str, Any]:
    return {"household_id": pl.String, "village": pl.String, third: pl.String}


def _write(
    slices: Iterator[Rows],
    round_: Round,
    frame: Callable[[pl.DataFrame, Rows], pl.DataFrame],
    columns: Mapping[str, Any],
    target: Path,
) -> int:
    codes = dict(RoundArea.objects.filter(round=round_).values_list("area_id", "code"))
    schema = pl.DataFrame(schema=columns).to_arrow().schema
    written = 0
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:  # type: ignore[no-untyped-call]
        for rows in slices:
            head = pl.DataFrame(
                {
                    "household_id": [_with_dashes(row[0]) for row in rows],
                    "village": [codes[row[1]] for row in rows],
                    "value": [row[2] for row in rows],
                },
                schema=_keys("value"),
            )
            writer.write_table(frame(head, rows).select(list(columns)).to_arrow().cast(schema))
            written += len(rows)
    return written


def _slices(query: _Query, round_: Round, villages: Sequence[RoundArea] | None) -> Iterator[Rows]:
    """Rows in order of the key, a slice at a time, each found by the key of the row before it."""
    sql, fixed = query.sql, [round_.pk]
    if villages is not None:
        sql += f" AND {query.table}.village_id IN ({_marks(villages) or 'NULL'})"
        fixed += [village.area_id for village in villages]
    names = ", ".join(f"{query.table}.{name}" for name, _ in query.key)
    behind = f" AND ({names}) > ({_marks(query.key)})"
    last: list[Any] = []
    while True:
        with connection.cursor() as cursor:
            after = behind if last else ""
            cursor.execute(f"{sql}{after} ORDER BY {names} LIMIT {SLICE}", [*fixed, *last])
            rows = cursor.fetchall()
        if rows:
            yield rows
            last = [rows[-1][place] for _, place in query.key]
        if len(rows) < SLICE:
            return


def _marks(values: Sequence[object]) -> str:
    return ", ".join(["%s"] * len(values))


def _with_dashes(id_: Any) -> str:
    return str(id_ if isinstance(id_, UUID) else UUID(id_))
