"""Checks that need all rows of a village, its profile or the round before beside them (V26–V30, V36–V38, V41, V42).

One function a check, found by the pack's name for it; each says what is to be looked at, on the village or
on the households concerned. Soft ones wait for a reason, office ones are for town and city.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from hashlib import blake2b
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from paicha.core.pack import NamedCheck, Pack
from paicha.core.pack.per_pack import per_pack
from paicha.domain.responses.rules.rule_hits import RuleHit


class Answered(NamedTuple):
    """A household's answers in force, as far as a village's count asks for them; `briefs.brief` makes it.

    `household` hexadecimal; `values` answers to `asked(pack)`, as their text holds them (dates as ISO text, several
    choices as a tuple); `alike` the same for rows that are filled in alike; `day` of the visit; `options` chosen of
    what is pictured. Many are kept in a process, so that all of it is small.
    """

    household: str
    form: str
    values: tuple[Any, ...]
    alike: bytes
    day: str
    options: tuple[tuple[str, str], ...]


@per_pack
def questions_needed(pack: Pack) -> tuple[str, ...]:
    """Questions that a village's count or one of its named checks asks for, in official order."""
    roles = pack.roles
    named: set[str | None] = {
        roles.phone, roles.population, roles.surveyors, roles.surveyed_on, roles.remark, roles.petition,
        pack.outcome.question,
    }  # fmt: skip
    for check in pack.named_checks:
        for given in check.names.values():
            named |= {given} if isinstance(given, str) else set(given)
    return tuple(name for name in pack.answer_questions if name in named)


@dataclass(frozen=True)
class Village:
    """A village's answered rows, profile answers, households met by form; what the rules are told of households."""

    pack: Pack
    rows: Sequence[Answered]
    profile: Mapping[str, Any]
    done: Mapping[str, int]
    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @cached_property
    def met(self) -> Sequence[Answered]:
        """Rows whose household was met, in the order of the roster."""
        outcome = self.pack.outcome
        if not outcome:
            return self.rows
        ended = zip(self.rows, self.column(self.rows, outcome.question), strict=True)
        return [row for row, how in ended if outcome.met(how)]

    def column(self, rows: Sequence[Answered], question: str | None) -> list[Any]:
        """A question's answers over some rows; nothing where a count doesn't ask for it."""
        names = questions_needed(self.pack)
        if question not in names:
            return [None] * len(rows)
        at = names.index(question)
        return [row.values[at] for row in rows]

    def values(self, question: str | None) -> list[Any]:
        """A question's answers over the rows that were met."""
        return self.column(self.met, question) if question else []

    def stated(self, check: NamedCheck) -> int | None:
        """The figure of the profile that the check names `total`; None where it wasn't answered."""
        value = self.profile.get(check.name_of("total") or "")
        return value if isinstance(value, int) else None


# What is said: of which household (None: the village), and the words that fill the pack's message.
Saying = tuple[UUID | None, Mapping[str, Any]]
Checker = Callable[[Village, NamedCheck], Iterator[Saying]]


def check_village(village: Village) -> list[RuleHit]:
    """Run every named check of the pack that is a village's own; entries with one id say it together."""
    said: dict[tuple[str, UUID | None], list[str]] = {}
    forms: dict[UUID | None, str] = {}
    severities: dict[str, str] = {}
    for check in village.pack.named_checks:
        checker = CHECKS.get(check.check)
        if checker is None:
            continue
        severities.setdefault(check.id, check.severity)
        for household, words in checker(village, check):
            said.setdefault((check.id, household), []).append(check.message.format_map(words))
            forms[household] = str(words.get("form", ""))
    fired = []
    for (id_, household), messages in said.items():
        message = "；".join(messages)[:300]
        mark = blake2b(f"{id_}\x1f{message}".encode(), digest_size=8).hexdigest()
        fired.append(RuleHit(household, forms[household], id_, severities[id_], "", "", mark, message))
    return fired


def _surveyed_all(v: Village, check: NamedCheck) -> Iterator[Saying]:
    total, surveyed = v.stated(check), sum(v.done.values())
    if total is not None and surveyed and total != surveyed:
        yield None, {"surveyed": surveyed, "total": total}


def _people_total(v: Village, check: NamedCheck) -> Iterator[Saying]:
    total, population = v.stated(check), v.pack.roles.population
    if total is None or population is None or not v.met:
        return
    people = sum(n for n in v.values(population) if n)
    if abs(people - total) > check.number("tolerance") * total:
        yield None, {"people": people, "total": total}


def _class_rows(v: Village, check: NamedCheck) -> Iterator[Saying]:
    """A class's households as the profile states them, against the rows of its form.

    Rows of another form may belong to the class too (`also`), or may or may not (`perhaps`): a household of
    1-3 that was lifted before, or that a sudden hardship put there.
    """
    total, rows = v.stated(check), v.done.get(check.name_of("form") or "")
    if total is None or rows is None:
        return
    marks = v.values(check.name_of("mark"))
    rows += marks.count(check.number("also", -1))
    if not rows <= total <= rows + marks.count(check.number("perhaps", -1)):
        yield None, {"total": total, "rows": rows}


