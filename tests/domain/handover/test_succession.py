"""A role goes to another person: the first ends, the next begins today, open work goes along; who may do that."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from tests.worlds.ledger import Ledgers
from tests.worlds.round import TODAY, VILLAGE

from paicha.domain.accounts.models import Assignment, Notice
from paicha.domain.accounts.policies import scope
from paicha.domain.accounts.roles import Verb
from paicha.domain.accounts.services import AccountError
from paicha.domain.handover.succession import Handed, hand_over_role


def give(v: Ledgers, by: str, to: str, last_day: date | None = None) -> Handed:
    mine = Assignment.objects.get(user=v.world.users["cadre"])
    return hand_over_role(scope(v.world.users[by]), mine, v.world.users[to], last_day)


def test_open_work_goes_along(up: Ledgers) -> None:
    sent = up.send_back(["郝平"])
    handed = give(up, "administrator", "nobody")
    assert (handed.returns, handed.notices, handed.assignment.since) == (1, 1, TODAY)
    sent.refresh_from_db()
    assert sent.to == up.world.users["nobody"]
    assert not scope(up.world.users["cadre"]).covers(Verb.HAND_UP, VILLAGE)
    assert scope(up.world.users["nobody"]).covers(Verb.HAND_UP, VILLAGE)
    assert not Notice.objects.filter(user=up.world.users["cadre"], read_at=None).exists()
    up.answer("郝平", housing=3)
    assert up.hand_up(who="nobody").number == 2


def test_with_a_last_day_both_work_until_then(up: Ledgers) -> None:
    give(up, "administrator", "nobody", TODAY + timedelta(days=3))
    for who in ("cadre", "nobody"):
        assert scope(up.world.users[who]).covers(Verb.HAND_UP, VILLAGE)
    later = TODAY + timedelta(days=4)
    assert not scope(up.world.users["cadre"], later).covers(Verb.HAND_UP, VILLAGE)


@pytest.mark.parametrize(
    ("by", "to", "days", "error", "said"),
    [
        ("administrator", "cadre", None, AccountError, "另一位"),
        ("administrator", "nobody", -1, AccountError, "今天或以后"),
        ("town", "nobody", None, PermissionDenied, "找管理员"),
        ("cadre", "nobody", None, PermissionDenied, "找管理员"),
        ("cadre", "elsewhere", None, PermissionDenied, "找管理员"),
    ],
)
def test_who_may_not(
    ledgers: Ledgers, by: str, to: str, days: int | None, error: type[Exception], said: str
) -> None:
    last_day = None if days is None else TODAY + timedelta(days=days)
    before = list(Assignment.objects.values_list("pk", "until"))
    with pytest.raises(error, match=said):
        give(ledgers, by, to, last_day)
    assert list(Assignment.objects.values_list("pk", "until")) == before


def test_ones_own_goes_to_somebody_of_the_same_town(ledgers: Ledgers) -> None:
    assert give(ledgers, "cadre", "liaison").assignment.user == ledgers.world.users["liaison"]
