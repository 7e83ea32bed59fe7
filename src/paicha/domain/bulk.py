"""Writing many rows at once: COPY on PostgreSQL, `executemany` on SQLite.

Why not `bulk_create`: for a county's import it is ten times slower (docs/decisions). What holds: one
statement a call, in the caller's transaction, columns in the order given; values are plain Python
values (UUID, datetime, date, int, bool, str, None) and are adapted here once a column, not once a model.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Field, Model

Row = Sequence[Any]


def insert(model: type[Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows given as tuples in the order of `columns` (field names of `model`)."""
    listed = rows if isinstance(rows, list) else list(rows)
    if not listed:
        return
    fields = [model._meta.get_field(name) for name in columns]
    names = ", ".join(connection.ops.quote_name(_column(field)) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    if connection.vendor == "postgresql":
        kinds = [_pg_type(field) for field in fields]
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN BINARY") as copy:
            copy.set_types(kinds)
            for row in _adapt(fields, listed):
                copy.write_row(row)
        return
    marks = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", _adapt(fields, listed))


def update(model: type[Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Set `columns` of rows by primary key; each row is (*values, primary key)."""
    listed = rows if isinstance(rows, list) else list(rows)
    if not listed:
        return
    pk = model._meta.pk
    assert pk is not None
    fields = [*(model._meta.get_field(name) for name in columns), pk]
    sets = ", ".join(f"{connection.ops.quote_name(_column(field))} = %s" for field in fields[:-1])
    table = connection.ops.quote_name(model._meta.db_table)
    key = connection.ops.quote_name(_column(pk))
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {sets} WHERE {key} = %s", _adapt(fields, listed))


def _column(field: Any) -> str:
    return str(field.column)


def _adapt(fields: Sequence[Any], rows: list[Any]) -> list[Any]:
    """Rows with their values as the database takes them, a column at a time: most columns need nothing."""
    adapt = {place: f for place, field in enumerate(fields) if (f := _adapter(field)) is not None}
    if not adapt:
        return rows
    columns: list[Any] = list(zip(*rows, strict=True))
    for place, f in adapt.items():
        column = columns[place]
        first = column[0]
        same = all(value is first for value in column)
        columns[place] = [f(first)] * len(rows) if same else list(map(f, column))
    return list(zip(*columns, strict=True))


def _adapter(field: Any) -> Callable[[Any], Any] | None:
    kind = _target(field).get_internal_type()
    if kind == "JSONField":
        if connection.vendor == "postgresql":
            from psycopg.types.json import Jsonb  # noqa: PLC0415  (the driver, where PostgreSQL is used)

            return lambda v: None if v is None else Jsonb(v)
        return lambda v: None if v is None else json.dumps(v, ensure_ascii=False)
    if connection.vendor == "postgresql":
        return None
    if kind == "UUIDField":
        return _hex
    if kind == "DateTimeField":
        return _remember(connection.ops.adapt_datetimefield_value)
    if kind == "DateField":
        return lambda v: v.isoformat() if isinstance(v, date) else v
    return None


def _hex(value: UUID | None) -> str | None:
    return None if value is None else value.hex


def _remember(adapt: Callable[[Any], Any]) -> Callable[[Any], Any]:
    known: dict[datetime | None, Any] = {None: None}

    def adapted(value: datetime | None) -> Any:
        if value not in known:
            known[value] = adapt(value)
        return known[value]

    return adapted


def _target(field: Any) -> Field[Any, Any]:
    while field.is_relation:
        field = field.target_field
    return field  # type: ignore[no-any-return]  # Django's fields are untyped here


def _pg_type(field: Any) -> str:
    kind = _target(field).get_internal_type()
    return {
        "UUIDField": "uuid", "CharField": "varchar", "TextField": "text", "DateField": "date",
        "DateTimeField": "timestamptz", "BooleanField": "bool", "JSONField": "jsonb",
        "SmallIntegerField": "int2", "PositiveSmallIntegerField": "int2", "IntegerField": "int4",
        "PositiveIntegerField": "int4", "BigIntegerField": "int8", "BigAutoField": "int8", "BinaryField": "bytea",
    }[kind]  # fmt: skip
