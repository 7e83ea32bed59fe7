"""Answers in one Parquet file, or in a folder of part files, as one run of rows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import polars as pl

from paicha.core.refusal import Refusal


class ScreenInputError(Refusal):
    """What can't be opened."""


@dataclass(frozen=True, slots=True)
class PartFiles:
    """`rows`: all rows, file after file in order of their names; `schema` their columns; `ends`: how many rows there
    are up to the end of each file."""

    source: Path
    files: tuple[Path, ...]
    rows: pl.LazyFrame
    schema: Mapping[str, pl.DataType]
    ends: tuple[int, ...]

    @classmethod
    def open(cls, source: Path, texts: Collection[str]) -> PartFiles:
        """Open a file or a folder. `texts`: keys of folders named `key=value` that are text, leading zeros and all.

        Files whose name begins with `_` or `.` are no data, as Spark has it. Columns of narrower and wider integers
        meet in the wider; a column that a file lacks is null in its rows. Raises ScreenInputError.
        """
        files = _files(source)
        opened, counts = [], []
        for file in files:
            try:
                rows = pl.scan_parquet(file, glob=False, hive_partitioning=False)
                rows.collect_schema()
                counts.append(int(rows.select(pl.len()).collect().item()))
            except (pl.exceptions.PolarsError, OSError):
                raise ScreenInputError("E49", file=_name(source, file)) from None
            opened.append(rows.with_columns(_keys(source, file, texts)))
        if len(opened) > 1:
            opened = _alike(source, files, opened)
        rows = pl.concat(opened, how="diagonal")
        return cls(source, files, rows, rows.collect_schema(), tuple(accumulate(counts)))

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self.ends[-1]

    def place(self, row: int) -> str:
        """Where a row (from 0) stands, for a sentence: `第 3 行`, with the file's name in a folder."""
        number = bisect_right(self.ends, row)
        if len(self.files) == 1 and self.source == self.files[0]:
            return f"第 {row + 1} 行"
        before = self.ends[number - 1] if number else 0
        return f"里 {self.files[number].relative_to(self.source)} 第 {row - before + 1} 行"


def _files(source: Path) -> tuple[Path, ...]:
    if source.is_file():
        return (source,)
    if not source.is_dir():
        raise ScreenInputError("E50", source=source)
    files = sorted(
        file for file in source.rglob("*.parquet")
        if file.is_file() and not any(part.startswith(("_", ".")) for part in file.relative_to(source).parts)
    )  # fmt: skip
    if not files:
        raise ScreenInputError("E51", source=source)
    return tuple(files)


def _name(source: Path, file: Path) -> str:
    return source.name if file == source else f"{source.name} 里 {file.relative_to(source)}"


def _keys(source: Path, file: Path, texts: Collection[str]) -> list[pl.Expr]:
    """What the folders between say: `village=610881100201`. Only texts are taken: other keys name no question."""
    if file == source:
        return []
    pairs = (part.partition("=") for part in file.relative_to(source).parts[:-1])
    return [pl.lit(value).alias(key) for key, _, value in pairs if key in texts]


def _alike(source: Path, files: Sequence[Path], opened: Sequence[pl.LazyFrame]) -> list[pl.LazyFrame]:
    """The frames with one type a column, so that none is converted by guess. Raises ScreenInputError."""
    schemas = [rows.collect_schema() for rows in opened]
    types: dict[str, pl.DataType] = {}
    for file, schema in zip(files, schemas, strict=True):
        for name, kind in schema.items():
            meeting = _meet(types.get(name, pl.Null()), kind)
            if meeting is None:
                raise ScreenInputError("E52", file=_name(source, file), name=name)
            types[name] = meeting
    return [
        rows.with_columns(
            pl.col(name).cast(types[name]) for name, kind in schema.items() if kind != types[name]
        )
        for rows, schema in zip(opened, schemas, strict=True)
    ]


def _meet(one: pl.DataType, other: pl.DataType) -> pl.DataType | None:
    """The type that holds both without a change of meaning: wider integers, lists of them, texts; None where none."""
    if other in (one, pl.Null):
        return one
    if one == pl.Null:
        return other
    if one.is_integer() and other.is_integer():
        return pl.Int128() if pl.UInt64 in (one, other) or pl.Int128 in (one, other) else pl.Int64()
    if isinstance(one, pl.List) and isinstance(other, pl.List):
        inner = _meet(_inner(one), _inner(other))
        return None if inner is None else pl.List(inner)
    texts = (pl.String, pl.Categorical, pl.Enum)
    return pl.String() if isinstance(one, texts) and isinstance(other, texts) else None


def _inner(kind: pl.List) -> pl.DataType:
    return kind.inner if isinstance(kind.inner, pl.DataType) else kind.inner()
