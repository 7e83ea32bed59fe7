"""Who may: every address × role × place, as the table of roles says and as the desk answers."""

from __future__ import annotations

import pytest
from tests.delivery.desk import access
from tests.delivery.desk.world import World

pytestmark = pytest.mark.django_db


def test_every_address_answers_every_role_as_the_table_of_roles_says(world: World) -> None:
    everything = access.signed_in(access.everything(world))
    clients = {name: access.signed_in(user) for name, user in access.people(world).items()}
    wrong, asked = [], 0
    for ask in access.asks(world):
        if ask.policy.of not in ("own", "anyone", "work") and access.answer(everything, ask) == 404:
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
