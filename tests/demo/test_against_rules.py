"""What the table says follows, held against the pack's own rules: nothing missing, nothing besides.

The demo never sees these rules; here alone the two meet.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import polars as pl
import pytest
from tests.demo.county import county, households_as_shown, pack

from paicha.demo.archetypes import counts_as_open
from paicha.engines import rule_sets


def frame_of(rows: list[dict[str, Any]]) -> pl.DataFrame:
    names = dict.fromkeys(name for row in rows for name in row)
    plain = [
        {name: list(value) if isinstance(value := row.get(name), tuple) else value for name in names}
        for row in rows
    ]
    return pl.DataFrame(plain, infer_schema_length=None)


@pytest.mark.parametrize(("households", "seed"), [(3_000, 1), (6_000, 7)])
def test_household_leads_are_those_of_the_table_and_nobody_else_is_conspicuous(
    households: int, seed: int
) -> None:
    sets = rule_sets(pack())
    shown = [
        (row, answers | {"form": row.form})
        for _, row, answers in households_as_shown(county(households, seed))
        if row.fault is None
    ]
    frame = frame_of([answers for _, answers in shown])
    found: dict[int, set[str]] = defaultdict(set)
    for number, rule in sets.households.findings(frame).select("row", "rule").iter_rows():
        if rule != "S15":
            found[number].add(rule)
    wrong = [
        (row.archetype.id if row.archetype else "clean", found[number])
        for number, (row, _) in enumerate(shown)
        if found[number] != set(row.archetype.leads if row.archetype else ())
    ]
    assert wrong == []
    checks = sets.checks.findings(frame).select("row", "rule").rows()
    assert [(shown[number][1], rule) for number, rule in checks] == []


def test_only_those_said_to_enrol_raise_s15() -> None:
    sets = rule_sets(pack())
    shown = [(row, answers | {"form": row.form}) for _, row, answers in households_as_shown(county(3_000))]
    findings = sets.households.findings(frame_of([answers for _, answers in shown]))
    raised = {number for number, rule in findings.select("row", "rule").iter_rows() if rule == "S15"}
    assert raised == {
        n for n, (row, _) in enumerate(shown) if row.archetype is not None and row.archetype.enrols
    }
    assert raised


def test_the_kinds_that_a_village_counts_are_the_packs() -> None:
    read = pack()
    counted = {kind.name for kind in read.kinds if kind.counts_as_open}
    for rule in read.rules:
        for form in rule.forms if rule.scope == "household" and rule.id != "S15" else ():
            override = rule.overrides.get(form)
            kind = override.kind if override is not None and override.kind is not None else rule.kind
            assert counts_as_open(rule.id, form) == (kind in counted), (rule.id, form)
