"""A village counted again: its summary row, its own rules, and the checks that need all its rows.

Why here: cost grows with the village (some 350 households), never with the county. What holds: every total
above a village is a sum of these rows, so it equals its rows by construction; village rules run once nobody
is due, or from the deadline of the village's stage on (rules.md).
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import polars as pl
from django.db.models import Count

from paicha.core.pack import Pack, Rule
from paicha.domain import clock
from paicha.domain.responses.compiled import village_leads
from paicha.domain.responses.findings import Fired, load_kept, settle
from paicha.domain.responses.frames import answer_schema, decode, schema
from paicha.domain.responses.models import Conflict, Finding
from paicha.domain.responses.village_checks import Village, check_village
from paicha.domain.responses.work import VillageWork
from paicha.domain.rounds.models import RosterEntry

DUE = "due"


def recount(work: VillageWork) -> None:
    """Count `work`'s village again, run what rests on the whole village, and save its summary row."""
    pack, summary = work.pack, work.summary
    rows = current_answers(work)
    summary.counts = _counts(work)
    summary.added = RosterEntry.objects.filter(round=work.round, village=work.village, added=True).count()
    village = Village(pack, rows, summary.profile, summary.counts, done(pack, summary.counts))
    kept = load_kept(work.round.pk, work.village.pk, None)
    checks = check_village(village)
    named = {check.id for check in pack.named_checks}
    settle(
        work.round.pk,
        work.village.pk,
        checks,
        {key: old for key, old in kept.items() if key[1] in named},
        work.at,
    )
    leads, figures = _open_counts(work)
    summary.leads = leads
    village_rule_ids = {rule.id for rule in pack.rules if rule.scope == "village"}
    settle(
        work.round.pk,
        work.village.pk,
        _village_rules(work, leads),
        {key: old for key, old in kept.items() if key[1] in village_rule_ids and key[0] is None},
        work.at,
    )
    leads, figures = _open_counts(work)
    population = pack.roles.population
    met = village.met
    figures["people"] = int(met[population].sum() or 0) if population and met.height else 0
    figures["conflicts"] = Conflict.objects.filter(
        round=work.round, village=work.village, settled_at=None
    ).count()
    summary.leads, summary.figures, summary.counted_at = leads, figures, clock.now()
    summary.save()


def current_answers(work: VillageWork) -> pl.DataFrame:
    """Every answered household of the village: household, form, group of the roster, and its answers."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.household_id, e.form, r.answers, r.source FROM rounds_rosterentry e"
            " JOIN responses_revision r ON r.id = e.revision"
            " WHERE e.round_id = %s AND e.village_id = %s ORDER BY e.id",
            [work.round.pk, work.village.pk],
        )
        rows = cursor.fetchall()
    head = pl.DataFrame(
        {"household": [str(row[0]) for row in rows], "form": [row[1] for row in rows]},
        schema={"household": pl.String, "form": pl.String},
    )
    answers = decode(pl.Series([row[2] for row in rows], dtype=pl.String), answer_schema(work.pack))
    return pl.concat([head, answers], how="horizontal")


def _counts(work: VillageWork) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    rows = (
        RosterEntry.objects.filter(round=work.round, village=work.village)
        .values_list("form", "outcome")
        .annotate(n=Count("pk"))
        .order_by("form", "outcome")
    )
    for form, outcome, n in rows:
        counts[form][DUE if outcome is None else str(outcome)] = n
    return dict(counts)


def done(pack: Pack, counts: dict[str, dict[str, int]]) -> dict[str, int]:
    """Households met (outcomes 1–3), by form: form 4's 排查户数."""
    met = {str(n) for n in pack.outcome.done} if pack.outcome else {"1"}
    return {
        form: sum(n for outcome, n in counts.get(form, {}).items() if outcome in met)
        for form in pack.household_forms
    }


def due(pack: Pack, counts: dict[str, dict[str, int]]) -> int:
    """Households still due: not answered, or answered with an outcome that stays due."""
    stays = {DUE, *(str(n) for n in pack.outcome.stays_due)} if pack.outcome else {DUE}
    return sum(n for by in counts.values() for outcome, n in by.items() if outcome in stays)


def _open_counts(work: VillageWork) -> tuple[dict[str, int], dict[str, int]]:
    rows = (
        Finding.objects.filter(round=work.round, village=work.village)
        .values_list("severity", "rule", "kind", "state")
        .annotate(n=Count("pk"))
        .order_by("rule")
    )
    leads: dict[str, int] = {}
    opening = {kind.name for kind in work.pack.kinds if kind.counts_as_open}
    figures = {"soft": 0, "office": 0, "open_leads": 0, "decided": 0, "undismissed": 0}
    for severity, rule, kind, state, n in rows:
        if severity == "lead":
            if state == "open":
                leads[rule] = leads.get(rule, 0) + n
                figures["open_leads"] += n
            elif state != "lapsed":
                figures["decided"] += n
            if state in ("open", "confirmed") and kind in opening:
                figures["undismissed"] += n
        elif state == "open":
            figures[severity] += n
    return leads, figures


def village_facts(work: VillageWork) -> dict[str, Any]:
    """The facts a village rule may ask for (rules.md), by name."""
    met = done(work.pack, work.summary.counts)
    _, figures = _open_counts(work)
    facts: dict[str, Any] = {"rows": sum(met.values()), "open_leads": figures["undismissed"]}
    facts |= {f"rows_{form}": n for form, n in met.items()}
    facts |= work.summary.facts
    return facts


def _village_rules(work: VillageWork, leads: dict[str, int]) -> list[Fired]:
    pack = work.pack
    first = pack.schedule.stages[0].id
    if due(pack, work.summary.counts) and not work.is_over(first):
        return []
    if not work.summary.counts and not work.summary.profile:
        return []  # nothing arrived from a village that has no roster either
    facts = village_facts(work)
    names = [fact.name for fact in pack.facts if fact.scope == "village"]
    row: dict[str, Any] = {name: [facts.get(name)] for name in names}
    wanted: dict[str, Any] = dict.fromkeys(names, pl.Int64)
    if pack.profile is not None:
        answered = dict.fromkeys(pack.profile.questions)
        wanted |= schema(pack, list(answered))
    frame = pl.DataFrame(row, schema=dict.fromkeys(names, pl.Int64))
    if pack.profile is not None:
        import orjson

        text = orjson.dumps({k: v for k, v in work.summary.profile.items() if v is not None}).decode()
        frame = pl.concat(
            [frame, decode(pl.Series([text]), schema(pack, list(dict.fromkeys(pack.profile.questions))))],
            how="horizontal",
        )
    fired = []
    for hit in village_leads(frame, pack):
        rule = hit.source
        assert isinstance(rule, Rule)
        if rule.shown_after and not work.is_over(rule.shown_after):
            continue
        form = rule.forms[0] if rule.forms else ""
        fired.append(
            Fired(
                None, form, rule.id, "lead", rule.kind_on(None), rule.strength_on(None), hit.fingerprint, ""
            )
        )
    return fired
