"""`demo --scene day7` in short: what it says of its day, and that every list of its people has something in it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings
from tests.worlds.scene import day7, some_towns

from paicha.delivery.cli.demo_people import ACCOUNTS
from paicha.demo import County
from paicha.demo.scene import write_scene
from paicha.domain import clock
from paicha.domain.accounts.models import User
from paicha.domain.audit.queries import verify
from paicha.domain.cases.engine import procedure_of
from paicha.domain.cases.models import Case, Meeting
from paicha.domain.responses.models import VillageSummary
from paicha.domain.rounds.models import Round
from paicha.domain.rounds.packs import pack_of
from paicha.domain.rounds.queries import current_stage

TODAY = date(2026, 12, 1)
BACKEND = "paicha.domain.accounts.backend.AccountBackend"

# account, whose place (its village, town, county; 'late': a village that is up; 'back': one that was sent back to; or
# ''), page, what its rows are, and how many there are at least
LISTS = [
    ("village", "village", "households/", "tr", 20),
    ("village", "village", "leads/", "tr", 2),
    ("village", "village", "cases/", "tr", 5),
    ("village", "village", "meetings/", "到会", 2),
    ("village", "village", "weekly/", "tr", 1),
    ("village", "village", "phones/", "tr", 1),
    ("village", "village", "visits/", "tr", 5),
    ("village", "village", "entry/", "tr", 3),
    ("village", "village", "uploads/", "tr", 3),
    ("village", "village", "changes/", "tr", 2),
    ("village", "village", "conflicts/", "tr", 1),
    ("village", "village", "plan/", "tr", 1),
    ("village", "village", "problems/", "tr", 6),
    ("village", "village", "petitions/", "tr", 2),
    ("village", "village", "referrals/", "tr", 2),
    ("village", "village", "duplicates/", 'class="pair"', 1),
    ("village", "village", "forms/general/", "tr", 10),
    ("town", "late", "held/", "tr", 1),
    ("town", "back", "returns/", "住房和收入填得不一致", 1),
    ("village", "", "/mine/", "li", 3),
    ("town", "town", "villages/", "tr", 10),
    ("town", "town", "leads/", "tr", 5),
    ("town", "town", "cases/", "tr", 3),
    ("town", "town", "problems/", "tr", 10),
    ("town", "town", "referrals/", "tr", 2),
    ("town", "town", "comparisons/", "tr", 1),
    ("town", "town", "checks/", "tr", 5),
    ("town", "town", "attention/", "tr", 10),
    ("town", "town", "enquiries/", "tr", 2),
    ("town", "town", "zones/", "tr", 3),
    ("town", "town", "uploads/", "tr", 3),
    ("town", "", "/mine/", "li", 5),
    ("city", "county", "cases/", "tr", 2),
    ("city", "county", "samples/", "tr", 1),
    ("city", "county", "comparisons/", "tr", 1),
    ("city", "county", "bulletin/", "tr", 2),
    ("city", "county", "uploads/", "tr", 5),
    ("city", "", "/mine/", "li", 3),
    ("medical", "", "/referrals/", "tr", 2),
    ("leader", "", "/visits/", "tr", 1),
    ("leader-2", "", "/visits/", "tr", 1),
    ("checker", "", "/", "li", 20),
    ("auditor", "county", "log/", "tr", 10),
    ("admin", "county", "accounts/", "tr", 10),
]  # fmt: skip


@pytest.fixture
def played(db: None, settings: Settings, tmp_path: Path) -> Iterator[Any]:
    settings.PAICHA_HOME = tmp_path
    with clock.frozen(TODAY):
        yield day7()


@pytest.mark.django_db
def test_every_list_has_something_in_it(played: Any) -> None:
    village = User.objects.get(username="demo-village").assignments.get().ref
    states = dict(VillageSummary.objects.filter(round=played.round).values_list("code", "status"))
    places = {"village": village, "town": f"{village[:9]}000", "county": f"{village[:6]}000000"}
    places |= _others(played)
    assert states[village] == "open"
    short = []
    for who, place, page, rows, least in LISTS:
        address = f"/area/{places[place]}/" if place else ""
        client = Client()
        client.force_login(User.objects.get(username=f"demo-{who}"), backend=BACKEND)
        response = client.get(f"{address}{page}", follow=True)
        main = response.content.decode().partition("<main")[2]
        inside = "".join(re.findall(r"<tbody.*?</tbody>", main, re.DOTALL)) if rows == "tr" else main
        n = len(re.findall(rf"<{rows}[ >]" if rows in ("tr", "li") else rows, inside))
        if response.status_code != 200 or n < least:
            short.append((who, place, page, response.status_code, n, least))
    assert not short, "\n".join(map(str, short))


def _others(played: Any) -> dict[str, str]:
    """A village with late rows, and one that was sent back to."""
    rows = VillageSummary.objects.filter(round=played.round)
    return {
        key: next(row.code for row in rows if row.facts.get(fact))
        for key, fact in (("late", "held"), ("back", "returns_open"))
    }


@pytest.mark.django_db
def test_it_is_the_seventh_day_with_three_fifths_done(played: Any) -> None:
    round_ = Round.objects.order_by("-opens_on").first()
    assert round_ == played.round and Round.objects.count() == 2
    assert current_stage(round_, pack_of(round_)).day == 7
    assert 0.45 < played.met / played.households < 0.75
    states = list(VillageSummary.objects.filter(round=round_).values_list("status", flat=True))
    assert len(set(states)) > 1
    tonight = Meeting.objects.get(state="planned")
    assert tonight.held_on == TODAY and tonight.items.exclude(case=None).exists()
    steps = {step.id for step in procedure_of(pack_of(round_), "enrolment").steps[2:]}
    stand = set(Case.objects.filter(procedure="enrolment", state="going").values_list("step", flat=True))
    assert steps - stand <= {"review", "comparison"}, "a case at each step"
    assert set(Case.objects.values_list("state", flat=True)) >= {"going", "done"}


@pytest.mark.django_db
def test_everybody_is_named_with_a_place_and_can_begin(played: Any) -> None:
    assert [a["username"] for a in played.accounts] == [*(name for name, _, _ in ACCOUNTS), "demo-checker"]
    assert all(a["title"] and a["password"] and a["role"] for a in played.accounts)


@pytest.mark.django_db
def test_its_audit_chains_hold(played: Any) -> None:
    assert verify() == []


def test_the_same_seed_writes_the_same_scene(tmp_path: Path) -> None:
    areas = tmp_path / "areas.csv"
    areas.write_bytes(some_towns()["areas.csv"])
    made = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        folder = tmp_path / name
        folder.mkdir()
        write_scene(County(areas, 300, seed, (date(2026, 11, 25), TODAY)), date(2026, 5, 29), folder)
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        made.append({str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files})
    assert made[0] == made[1] != made[2]
