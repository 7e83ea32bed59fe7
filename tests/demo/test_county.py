"""The county as a whole: the same from the same seed, unique names, right figures, everything planted."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import pytest
from openpyxl import load_workbook
from tests.demo.county import censuses, county, households_as_shown
from tests.demo.test_archetypes import HARD_OF_ONE_FORM, HARD_OF_ONE_ROW, RULES

from paicha.demo import Truth, generate, write_roster
from paicha.demo.archetypes import ARCHETYPES, counts_as_open
from paicha.demo.faults import FORM_FAULTS, ROW_FAULTS

VILLAGE_RULES = {"S23", "S24", "S25", "S26", "S28"}


def bytes_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.xlsx"))}


def test_the_same_seed_makes_the_same_files_in_one_process_or_two(tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    first = generate(county(700, 3), tmp_path / "a", processes=1, advance=lambda *step: steps.append(step))
    second = generate(county(700, 3), tmp_path / "b", processes=2)
    other = generate(county(700, 4), tmp_path / "c")
    assert json.dumps(first) == json.dumps(second)
    assert bytes_below(tmp_path / "a") == bytes_below(tmp_path / "b")
    assert first != other
    assert steps == [(done, 326) for done in range(1, 327)]


@pytest.mark.parametrize(
    ("households", "lifted", "monitored"), [(110_000, 9_011, 125), (3_000, 246, 4), (1, 0, 0)]
)
def test_classes_scale_with_the_households(households: int, lifted: int, monitored: int) -> None:
    plans = county(households).plans()
    assert sum(plan.households for plan in plans) == households
    assert sum(plan.counts["lifted"] for plan in plans) == lifted
    assert sum(plan.counts["monitored"] for plan in plans) == monitored
    assert all(plan.counts["general"] >= 0 for plan in plans)


@pytest.mark.parametrize(
    ("households", "villages"), [(1, 1), (100, 100), (326, 326), (3_000, 326), (110_000, 326)]
)
def test_every_village_has_a_household_where_there_are_enough(households: int, villages: int) -> None:
    plans = county(households).plans()
    assert len(plans) == villages
    assert min(plan.households for plan in plans) >= 1


@pytest.mark.parametrize(
    ("households", "seed"), [(3_000, 1), (3_000, 2), (3_000, 3), (5_000, 9), (110_000, 1)]
)
def test_everything_is_planted_from_3000_on(households: int, seed: int) -> None:
    plans = county(households, seed).plans()
    assert {fault.id for plan in plans for fault in plan.faults} == {fault.id for fault in ROW_FAULTS}
    assert {plan.form_fault for plan in plans} - {None} == {fault.id for fault in FORM_FAULTS}
    kinds = {kind.id for plan in plans for kind in plan.archetypes}
    assert {kind.id for kind in ARCHETYPES.values() if kind.form != "monitored"} <= kinds
    assert {"m_untreated", "m_removed_early"} <= kinds
    if households == 110_000:
        assert kinds == set(ARCHETYPES)
    assert any(plan.stays_due for plan in plans)


def test_the_truth_of_3000_names_every_rule(tmp_path: Path) -> None:
    truth = generate(county(3_000), tmp_path)
    leads = {line["rule"] for line in truth if line["kind"] == "lead"}
    errors = {line["rule"] for line in truth if line["kind"] == "error"}
    assert leads == {rule for rules in RULES.values() for rule in rules.split()} | VILLAGE_RULES
    assert errors == {*HARD_OF_ONE_ROW.split(), *HARD_OF_ONE_FORM.split()}
    assert all(line["household_id"] is None for line in truth)
    assert len({json.dumps(line) for line in truth}) == len(truth)


def test_a_truth_line_has_the_contracts_shape(tmp_path: Path) -> None:
    common = {"kind", "rule", "village", "group", "head_name", "household_id"}
    for line in generate(county(3_000), tmp_path):
        assert set(line) == (common | {"file", "cell"} if line["kind"] == "error" else common)
        if line["rule"] in VILLAGE_RULES or line["rule"] in HARD_OF_ONE_FORM.split():
            assert line["group"] is None and line["head_name"] is None


@pytest.mark.parametrize("households", [3_000, 20_000])
def test_people_and_phones_are_unique_and_no_two_names_of_a_group_are_near(households: int) -> None:
    keys: Counter[tuple[str, str | None, str]] = Counter()
    phones: Counter[str] = Counter()
    groups: defaultdict[tuple[str, str | None], list[str]] = defaultdict(list)
    for plan, census in censuses(county(households)):
        for row in census.all_rows:
            keys[plan.village.code, row.group, row.name] += 1
            phones[row.answers["phone"]] += 1
            groups[plan.village.code, row.group].append(row.name)
    assert set(keys.values()) == {1}
    assert set(phones.values()) == {1}
    near = [
        (one, two)
        for names in groups.values()
        for one, two in combinations(names, 2)
        if len(one) == len(two) and sum(a != b for a, b in zip(one, two, strict=True)) == 1
    ]
    assert near == []


def test_a_name_on_a_sheet_without_groups_stands_alone_in_its_village() -> None:
    for _, census in censuses(county(20_000)):
        names = Counter(row.name for row in census.all_rows)
        assert all(names[row.name] == 1 for row in census.all_rows if row.group is None)


def by_village(truth: list[Truth]) -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for line in truth:
        if line["kind"] == "lead" and line["rule"] in VILLAGE_RULES:
            found[line["village"]].add(line["rule"])
    return found


@pytest.mark.parametrize("households", [3_000, 12_000])
def test_the_villages_leads_do_not_depend_on_the_day(tmp_path: Path, households: int) -> None:
    """Households still due hide no village rule; S15, whenever it shows, changes none."""
    made = county(households)
    leads = by_village(generate(made, tmp_path))
    due, open_leads, enrols = set(), set(), set()
    for plan, row, _ in households_as_shown(made):
        if row.answers.get("outcome") in {4, 7}:
            due.add(plan.village.code)
        if row.archetype is not None:
            if any(counts_as_open(rule, row.form) for rule in row.archetype.leads):
                open_leads.add(plan.village.code)
            if row.archetype.enrols:
                enrols.add(plan.village.code)
    assert due and enrols
    assert not due & set(leads)
    assert enrols <= open_leads


def test_a_roster_lists_the_same_households(tmp_path: Path) -> None:
    made = county(400)
    assert write_roster(made, tmp_path / "roster.xlsx") == 400
    rows = list(load_workbook(tmp_path / "roster.xlsx", read_only=True).active.iter_rows(values_only=True))
    assert rows[0] == ("镇街", "村", "组", "户主", "人口", "电话", "类别")
    names = {(row[1], row[3]) for row in rows[1:]}
    assert names == {
        (plan.village.written, row.name) for plan, census in censuses(made) for row in census.all_rows
    }
    assert {row[6] for row in rows[1:]} == {"一般农户", "已脱贫户", "易返贫致贫户"}


def test_no_households_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="至少为 1"):
        generate(county(0), tmp_path)
