"""A pack's rules and validations, compiled once per pack and kept for the life of the process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from paicha.core.pack import Check, Pack, Rule
from paicha.core.pack.constraints import ConstraintTest, household_tests, met_expression, profile_tests
from paicha.core.pack.per_pack import per_pack
from paicha.engines.rules import Entry, RuleSet


@dataclass(frozen=True)
class RuleSets:
    """What runs over which rows. An entry's index is that of `sources` of the same set.

    households: screening rules, over household answers and facts with their `form`.
    constraints: what follows from the questions, over the same rows with the days of `constraints.DAYS`.
    checks: validations of household forms, over the same rows.
    villages: screening rules, over one row a village with its profile's answers and facts.
    village_checks: validations of village forms, over their answers with their `form`.
    """

    households: RuleSet
    constraints: RuleSet
    checks: RuleSet
    villages: RuleSet
    village_checks: RuleSet
    rules: tuple[Rule, ...]
    village_rules: tuple[Rule, ...]
    constraint_sources: tuple[ConstraintTest, ...]
    check_sources: tuple[Check, ...]
    village_check_sources: tuple[Check, ...]


@per_pack
def rule_sets(pack: Pack) -> RuleSets:
    """The compiled sets of a loaded pack; the same pack (by digest) is compiled once."""
    rules = tuple(rule for rule in pack.rules if rule.scope == "household")
    village_rules = tuple(rule for rule in pack.rules if rule.scope == "village")
    constraints = household_tests(pack)
    checks = tuple(check for check in pack.checks if _of_households(pack, check))
    village_checks = tuple(check for check in pack.checks if not _of_households(pack, check))
    household_met = met_expression(pack)
    return RuleSets(
        households=RuleSet(_entries(rules), household_met),
        constraints=RuleSet(_constraints(constraints)),
        checks=RuleSet(_entries(checks), household_met),
        villages=RuleSet(_entries(village_rules), by_form=False),
        village_checks=RuleSet(_entries(village_checks)),
        rules=rules,
        village_rules=village_rules,
        constraint_sources=constraints,
        check_sources=checks,
        village_check_sources=village_checks,
    )


@per_pack
def profile_constraints(
    pack: Pack, questions: tuple[str, ...], required: tuple[str, ...]
) -> tuple[RuleSet, tuple[ConstraintTest, ...]]:
    """The constraints on the answers of a form that isn't a household's, and what stands at each entry's index."""
    tests = profile_tests(pack, questions, required)
    return RuleSet(_constraints(tests), by_form=False), tests


@per_pack
def entered_tests(pack: Pack, names: tuple[str, ...]) -> tuple[RuleSet, tuple[ConstraintTest | Check, ...]]:
    """The household tests on what somebody enters of a household elsewhere than in its form, and what stands at each
    entry's index: constraints and checks that read these questions and nothing else. Nothing is required."""
    sets, known = rule_sets(pack), frozenset(names)
    constraints = tuple(
        test
        for test in sets.constraint_sources
        if test.constraint.kind != "required" and known.issuperset(test.expression.names)
    )
    checks = tuple(check for check in sets.check_sources if known.issuperset(check.expression.names))
    return RuleSet((*_constraints(constraints), *_entries(checks)), sets.checks.met), (*constraints, *checks)


def _of_households(pack: Pack, check: Check) -> bool:
    return any(form in pack.household_forms for form in check.forms)


def _entries(sources: Iterable[Rule | Check]) -> tuple[Entry, ...]:
    return tuple(
        Entry(s.id, s.forms, s.expression, s.surveyed_only if isinstance(s, Check) else True) for s in sources
    )


def _constraints(tests: Iterable[ConstraintTest]) -> tuple[Entry, ...]:
    return tuple(
        Entry(test.constraint.id, (test.form,) if test.form else None, test.expression, met_only=False)
        for test in tests
    )
