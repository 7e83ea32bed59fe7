"""Which level somebody writes problems as, and who may re-check: a matter of scope, never of a role's name.

What holds (mechanism, Rectification): what a level found is re-checked by the level above it; what the city
found, by the city.
"""

from __future__ import annotations

from paicha.domain.accounts.policies import Scope
from paicha.domain.accounts.roles import Verb
from paicha.domain.problems.models import Problem

_RANK = {Problem.Level.VILLAGE.value: 0, Problem.Level.TOWN.value: 1, Problem.Level.CITY.value: 2}


def level_of(scope: Scope, village: str, verb: Verb = Verb.RAISE_PROBLEMS) -> str:
    """village, town or city: how far the verb reaches around a village (12 digits) that it covers."""
    reaches = [len(prefix) for prefix in scope.prefixes(verb) if village.startswith(prefix)]
    widest = min(reaches, default=12)
    if widest <= 6:
        return Problem.Level.CITY.value
    return Problem.Level.TOWN.value if widest <= 9 else Problem.Level.VILLAGE.value


def may_check(scope: Scope, village: str, found_by: str) -> bool:
    """Whether the scope re-checks what `found_by` found in a village."""
    if not scope.covers(Verb.RETURN, village):
        return False
    mine = _RANK[level_of(scope, village, Verb.RETURN)]
    return mine > _RANK[found_by] or mine == _RANK[Problem.Level.CITY.value]
