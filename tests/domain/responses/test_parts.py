"""Answers changed behind the program's back are found by the digest in their village's chain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from django.db import connection
from tests.worlds.county import PROFILE, County, open_county

from paicha.domain.audit.queries import verify
from paicha.domain.responses.audit_check import broken_parts
from paicha.domain.responses.models import Revision

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(at_opening: datetime) -> County:
    """Two villages with answers, one also with its profile."""
    made = open_county()
    made.submit(made.villages[0], "general", [{"head_name": name} for name in ("张三", "李四", "王五")])
    made.submit(made.villages[0], "lifted", [{"head_name": "赵六"}])
    made.submit(made.villages[1], "general", [{"head_name": "钱七"}])
    made.fill(made.villages[0], "village_profile", PROFILE)
    return made


def test_what_was_stored_holds(county: County) -> None:
    assert broken_parts() == verify() == []


def revision(head: str) -> Revision:
    return Revision.objects.get(answers__contains=head)


def change_answer(_: County) -> None:
    found = revision("张三")
    Revision.objects.filter(pk=found.pk).update(answers=found.answers.replace('"enrol":3', '"enrol":1'))


def change_profile(_: County) -> None:
    found = Revision.objects.get(household=None)
    Revision.objects.filter(pk=found.pk).update(answers=found.answers.replace('"groups":3', '"groups":4'))


def swap_households(_: County) -> None:
    one, two = revision("张三"), revision("王五")
    Revision.objects.filter(pk=one.pk).update(number=99)
    Revision.objects.filter(pk=one.pk).update(household=two.household, number=2)


def change_form(_: County) -> None:
    Revision.objects.filter(pk=revision("张三").pk).update(form="lifted")


def remove(_: County) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM responses_revision WHERE id = %s", [_key(revision("张三").pk)])


def move_village(county: County) -> None:
    Revision.objects.filter(pk=revision("钱七").pk).update(village=county.villages[2])


def add(_: County) -> None:
    found = revision("钱七")
    found.pk, found.number, found.part = uuid4(), 2, uuid4()
    found.save(force_insert=True)


def slip_in(_: County) -> None:
    found = revision("钱七")
    found.pk, found.number = uuid4(), 2
    found.save(force_insert=True)


def _key(id_: UUID) -> object:
    return id_.hex if connection.vendor == "sqlite" else id_


@pytest.mark.parametrize(
    ("tamper", "kinds"),
    [
        (change_answer, ["answers"]),
        (change_profile, ["answers"]),
        (swap_households, ["answers"]),
        (change_form, ["answers"]),
        (remove, ["revisions"]),
        (move_village, ["village"]),
        (add, ["unrecorded"]),
        (slip_in, ["revisions"]),
    ],
)
def test_tampering_is_found(county: County, tamper: Callable[[County], None], kinds: list[str]) -> None:
    tamper(county)
    assert [broken.kind for broken in broken_parts()] == kinds
    assert verify() == []  # the chains themselves were not touched
