"""The address of the generated rules: for people who are signed in, kept by the browser for good."""

from __future__ import annotations

from django.test import Client
from tests.worlds.round import World

from paicha.delivery.desk.entry.rules_module import module_address
from paicha.engines.browser import address_of, rules_module


def test_a_signed_in_person_gets_it_to_keep(world: World) -> None:
    client = world.client("town")
    address = module_address(world.pack)
    assert address == f"/rules/{address_of(world.pack)}.js"
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer.content.decode() == rules_module(world.pack)


def test_what_a_browser_has_is_not_sent_again(world: World) -> None:
    client = world.client("town")
    address = module_address(world.pack)
    again = client.get(address, headers={"If-None-Match": client.get(address)["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


def test_no_other_address_and_no_stranger(world: World) -> None:
    assert world.client("town").get("/rules/0123456789abcdef.js").status_code == 404
    sent = Client().get(module_address(world.pack))
    assert sent.status_code == 302
    assert sent["Location"].startswith("/login/")


def test_it_costs_no_more_queries_than_to_know_the_round(
    world: World, django_assert_max_num_queries: object
) -> None:
    client = world.client("town")
    client.get(module_address(world.pack))
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        client.get(module_address(world.pack))
