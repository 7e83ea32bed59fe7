"""The chains: appended in the act's own transaction, and every later change of them found."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, connections, transaction

from paicha.domain import clock
from paicha.domain.audit import protection
from paicha.domain.audit.models import AuditEntry, ChainHead, Checkpoint
from paicha.domain.audit.queries import verify
from paicha.domain.audit.services import (
    Entry,
    actor_chain,
    append,
    checkpoint,
    digest,
    read_logged,
    village_chain,
)

A, B = village_chain(7), village_chain(8)


def some(chain: str, *actions: str) -> None:
    """Append one entry an action."""
    with transaction.atomic():
        append(
            Entry(chain, "1", action, f"household:{n}", digest(action.encode()))
            for n, action in enumerate(actions)
        )


def tamper(sql: str, *values: object) -> None:
    """Change the tables behind the program's back, as somebody with the database's password would."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        else:
            for verb in protection.SQLITE:
                cursor.execute(f"DROP TRIGGER IF EXISTS {protection.TABLE}_no_{verb.lower()}")
        cursor.execute(sql, values)


def kinds() -> list[tuple[str, int, str]]:
    """What verify finds, without its words."""
    return [(found.chain, found.seq, found.kind) for found in verify()]


@pytest.mark.django_db
def test_entries_are_numbered_and_linked_in_their_own_chain(at_opening: object) -> None:
    some(A, "submit", "decide")
    some(B, "submit")
    some(A, "sign")
    rows = list(AuditEntry.objects.order_by("chain", "seq").values_list("chain", "seq", "action"))
    assert rows == [(A, 1, "submit"), (A, 2, "decide"), (A, 3, "sign"), (B, 1, "submit")]
    assert dict(ChainHead.objects.values_list("chain", "seq")) == {A: 3, B: 1}
    assert verify() == []


@pytest.mark.django_db
def test_one_call_writes_several_chains_and_costs_four_statements(
    at_opening: object, django_assert_num_queries: object
) -> None:
    entries = [Entry(chain, "1", "submit") for chain in (B, A, B) for _ in range(50)]
    with transaction.atomic(), django_assert_num_queries(4):  # type: ignore[operator]
        append(entries)
    assert dict(ChainHead.objects.values_list("chain", "seq")) == {A: 50, B: 100}
    assert verify() == []


@pytest.mark.django_db(transaction=True)
def test_no_entry_without_its_act() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        append([Entry(A, "1", "submit")])
    with pytest.raises(RuntimeError), transaction.atomic():
        append([Entry(A, "1", "submit")])
        raise RuntimeError("the act failed")
    assert AuditEntry.objects.count() == 0 and ChainHead.objects.count() == 0


@pytest.mark.django_db
def test_nothing_to_say_is_nothing_written() -> None:
    append([])
    assert verify() == [] and checkpoint() is None


@pytest.mark.django_db
def test_reading_is_one_entry_a_page(at_opening: object) -> None:
    read_logged("3", "village", "610881001001", 350)
    entry = AuditEntry.objects.get()
    assert (entry.chain, entry.action, entry.subject, entry.count) == (
        "actor:3:2022-03-10",
        "read:village",
        "610881001001",
        350,
    )
    assert actor_chain("operator:root") == "actor:operator:root:2022-03-10"


TAMPERED = {
    "altered action": (
        "UPDATE audit_auditentry SET action = 'x' WHERE chain = %s AND seq = 2",
        [A],
        (A, 2, "altered"),
    ),
    "altered count": (
        "UPDATE audit_auditentry SET count = 9 WHERE chain = %s AND seq = 1",
        [A],
        (A, 1, "altered"),
    ),
    "removed from the middle": (
        "DELETE FROM audit_auditentry WHERE chain = %s AND seq = 2",
        [A],
        (A, 2, "gap"),
    ),
    "tail cut off": ("DELETE FROM audit_auditentry WHERE chain = %s AND seq = 3", [A], (A, 3, "tail")),
    "all removed": ("DELETE FROM audit_auditentry WHERE chain = %s", [A], (A, 1, "tail")),
    "reordered": (
        "UPDATE audit_auditentry SET seq = -seq + 4 WHERE chain = %s AND seq <> 2",
        [A],
        (A, 1, "link"),
    ),
    "head removed": ("DELETE FROM audit_chainhead WHERE chain = %s", [A], (A, 0, "headless")),
    "head moved back": ("UPDATE audit_chainhead SET seq = 2 WHERE chain = %s", [A], (A, 3, "tail")),
}


@pytest.mark.django_db
@pytest.mark.parametrize("case", TAMPERED)
def test_tampering_is_found_where_it_begins(case: str) -> None:
    some(A, "submit", "decide", "sign")
    some(B, "submit", "decide")
    sql, values, expected = TAMPERED[case]
    if case == "reordered":  # in steps, past the primary key
        tamper("UPDATE audit_auditentry SET seq = -seq WHERE chain = %s AND seq <> 2", A)
        tamper("UPDATE audit_auditentry SET seq = seq + 4 WHERE chain = %s AND seq < 0", A)
    else:
        tamper(sql, *values)
    assert kinds() == [expected]


@pytest.mark.django_db
def test_a_chain_rewritten_with_right_hashes_breaks_its_checkpoint() -> None:
    some(A, "submit", "decide")
    assert checkpoint() is not None
    some(B, "submit")
    assert verify() == []
    tamper("DELETE FROM audit_auditentry WHERE chain = %s", A)
    tamper("DELETE FROM audit_chainhead WHERE chain = %s", A)
    assert kinds() == [(A, 2, "checkpoint")]
    some(A, "something else", "decide")
    assert kinds() == [(A, 2, "checkpoint")]


@pytest.mark.django_db
def test_checkpoints_sign_what_moved_and_cannot_be_forged() -> None:
    some(A, "submit")
    some(B, "submit")
    first = checkpoint()
    assert first is not None and [head[0] for head in first.heads] == [A, B]
    assert checkpoint() is None
    some(B, "decide")
    second = checkpoint()
    assert second is not None and [(head[0], head[1]) for head in second.heads] == [(B, 2)]
    assert verify() == []
    Checkpoint.objects.filter(number=1).update(at=first.at + timedelta(seconds=1))
    assert kinds() == [("checkpoint", 1, "checkpoint")]
    Checkpoint.objects.filter(number=1).delete()
    assert kinds() == [("checkpoint", 1, "checkpoint")]


@pytest.mark.django_db
@pytest.mark.parametrize("sql", ["UPDATE audit_auditentry SET action = 'x'", "DELETE FROM audit_auditentry"])
def test_the_database_itself_refuses_a_slip(sql: str) -> None:
    if connection.vendor == "sqlite":  # the tests' own flush deletes rows, so they run without this trigger
        with connection.cursor() as cursor:
            cursor.execute(protection.SQLITE["DELETE"])
    some(A, "submit")
    with (
        pytest.raises(DatabaseError, match="审计记录只能追加"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert verify() == []


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_time_lose_nothing_and_do_not_lock_each_other() -> None:
    failures: list[BaseException] = []

    def write(chains: list[str]) -> None:
        try:
            for _ in range(25):
                with transaction.atomic():
                    append(Entry(chain, "1", "submit") for chain in chains)
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=([A, B] if n % 2 else [B, A],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []
    assert dict(ChainHead.objects.values_list("chain", "seq")) == {A: 100, B: 100}
    assert verify() == []


@pytest.mark.django_db
def test_the_time_of_an_entry_is_the_clocks() -> None:
    with clock.frozen(clock.now().replace(year=2022)) as at:
        some(A, "submit")
    assert AuditEntry.objects.get().at == at
