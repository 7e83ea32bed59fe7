"""Triggers by which the database itself refuses to change or delete an audit entry.

They stop a slip, such as a stray update in a shell; whoever may drop triggers is found by the chain instead.
"""

from __future__ import annotations

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLE = "audit_auditentry"
_MESSAGE = "审计记录只能追加，不能修改或删除"

SQLITE = {
    verb: (
        f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} "
        f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
    )
    for verb in ("UPDATE", "DELETE")
}
POSTGRESQL = (
    f"CREATE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
    f"BEGIN RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE} "
    f"FOR EACH ROW EXECUTE FUNCTION {TABLE}_refuse()",
)


def install(_apps: Apps, schema: BaseDatabaseSchemaEditor) -> None:
    """For a migration's RunPython."""
    for statement in SQLITE.values() if schema.connection.vendor == "sqlite" else POSTGRESQL:
        schema.execute(statement)


def remove(_apps: Apps, schema: BaseDatabaseSchemaEditor) -> None:
    """The way back."""
    if schema.connection.vendor == "sqlite":
        for verb in SQLITE:
            schema.execute(f"DROP TRIGGER {TABLE}_no_{verb.lower()}")
    else:
        schema.execute(f"DROP TRIGGER {TABLE}_append_only ON {TABLE}")
        schema.execute(f"DROP FUNCTION {TABLE}_refuse()")