def _option_rows(v: Village, check: NamedCheck) -> Iterator[Saying]:
    """Households that give an option, at most as many as the profile states."""
    total, several, single = v.stated(check), check.name_of("several"), check.name_of("single")
    if total is None or not v.met:
        return
    one, other = check.number("several_option", 0), check.number("single_option", 0)
    lists, choices = v.column(v.met, several), v.column(v.met, single)
    rows = sum(
        bool(chosen and one in chosen) or (choice is not None and choice == other)
        for chosen, choice in zip(lists, choices, strict=True)
    )
    if total < rows:
        yield None, {"total": total, "rows": rows}


def _people_somewhere(v: Village, check: NamedCheck) -> Iterator[Saying]:
    """The profile states people of some kind and no row has any, or the reverse."""
    total, question = v.stated(check), check.name_of("question")
    if total is None or question is None or not v.met:
        return
    found = bool(set(check.numbers("options")) & set(v.values(question)))
    if (total > 0) != found:
        yield None, {"total": total, "words": check.parameters["some" if found else "none"]}


def _shared_phone(v: Village, check: NamedCheck) -> Iterator[Saying]:
    phone = v.pack.roles.phone
    if phone is None:
        return
    many = check.number("households")
    numbers = v.values(phone)
    shared = Counter(numbers)
    for row, number in zip(v.met, numbers, strict=True):
        if number is None:
            yield UUID(row.household), {"words": "没有联系电话", "form": row.form}
        elif shared[number] >= many:
            words = f"联系电话和本村另外 {shared[number] - 1} 户相同"
            yield UUID(row.household), {"words": words, "form": row.form}


def _same_answers(v: Village, check: NamedCheck) -> Iterator[Saying]:
    roles = v.pack.roles
    if roles.surveyors is None:
        return
    for _, run in groupby(v.met, lambda row: row.alike):
        rows = list(run)
        if len(rows) >= check.number("rows"):
            who = v.column(rows[:1], roles.surveyors)[0]
            yield None, {"words": f"{who}连续 {len(rows)} 户的答案完全一样"}
            return
    days = Counter(zip(v.values(roles.surveyors), v.values(roles.surveyed_on), strict=False))
    for (surveyor, day), n in sorted(days.items(), key=str):
        if day and n > check.number("per_day"):
            on = date.fromisoformat(day)
            yield None, {"words": f"{surveyor}在{on.month}月{on.day}日一天排查了 {n} 户"}
            return


def _income_bounds(v: Village, check: NamedCheck) -> Iterator[Saying]:
    """The stated income per head between the least and the most that the rows' bands allow.

    Bands are options 1, 2, … with the parameter's numbers as upper ends; the last one is open.
    """
    total, population, band = v.stated(check), v.pack.roles.population, check.name_of("band")
    if total is None or population is None or band is None:
        return
    bounds = check.numbers("bounds")
    least = most = people = 0
    open_ended = False
    for n, option in zip(v.values(population), v.values(band), strict=True):
        if n is None or option is None:
            continue
        least += n * (0 if option == 1 else bounds[min(option - 2, len(bounds) - 1)] + 1)
        most += n * (bounds[option - 1] if option <= len(bounds) else 0)
        people, open_ended = people + n, open_ended or option > len(bounds)
    if people and (total < least // people or (not open_ended and total > -(-most // people))):
        yield None, {"total": total}


def _changed_since(v: Village, check: NamedCheck) -> Iterator[Saying]:
    """Answers that differ from the round before (facts `prior_<question>`), with nothing said in the remark."""
    if not v.facts:
        return
    names = [name for name in check.names.get("questions", ()) if name in questions_needed(v.pack)]
    columns = [v.values(name) for name in names]
    for n, (row, remark) in enumerate(zip(v.met, v.column(v.met, v.pack.roles.remark), strict=True)):
        facts = v.facts.get(row.household)
        if remark or not facts:
            continue
        changed = [
            v.pack.questions[name].label
            for name, column in zip(names, columns, strict=True)
            if (before := facts.get(f"prior_{name}")) is not None and column[n] not in (None, before)
        ]
        if changed:
            yield UUID(row.household), {"label": "、".join(changed), "form": row.form}


# Checks of other places: one_form in submit, area_known and the statistics in intake, signers in handover,
# totals by construction, expected_households over the county.
CHECKS: Mapping[str, Checker] = {
    "surveyed_all": _surveyed_all,
    "people_total": _people_total,
    "class_rows": _class_rows,
    "option_rows": _option_rows,
    "people_somewhere": _people_somewhere,
    "shared_phone": _shared_phone,
    "same_answers": _same_answers,
    "income_bounds": _income_bounds,
    "changed_since": _changed_since,
}
