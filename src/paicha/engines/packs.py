"""A pack's rules and validations, compiled once per pack and kept for the life of the process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from paicha.core.expressions import Kind, Symbol
from paicha.core.pack import Check, Pack, Rule
from paicha.engines.rules import Entry, RuleSet

_KEPT = 8
_compiled: dict[str, RuleSets] = {}


@dataclass(frozen=True)
class RuleSets:
    """What runs over which rows. An entry's index is that of `sources` of the same set.

    households: screening rules, over household answers and facts with their `form`.
    checks: validations of household forms, over the same rows.
    villages: screening rules, over one row a village with its profile's answers and facts.
    village_checks: validations of village forms, over their answers with their `form`.
    """

    households: RuleSet
    checks: RuleSet
    villages: RuleSet
    village_checks: RuleSet
    rules: tuple[Rule, ...]
    village_rules: tuple[Rule, ...]
    check_sources: tuple[Check, ...]
    village_check_sources: tuple[Check, ...]


def rule_sets(pack: Pack) -> RuleSets:
    """The compiled sets of a loaded pack; the same pack (by digest) is compiled once."""
    if pack.digest not in _compiled:
        while len(_compiled) >= _KEPT:
            _compiled.pop(next(iter(_compiled)))
        _compiled[pack.digest] = _compile(pack)
    return _compiled[pack.digest]


def _compile(pack: Pack) -> RuleSets:
    rules = tuple(rule for rule in pack.rules if rule.scope == "household")
    village_rules = tuple(rule for rule in pack.rules if rule.scope == "village")
    checks = tuple(check for check in pack.checks if _of_households(pack, check))
    village_checks = tuple(check for check in pack.checks if not _of_households(pack, check))
    outcome = None
    done: tuple[int, ...] = ()
    if pack.outcome is not None:
        options = frozenset(pack.questions[pack.outcome.question].option_labels)
        outcome, done = Symbol(pack.outcome.question, Kind.CHOICE, options), pack.outcome.done
    return RuleSets(
        households=RuleSet(_entries(rules), outcome, done),
        checks=RuleSet(_entries(checks), outcome, done),
        villages=RuleSet(_entries(village_rules), by_form=False),
        village_checks=RuleSet(_entries(village_checks)),
        rules=rules,
        village_rules=village_rules,
        check_sources=checks,
        village_check_sources=village_checks,
    )


def _of_households(pack: Pack, check: Check) -> bool:
    return any(form in pack.household_forms for form in check.forms)


def _entries(sources: Iterable[Rule | Check]) -> tuple[Entry, ...]:
    return tuple(
        Entry(s.id, s.forms, s.expression, s.surveyed_only if isinstance(s, Check) else True) for s in sources
    )
