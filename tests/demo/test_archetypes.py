"""The table of archetypes against the reference's list of rules and against the pack's questions."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.demo.county import pack

from paicha.demo.archetypes import ARCHETYPES, Archetype
from paicha.demo.faults import FORM_FAULTS, ROW_FAULTS
from paicha.demo.paper import EXTRA, OPTIONS, label_of

# Which rules run on which household forms: typed after rules.md. S15 depends on the day and is left out.
RULES = {
    "general": "S01 S02 S03 S04 S05 S06 S07 S08 S09 S10 S11 S12 S13 S14 S30 S32 S33",
    "lifted": "S01 S02 S03 S04 S05 S06 S07 S08 S14 S16 S17 S27 S29 S30 S32 S33",
    "monitored": "S03 S04 S05 S06 S16 S17 S18 S19 S20 S21 S22 S27 S31 S33 S34",
}
HARD_OF_ONE_ROW = "V01 V02 V03 V04 V05 V06 V07 V08 V09 V10 V12 V13 V14 V15 V44 unreadable"
HARD_OF_ONE_FORM = "V16 V17 V18 V19 V20 V21 V22 V23"


@pytest.mark.parametrize("form", RULES)
def test_every_rule_is_planted_on_every_form_it_runs_on(form: str) -> None:
    planted = {rule for kind in ARCHETYPES.values() if kind.form == form for rule in kind.leads}
    assert planted == set(RULES[form].split())


def test_the_first_two_monitored_households_carry_every_rule_of_their_form_but_one() -> None:
    """With four monitored households in a county of 3,000 all of 1-3's rules must still appear."""
    first, second = [kind for kind in ARCHETYPES.values() if kind.form == "monitored"][:2]
    assert set(first.leads) | set(second.leads) == set(RULES["monitored"].split())


@pytest.mark.parametrize("kind", ARCHETYPES.values(), ids=list(ARCHETYPES))
def test_an_archetype_names_known_questions_and_options(kind: Archetype) -> None:
    questions = pack().questions
    for name, answer in kind.answers.items():
        assert name in questions
        numbers = answer if isinstance(answer, tuple) else (answer,)
        if name in OPTIONS and answer is not None:
            assert set(numbers) <= set(questions[name].option_labels)
    assert list(kind.leads) == sorted(set(kind.leads))
    assert kind.enrols == (kind.answers.get("enrol") == 1)


def test_there_are_traps_that_look_like_leads() -> None:
    traps = Counter(kind.form for kind in ARCHETYPES.values() if not kind.leads and not kind.enrols)
    assert all(traps[form] >= 2 for form in RULES)


def test_every_hard_validation_of_one_row_or_form_is_planted() -> None:
    assert {fault.rule for fault in ROW_FAULTS} == set(HARD_OF_ONE_ROW.split())
    assert {fault.rule for fault in FORM_FAULTS} == set(HARD_OF_ONE_FORM.split())


def test_the_demos_own_paper_says_what_the_pack_says() -> None:
    """Typed twice on purpose: a slip in either shows here."""
    questions = pack().questions
    for name, labels in OPTIONS.items():
        printed = [label.rstrip("_") for label in labels]
        assert printed == [option.label for option in questions[name].options], name
    for name in EXTRA:
        assert label_of(name, "general") == questions[name].label
