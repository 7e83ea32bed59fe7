"""The types that scripts are checked with say what the server really sends and takes."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import orjson
import pytest
from tests.worlds.errands import leader, planned, shared_out
from tests.worlds.phone import Phone
from tests.worlds.round import VILLAGE, World

from paicha.core.pack.models import Roles
from paicha.delivery.api import shapes
from paicha.domain.households.services import new_id
from paicha.domain.responses.services import Status
from paicha.domain.sync import errands, items, snapshots
from paicha.domain.sync.receipts import ItemReceipt
from paicha.engines.browser import rules_module

PAYLOADS = "delivery/api/payloads.d.ts"
RULES = "engines/browser/rules.d.ts"


def fields(file: str, interface: str) -> dict[str, bool]:
    """The fields of an interface in order; True for those that may be missing."""
    text = files("paicha").joinpath(file).read_text(encoding="utf-8")
    match = re.search(
        rf"^(?:export )?interface {interface}\b[^{{]*\{{\n(.*?)^\}}", text, re.MULTILINE | re.DOTALL
    )
    assert match is not None, f"{file} has no interface {interface}"
    return {name: bool(mark) for name, mark in re.findall(r"^  (\w+)(\?)?[:(]", match[1], re.MULTILINE)}


def agree(file: str, interface: str, value: dict[str, Any]) -> None:
    """Whatever the server sends has a type, and lacks only what may be missing."""
    known = fields(file, interface)
    assert set(value) <= set(known), interface
    assert {name for name, may_lack in known.items() if not may_lack} <= set(value), interface


@pytest.fixture
def phone(world: World) -> Phone:
    return Phone(world.users["cadre"])


def test_what_a_device_takes_along(world: World, phone: Phone) -> None:
    assignment = orjson.loads(orjson.dumps(snapshots.assignment(phone.sender()), default=str))
    agree(PAYLOADS, "Assignment", assignment)
    agree(PAYLOADS, "Person", assignment["user"])
    agree(PAYLOADS, "Key", assignment["key"])
    agree(PAYLOADS, "Round", assignment["round"])
    agree(PAYLOADS, "ProblemType", assignment["problem_types"][0])
    agree(PAYLOADS, "Workplace", assignment["villages"][0])
    (place,) = [one for one in snapshots.workplaces(phone.sender(), world.round) if one.area.code == VILLAGE]
    village = snapshots.village(phone.sender(), place, None)
    agree(PAYLOADS, "VillageOut", village)
    assert tuple(fields(PAYLOADS, "HouseholdFields")) == village["fields"]


def test_the_errands_that_a_device_takes_along(world: World) -> None:
    planned(world, leader(world))
    shared_out(world)
    place = set(fields(PAYLOADS, "ErrandPlace"))
    for who, interface in (("leader", "VisitErrand"), ("visitor", "InterviewErrand")):
        found = orjson.loads(orjson.dumps(errands.errands(Phone(world.users[who]).sender(), None)))
        agree(PAYLOADS, "ErrandsOut", found)
        (row,) = found["rows"]
        agree(PAYLOADS, interface, {name: value for name, value in row.items() if name not in place})
        assert place <= set(row)
        for household in row.get("households", []):
            agree(PAYLOADS, "VisitHousehold", household)
        agree(PAYLOADS, "VisitForm", found["visit_form"])
        agree(PAYLOADS, "FormQuestion", found["visit_form"]["cells"][0])


def test_what_a_device_gets_for_what_it_sends() -> None:
    receipt = ItemReceipt(new_id(), Status.STORED)
    receipt.say("D05", "hard", "一句话", "housing", raised=new_id())
    sent = receipt.as_dict(words=True)
    agree(PAYLOADS, "Receipt", sent)
    agree(PAYLOADS, "Message", sent["messages"][0])
    agree(PAYLOADS, "Message", receipt.as_dict(words=False)["messages"][0])
    assert list(fields(PAYLOADS, "DeviceOut")) == list(shapes.DeviceOut.model_fields)


@pytest.mark.parametrize(
    ("interface", "model"),
    [
        ("BatchIn", shapes.BatchIn),
        ("Item", items.Item),
        ("NewHousehold", items.NewOne),
        ("VisitItem", items.VisitItem),
        ("InterviewItem", items.InterviewItem),
    ],
)
def test_whatever_a_device_sends_is_read(interface: str, model: Any) -> None:
    names = {field.alias or name for name, field in model.model_fields.items()}
    assert set(fields(PAYLOADS, interface)) <= names


def test_what_the_rules_module_holds(world: World) -> None:
    text = rules_module(world.pack)
    values = {
        name: orjson.loads(value)
        for name, value in re.findall(r"^export const (\w+) = ([\[{\"n].*);$", text, re.MULTILINE)
    }
    exports = {*values, *re.findall(r"^export const (check|plainFirst) = ", text, re.MULTILINE)}
    assert exports >= set(fields(RULES, "Rules"))
    agree(RULES, "Outcome", values["outcome"])
    assert set(fields(RULES, "Roles")) == set(Roles.model_fields)
    for question in values["questions"].values():
        agree(RULES, "Question", question)
        for option in question.get("options", []):
            agree(RULES, "Option", option)
    for form in values["forms"].values():
        agree(RULES, "HouseholdForm", form)
        for column in form["columns"]:
            agree(RULES, "Column", column)
            for part in column.get("parts", []):
                agree(RULES, "Part", part)
