"""A drawn sample over the small world, somebody who checks it, and what a household says to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client
from tests.worlds.round import TODAY, VILLAGE, World

from paicha.domain.accounts.models import Assignment, User
from paicha.domain.verification.interviews import interview_questions
from paicha.domain.verification.models import Sample, SampleHousehold
from paicha.domain.verification.samples import draw_sample

UNTIL = TODAY + timedelta(days=10)


def drawn(world: World, households: int = 27, villages: int = 2) -> Sample:
    """By default every household of the world."""
    return draw_sample(
        world.round, world.pack, households=households, villages=villages, seed=7, actor="operator:tester"
    )


def checker(world: World, sample: Sample, name: str = "visitor") -> Client:
    """Somebody with work over one sample and nothing else."""
    user = User.objects.create_user(name, password="a-long-password-1", name=name)
    Assignment.objects.create(
        user=user, role="spot_checker", kind="sample", ref=str(sample.pk), since=TODAY, until=UNTIL
    )
    world.users[name] = user
    return world.client(name)


def of(sample: Sample, head: str) -> SampleHousehold:
    return SampleHousehold.objects.get(sample=sample, household__head_name=head, village__code=VILLAGE)


def said(world: World, form: str = "general", **differs: Any) -> dict[str, Any]:
    """What 王建国's clean household says, as the form sends it."""
    clean: dict[str, Any] = {
        "outcome": 1, "population": 4, "residence": 1, "housing": 2, "schooling": 3, "water": 2, "insured_none": 0,
        "insured_resident": 4, "insured_employee": 0, "income_band": 4, "major_expense": 2, "civil_aid": [5],
        "enrol": 3,
    }  # fmt: skip
    assert {q.name for q in interview_questions(world.pack, form)} == set(clean) - {"outcome"}
    return clean | differs


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()
