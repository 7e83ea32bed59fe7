"""A village counted again: its summary row, its own rules, and the checks that need all its rows.

Why here: cost grows with the village (some 350 households), never with the county. What holds: every total
above a village is a sum of these rows, so it equals its rows by construction; village rules run once nobody
is due, or from the deadline of the village's stage on (rules.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from paicha.core.pack import Pack, Rule
from paicha.domain import bulk, clock
from paicha.domain.responses.answers.in_force import as_facts
from paicha.domain.responses.findings.store import Kept, load_kept_of, update_findings
from paicha.domain.responses.models import Conflict, VillageSummary
from paicha.domain.responses.rules.row_tests import village_leads
from paicha.domain.responses.rules.rule_hits import RuleHit
from paicha.domain.responses.summary.chart_counts import count_for_charts
from paicha.domain.responses.summary.recount_cache import briefs_of
from paicha.domain.responses.summary.tallies import done, due, outcome_key
from paicha.domain.responses.summary.village_checks import Answered, Village, check_village
from paicha.domain.responses.work import VillageWork, record_facts

Counts = dict[str, dict[str, int]]


def recount(works: Sequence[VillageWork]) -> None:
    """Count the villages of some works again, run what rests on a whole village, and save their summary rows.

    All of one round. Five statements for any number of villages: their rosters, the answers that were not read before,
    their findings, their open conflicts, their summary rows; and what changed of the findings, one by one.
    """
    if not works:
        return
    round_, villages = works[0].round.pk, [work.village.pk for work in works]
    rosters, kept = _rosters(round_, villages), load_kept_of(round_, villages)
    open_ = Conflict.objects.filter(round=round_, village__in=villages, settled_at=None)
    conflicts = Counter(open_.values_list("village_id", flat=True))
    for work in works:
        village = work.village.pk
        _count(work, rosters[village], kept[village], conflicts[village])
    bulk.update(
        VillageSummary,
        _SAVED,
        [[*(getattr(work.summary, n) for n in _SAVED), work.summary.pk] for work in works],
    )


_SAVED = (
    "counts", "leads", "facts", "figures", "profile", "added", "counted_at", "status", "handed_up_at",
    "reopened_forms",
)  # fmt: skip


def _count(
    work: VillageWork, roster: Sequence[Any], kept: Mapping[tuple[UUID | None, str], Kept], conflicts: int
) -> None:
    pack, summary = work.pack, work.summary
    rows = _roster_of(work, roster)
    summary.counts, summary.added = rows.counts, rows.added
    record_facts(work, roster_groups=sorted(rows.groups))
    village = Village(pack, rows.answered, summary.profile, done(pack, summary.counts), rows.told)
    checked = check_village(village)
    work.found = [item for item in checked if item.household is not None or not _stood(item, kept)]
    fired = [*checked, *_village_rules(work, _count_open_leads(pack, kept.values()))]
    mine = {check.id for check in pack.named_checks} | {r.id for r in pack.rules if r.scope == "village"}
    settled = update_findings(
        work.round.pk,
        work.village.pk,
        fired,
        {key: old for key, old in kept.items() if key[1] in mine},
        work.at,
    )
    states = [
        (old.severity, old.rule, old.kind, old.state) for key, old in kept.items() if key[1] not in mine
    ]
    summary.leads, summary.figures = _open_counts(pack, states + settled)
    summary.figures |= count_for_charts(rows.met) | {"before": work.before}
    people = village.values(pack.roles.population)
    summary.figures["people"] = sum(n for n in people if n)
    summary.figures["conflicts"] = conflicts
    summary.figures["petitions_unlisted"] = unlisted_petitions(village, summary.fact.petitions_of)
    summary.counted_at = clock.now()


def _stood(item: RuleHit, kept: Mapping[tuple[UUID | None, str], Kept]) -> bool:
    """Whether the same was found of the village before."""
    old = kept.get((item.household, item.rule))
    return old is not None and old.state != "lapsed" and old.fingerprint == item.fingerprint


def unlisted_petitions(village: Village, listed: Mapping[str, int]) -> int:
    """Households that answered that there is a petition, and of which none is listed (`petitions_of`)."""
    said = zip(village.rows, village.column(village.rows, village.pack.roles.petition), strict=True)
    return sum(answer == 1 and str(UUID(row.household)) not in listed for row, answer in said)


@dataclass(slots=True)
class _Roster:
    """A village's households in the round. `answered` and, of these, `met`: rows in order of the roster; `counts`: by
    form and outcome; `added`: found after the opening; `told`: facts of households for the rules."""

    answered: list[Answered] = field(default_factory=list)
    met: list[Answered] = field(default_factory=list)
    counts: Counts = field(default_factory=dict)
    added: int = 0
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)


def _rosters(round_id: int, villages: Sequence[int]) -> dict[int, list[Any]]:
    """Roster entries of some villages, by village: form, outcome, whether found later, revision in force, facts, group
    of the household."""
    found: dict[int, list[Any]] = {village: [] for village in villages}
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT e.village_id, e.form, e.outcome, e.added, CAST(e.revision AS VARCHAR(36)), e.facts, h."group"'
            " FROM rounds_rosterentry e JOIN households_household h ON h.id = e.household_id"
            f" WHERE e.round_id = %s AND e.village_id IN ({', '.join(['%s'] * len(villages))}) ORDER BY e.id",
            [round_id, *villages],
        )
        for village, *entry in cursor.fetchall():
            found[village].append(entry)
    return found


def _roster_of(work: VillageWork, listed: Sequence[Any]) -> _Roster:
    found = _Roster()
    revisions = [row[3].replace("-", "") if row[3] else None for row in listed]
    briefs = briefs_of(work.pack, [id_ for id_ in revisions if id_], work.written)
    for (form, outcome, added, _, facts, group), revision in zip(listed, revisions, strict=True):
        by, key = found.counts.setdefault(form, {}), outcome_key(outcome)
        by[key] = by.get(key, 0) + 1
        found.added += bool(added)
        found.groups.add(group)
        if revision is None:
            continue
        row = briefs[revision]
        if row.form != form:
            row = row._replace(form=form)
        if facts:
            found.told[row.household] = as_facts(facts)
        found.answered.append(row)
        if work.pack.outcome.met(outcome):
            found.met.append(row)
    return found


def _open_counts(
    pack: Pack, states: list[tuple[str, str, str, str]]
) -> tuple[dict[str, int], dict[str, int]]:
    """Open leads by rule, and the other figures, from every finding's (severity, rule, kind, state)."""
    leads: dict[str, int] = {}
    figures = {"soft": 0, "office": 0, "open_leads": 0, "decided": 0, "undismissed": 0}
    opening = pack.open_kinds
    for severity, rule, kind, state in states:
        if severity == "lead":
            if state == "open":
                leads[rule] = leads.get(rule, 0) + 1
                figures["open_leads"] += 1
            elif state != "lapsed":
                figures["decided"] += 1
            figures["undismissed"] += state in ("open", "confirmed") and kind in opening
        elif state == "open":
            figures[severity] += 1
    return dict(sorted(leads.items())), figures


