"""Which level somebody writes problems as, and who may re-check: a matter of scope, never of a role's name.

What holds (mechanism, Rectification): what a level found is re-checked by the level above it; what the city
found, by the city; nothing below the level that the pack's procedure `rectification` names for `recheck`.
"""

from __future__ import annotations

from paicha.core.pack import Pack
from paicha.domain.accounts.policies import Scope
from paicha.domain.accounts.roles import Verb
from paicha.domain.problems.models import Problem

_LEVELS = (Problem.Level.VILLAGE.value, Problem.Level.TOWN.value, Problem.Level.CITY.value)
_OF_REACH = dict(zip(("village", "town", "county"), _LEVELS, strict=True))


def level_of(scope: Scope, village: str, verb: Verb = Verb.RAISE_PROBLEMS) -> str:
    """village, town or city: how far the verb reaches around a village (12 digits) that it covers."""
    return _OF_REACH[scope.reach(verb, village)]


def checked_by(pack: Pack, found_by: str) -> str:
    """The level that re-checks what `found_by` found: the one above, or a higher one that the pack names."""
    above = min(_LEVELS.index(found_by) + 1, len(_LEVELS) - 1)
    steps = (pack.schedule.step("rectification", name) for name in ("recheck", "closed"))
    named = [_LEVELS.index(_OF_REACH[step.actor]) for step in steps if step and step.actor in _OF_REACH]
    return _LEVELS[max(above, *named)] if named else _LEVELS[above]


def may_check(pack: Pack, scope: Scope, village: str, found_by: str) -> bool:
    """Whether the scope re-checks what `found_by` found in a village."""
    mine = _LEVELS.index(level_of(scope, village, Verb.RETURN))
    return scope.covers(Verb.RETURN, village) and mine >= _LEVELS.index(checked_by(pack, found_by))
