"""A set of rules over rows, compiled once: which of them fire on which row.

One `select` over a frame computes every rule for a county; a handful of rows is asked row by row (`said`), from
the same checked expressions, since an engine of columns costs the same for one row as for many. A rule fires only
where its expression is true, on the forms it names, and where the household was met (an outcome that the pack
counts as done, or none given).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from paicha.core.expressions import Expression, Kind, Says, Symbol, compile_node, render
from paicha.engines.columns import adapt_columns
from paicha.engines.fingerprints import answer_text, answer_texts, fingerprint

FORM = Symbol("form", Kind.TEXT)
FINDINGS = {"row": pl.UInt32, "entry": pl.UInt16, "rule": pl.String, "fingerprint": pl.String}


@dataclass(frozen=True)
class Entry:
    """One rule or validation: its id, the forms it runs on (None: every one), and whether it asks for a household
    that was met."""

    id: str
    forms: tuple[str, ...] | None
    expression: Expression
    met_only: bool = True


@dataclass(frozen=True)
class RuleSet:
    """Entries that run over the same rows, in the pack's order.

    `met` is true of a row whose household was met (None: every row counts). `by_form` False is for rows that are
    not of one form: a village with all its answers and facts.
    """

    entries: tuple[Entry, ...]
    met: Expression | None = None
    by_form: bool = True

    @cached_property
    def symbols(self) -> tuple[Symbol, ...]:
        """Every question and fact that is read, the form and the outcome included where they count."""
        expressions = [entry.expression for entry in self.entries] + [self.met] * (self.met is not None)
        found = {symbol.name: symbol for one in expressions if one for symbol in one.symbols}
        if self.by_form:
            found[FORM.name] = FORM
        return tuple(found.values())

    def findings(self, frame: pl.DataFrame, *, with_fingerprints: bool = True) -> pl.DataFrame:
        """What fires, one row a finding, sorted by row and entry.

        `frame`: a row per household (or village), columns by canonical names, absent ones count as
        unanswered. Returns `row` (its number in the frame, from 0), `entry` (index into `entries`),
        `rule` (its id) and `fingerprint` (null without fingerprints). Raises ColumnTypeError.
        """
        typed = frame.with_columns(adapt_columns(frame.schema, self.symbols))
        if not self.entries or not frame.height:
            return pl.DataFrame(schema=FINDINGS)
        fired = self._truth(typed.lazy()).select(pl.all().arg_true().implode()).collect().row(0)
        entries = [index for index, rows in enumerate(fired) for _ in rows]
        found = {
            "row": [row for rows in fired for row in rows],
            "entry": entries,
            "rule": [self.entries[index].id for index in entries],
            "fingerprint": self._fingerprints(typed, fired) if with_fingerprints else [None] * len(entries),
        }
        return pl.DataFrame(found, schema=FINDINGS).sort("row", "entry")

    def said(self, rows: Sequence[Mapping[str, Any]]) -> list[tuple[int, int, str]]:
        """`findings` of a handful of rows given as Python values: (row, entry, fingerprint), by row and entry.

        `rows`: answers by canonical names as the pack types them (dates as dates), absent ones None or not there.
        """
        found = []
        for number, index in self.fired(rows):
            entry = self.entries[index]
            read = {s.name: [answer_text(s.kind, rows[number].get(s.name))] for s in entry.expression.symbols}
            found.append((number, index, fingerprint(entry.id, entry.expression.names, read, 0)))
        return found

    def fired(self, rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, int]]:
        """`said` without fingerprints."""
        for number, row in enumerate(rows):
            met, form = self._met is None or self._met(row), row.get(FORM.name)
            for index, (entry, says) in enumerate(self._plain):
                on_form = not self.by_form or entry.forms is None or form in entry.forms
                if on_form and (met or not entry.met_only) and says(row):
                    yield number, index

    @cached_property
    def _met(self) -> Says | None:
        return compile_node(self.met.root) if self.met is not None else None

    @cached_property
    def _plain(self) -> list[tuple[Entry, Says]]:
        return [(entry, compile_node(entry.expression.root)) for entry in self.entries]

    def truth(
        self, frame: pl.LazyFrame, schema: Mapping[str, pl.DataType], keep: Sequence[str]
    ) -> pl.LazyFrame:
        """The columns `keep`, then one boolean column per entry, named by its index; null and false do
        not fire."""
        return self._truth(frame.with_columns(adapt_columns(schema, self.symbols)), keep)

    def _truth(self, typed: pl.LazyFrame, keep: Sequence[str] = ()) -> pl.LazyFrame:
        if self.by_form:
            forms = sorted({form for gate in self._gates for form in gate[0] or ()})
            typed = typed.with_columns((pl.col(FORM.name) == form).alias(f"form:{form}") for form in forms)
        gated = typed.with_columns(gate.alias(f"gate:{i}") for i, gate in enumerate(self._gates.values()))
        return gated.select(*keep, *self._expressions)

    @cached_property
    def _gates(self) -> dict[tuple[tuple[str, ...] | None, bool], pl.Expr]:
        """Where entries run at all, computed once for all entries that run on the same rows."""
        return {
            (entry.forms, entry.met_only): self._gate(entry.forms, entry.met_only) for entry in self.entries
        }

    def _gate(self, forms: tuple[str, ...] | None, met_only: bool) -> pl.Expr:
        gate = pl.lit(True)
        if self.by_form and forms is not None:
            gate = pl.any_horizontal(pl.col(f"form:{form}") for form in forms)
        if met_only and self.met is not None:
            gate = gate & pl.sql_expr(render(self.met, "polars"))
        return gate

    @cached_property
    def _expressions(self) -> list[pl.Expr]:
        gates = {key: f"gate:{i}" for i, key in enumerate(self._gates)}
        return [
            (
                pl.col(gates[entry.forms, entry.met_only]) & pl.sql_expr(render(entry.expression, "polars"))
            ).alias(str(index))
            for index, entry in enumerate(self.entries)
        ]

    def _fingerprints(self, typed: pl.DataFrame, fired: Sequence[Sequence[int]]) -> list[str]:
        """One a finding, entry by entry: only what fired is read."""
        read = {
            symbol.name: symbol
            for entry, rows in zip(self.entries, fired, strict=True)
            if rows
            for symbol in entry.expression.symbols
        }
        some = sorted({row for rows in fired for row in rows})
        place = {row: number for number, row in enumerate(some)}
        texts = answer_texts(typed[some], read.values())
        return [
            fingerprint(entry.id, entry.expression.names, texts, place[row])
            for entry, rows in zip(self.entries, fired, strict=True)
            for row in rows
        ]
