"""Who may: every address × role × place, as the table of roles says and as the desk answers."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.delivery.desk import access
from tests.worlds.round import World

from paicha.config import sessions, urls
from paicha.domain.accounts.roles import Verb

MOST = {"health (county)": 24}  # asks each part of the home once, whatever the size of the county
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_every_address_answers_every_role_as_the_table_of_roles_says(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = access.signed_in(access.everything(world))
    clients = {name: access.signed_in(user) for name, user in access.people(world).items()}
    monkeypatch.setattr(urls, "handler404", access.MissingPage(), raising=False)
    wrong, asked = [], 0
    for ask in access.asks(world):
        theirs = ask.policy.of in ("own", "anyone", "work") or ask.policy.verb is Verb.REINTERVIEW
        if not theirs and access.answer(everything, ask) == 404:
            continue  # no such page on this level
        for who, client in clients.items():
            asked += 1
            got, wanted = access.read(access.answer(client, ask)), access.expected(who, ask)
            if got != wanted:
                wrong.append(f"{ask.name} {ask.address} ({ask.level}) for {who}: {got}, expected {wanted}")
    assert not wrong, f"{len(wrong)} of {asked}:\n" + "\n".join(wrong)
    assert asked > 500


def test_every_address_states_its_policy() -> None:
    assert [name for name, _, policy in access.patterns() if policy is None] == []


def test_every_page_opens_in_twelve_queries_whatever_the_level(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = (
        sessions.time.time()
    )  # a slow machine takes longer than the minute after which a session is written
    monkeypatch.setattr(sessions.time, "time", lambda: start)
    client = access.signed_in(access.everything(world))
    client.get("/mine/")  # marks the session as seen, outside what is taken back
    control = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "ROLLBACK")
    taken: dict[str, int] = {}
    for ask in access.asks(world):
        if f"{ask.name} ({ask.level})" in taken or access.answer(client, ask) != 200:
            continue
        with CaptureQueriesContext(connection) as captured:
            access.undone(partial(access.shown, client, ask.address))
        taken[f"{ask.name} ({ask.level})"] = sum(not q["sql"].startswith(control) for q in captured)
    over = {page: n for page, n in taken.items() if n > MOST.get(page, 12)}
    assert not over, over
    assert len(taken) > 25


def test_every_address_is_asked(world: World) -> None:
    asked = {ask.name for ask in access.asks(world)}
    assert [name for name, _, _ in access.patterns() if name not in asked] == []
