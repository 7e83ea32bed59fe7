"""Whose a step is, by the pack: a form that the person can't send isn't shown, and sent anyway it is refused."""

from __future__ import annotations

from datetime import date

import pytest
from tests.worlds.round import VILLAGE, World

from paicha.domain.problems.models import Petition, Problem
from paicha.domain.problems.petitions import note_petition
from paicha.domain.problems.services import add_problem
from paicha.domain.responses.services import village_work

PROBLEMS, PETITIONS = f"/area/{VILLAGE}/problems/", f"/area/{VILLAGE}/petitions/"

# procedure and step; the page, a mark of its form; where the form goes, what it sends
STEPS = [
    ("rectification", "problem", PROBLEMS, 'id="add"', PROBLEMS, {"type": "1", "text": "漏雨"}),
    ("rectification", "measure", PROBLEMS, 'name="measure-', PROBLEMS + "save/", {}),
    ("rectification", "measure", "/problem/{problem}/", 'id="measure"', "/problem/{problem}/step/", {"act": "measure"}),
    ("rectification", "done", "/problem/{problem}/", 'id="done"', "/problem/{problem}/step/", {"act": "done"}),
    ("petition", "received", PETITIONS, 'id="add"', PETITIONS, {"demand": "通水", "from_whom": "本人"}),
    ("petition", "replied", "/petition/{petition}/", 'value="reply"', "/petition/{petition}/step/", {"act": "reply"}),
]  # fmt: skip


@pytest.mark.parametrize(("procedure", "step", "page", "mark", "address", "sent"), STEPS)
def test_a_step_of_the_town_is_not_the_villages(
    world: World, procedure: str, step: str, page: str, mark: str, address: str, sent: dict[str, str]
) -> None:
    with village_work(world.round, world.pack, world.areas[VILLAGE], "1") as work:
        problem = add_problem(
            work, 1, "墙裂了", "desk:1", measure="加固", due_on=date(2022, 4, 1), owner="王五"
        )
        petition = note_petition(work, received_on=work.days.today, from_whom="本人", demand="通路")
    known = {"problem": problem.pk, "petition": petition.pk}
    page, address = page.format(**known), address.format(**known)
    before = Problem.objects.count(), Petition.objects.count()
    village, town = world.client("cadre"), world.client("town")
    assert mark in village.get(page).content.decode()
    world.change_step(procedure, step, actor="town")
    assert mark not in village.get(page).content.decode()
    assert mark in town.get(page).content.decode()
    refused = village.post(address, sent)
    assert refused.status_code == 403 and "这一步按本次排查的程序由上一级来办" in refused.content.decode()
    assert (Problem.objects.count(), Petition.objects.count()) == before