def _count_open_leads(pack: Pack, findings: Iterable[Kept]) -> int:
    """The fact open_leads: leads of the kinds that count, open or confirmed."""
    opening = pack.open_kinds
    return sum(
        f.severity == "lead" and f.kind in opening and f.state in ("open", "confirmed") for f in findings
    )


def village_facts(work: VillageWork, open_leads: int) -> dict[str, Any]:
    """The facts a village rule may ask for (rules.md), by name."""
    met = done(work.pack, work.summary.counts)
    facts: dict[str, Any] = {"rows": sum(met.values()), "open_leads": open_leads}
    facts |= {f"rows_{form}": n for form, n in met.items()}
    facts |= work.summary.facts
    return facts


def _profile(pack: Pack, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Profile answers as rules read them: days as days."""
    return {
        name: date.fromisoformat(value) if value and pack.questions[name].type == "date" else value
        for name, value in answers.items()
        if name in pack.questions
    }


def _village_rules(work: VillageWork, open_leads: int) -> list[RuleHit]:
    pack, summary = work.pack, work.summary
    first = pack.schedule.stages[0].id
    if not summary.counts and not summary.profile:
        return []  # nothing arrived from a village that has no roster either
    if due(pack, summary.counts) and not work.is_over(first):
        return []
    row = {**_profile(pack, summary.profile), **village_facts(work, open_leads)}
    fired = []
    for hit in village_leads(row, pack):
        rule = hit.source
        assert isinstance(rule, Rule)
        if rule.shown_after and not work.is_over(rule.shown_after):
            continue
        form = rule.forms[0] if rule.forms else ""
        fired.append(
            RuleHit(
                None, form, rule.id, "lead", rule.kind_on(None), rule.strength_on(None), hit.fingerprint, ""
            )
        )
    return fired
