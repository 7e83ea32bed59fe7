"""A rule in words, with its expression: what a lead's link opens into."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from paicha.core.pack import Check, Rule
from paicha.delivery.desk.shell.places import Policy, states
from paicha.domain.accounts.policies import scope
from paicha.domain.rounds.packs import pack_of
from paicha.domain.rounds.queries import current_round


@states(Policy("work"))
def rule(request: HttpRequest, rule_id: str) -> HttpResponse:
    """One rule or check of the current pack. Not personal: everybody with any work may read it."""
    round_ = current_round()
    if round_ is None or not scope(request.user).grants:
        raise Http404
    pack = pack_of(round_)
    found = pack.rule.get(rule_id) or pack.messages.get(rule_id)
    if found is None:
        raise Http404
    same: list[Rule | Check] = (
        [found] if isinstance(found, Rule) else [c for c in pack.checks if c.id == rule_id]
    )
    names = dict.fromkeys(n for s in same for n in s.expression.names)
    questions = [pack.questions[n] for n in names if n in pack.questions]
    facts = [f for f in pack.facts if f.name in names]
    forms = dict.fromkeys(f for s in same for f in s.forms)
    return render(
        request, "desk/households/rule.html",
        {
            "rule": found, "same": same, "questions": questions,
            "facts": facts, "forms": [pack.form(f).label for f in forms], "pack": pack,
            "is_lead": isinstance(found, Rule),
            "kind": pack.kind_labels.get(found.kind, "") if isinstance(found, Rule) else "",
            "parameters": [(k, v) for k, v in pack.parameters.items() if any(f":{k}" in s.when for s in same)],
            "conditions": [(k, v) for k, v in pack.conditions.items() if any(k in s.when for s in same)],
        },
    )  # fmt: skip
