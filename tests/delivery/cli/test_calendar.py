"""What the worker does by itself because a day has passed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.worlds.round import OPENED, TODAY, VILLAGE, build

from paicha.delivery.cli.worker import _remind
from paicha.domain import clock
from paicha.domain.responses.models import Finding, VillageSummary

pytestmark = pytest.mark.django_db


def test_leads_that_wait_for_a_deadline_come_with_the_day() -> None:
    with clock.frozen(TODAY):
        world = build()
        _remind()
        assert not Finding.objects.filter(rule="S25").exists()
    last = OPENED + timedelta(days=world.pack.schedule.stages[0].days)
    with clock.frozen(last + timedelta(days=1)):
        VillageSummary.objects.filter(code=VILLAGE).update(facts={"problem_rows": 0})
        _remind()
        assert Finding.objects.filter(rule="S25", village=world.areas[VILLAGE], state="open").exists()
