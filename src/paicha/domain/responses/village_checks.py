"""Checks that need all rows of a village, or its profile beside them (V26–V30, V36–V38, V41).

One function a check, found by the pack's name for it; each says what is to be looked at, on the village or
on the households concerned. Soft ones wait for a reason, office ones are for town and city.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from uuid import UUID

import polars as pl

from paicha.core.pack import NamedCheck, Pack
from paicha.domain.responses.findings import Fired


@dataclass(frozen=True)
class Village:
    """A village's answered rows, profile answers and counts by form and outcome."""

    pack: Pack
    rows: pl.DataFrame
    profile: Mapping[str, Any]
    counts: Mapping[str, Mapping[str, int]]
    done: Mapping[str, int]

    @property
    def met(self) -> pl.DataFrame:
        """Rows whose household was met."""
        outcome = self.pack.outcome
        if outcome is None or self.rows.height == 0:
            return self.rows
        return self.rows.filter(pl.col(outcome.question).is_in(list(outcome.done)))

    def stated(self, check: NamedCheck) -> int | None:
        """The figure of the profile that the check names `total`; None where it wasn't answered."""
        value = self.profile.get(check.name_of("total") or "")
        return value if isinstance(value, int) else None


# What is said: of which household (None: the village), and the words that fill the pack's message.
Saying = tuple[UUID | None, Mapping[str, Any]]
Checker = Callable[[Village, NamedCheck], Iterator[Saying]]


def check_village(village: Village) -> list[Fired]:
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
        fired.append(Fired(household, forms[household], id_, severities[id_], "", "", mark, message))
    return fired


def _surveyed_all(v: Village, check: NamedCheck) -> Iterator[Saying]:
    total, surveyed = v.stated(check), sum(v.done.values())
    if total is not None and surveyed and total != surveyed:
        yield None, {"surveyed": surveyed, "total": total}


def _people_total(v: Village, check: NamedCheck) -> Iterator[Saying]:
    total, population = v.stated(check), v.pack.roles.population
    if total is None or population is None or v.met.height == 0:
        return
    people = int(v.met[population].sum())
    if abs(people - total) > check.number("tolerance") * total:
        yield None, {"people": people, "total": total}


def _class_rows(v: Village, check: NamedCheck) -> Iterator[Saying]:
    """A class's households as the profile states them, against the rows of its form.

    Rows of another form may belong to the class too (`also`), or may or may not (`perhaps`): a household of
    1-3 that was lifted before, or that a sudden hardship put there.
    """
    total, rows, mark = v.stated(check), v.done.get(check.name_of("form") or ""), check.name_of("mark")
    if total is None or rows is None:
        return
    marks = v.met[mark].to_list() if mark and v.met.height else []
    rows += marks.count(check.number("also", -1))
    if not rows <= total <= rows + marks.count(check.number("perhaps", -1)):
        yield None, {"total": total, "rows": rows}


def _option_rows(v: Village, check: NamedCheck) -> Iterator[Saying]:
    """Households that give an option, at most as many as the profile states."""
    total, several, single = v.stated(check), check.name_of("several"), check.name_of("single")
    if total is None or v.met.height == 0:
        return
    says = pl.lit(False)
    if several:
        says |= pl.col(several).list.contains(int(check.number("several_option"))).fill_null(False)
    if single:
        says |= (pl.col(single) == int(check.number("single_option"))).fill_null(False)
    rows = int(v.met.select(says.sum()).item())
    if total < rows:
        yield None, {"total": total, "rows": rows}


def _people_somewhere(v: Village, check: NamedCheck) -> Iterator[Saying]:
    """The profile states people of some kind and no row has any, or the reverse."""
    total, question = v.stated(check), check.name_of("question")
    if total is None or question is None or v.met.height == 0:
        return
    found = bool(v.met[question].is_in(list(check.numbers("options"))).any())
    if (total > 0) != found:
        yield None, {"total": total, "words": check.parameters["some" if found else "none"]}


def _shared_phone(v: Village, check: NamedCheck) -> Iterator[Saying]:
    phone = v.pack.roles.phone
    if phone is None or v.met.height == 0:
        return
    many = int(check.number("households"))
    met = v.met.select("household", "form", phone, n=pl.len().over(phone))
    for household, form, number, n in met.filter(pl.col(phone).is_null() | (pl.col("n") >= many)).iter_rows():
        words = "没有联系电话" if number is None else f"联系电话和本村另外 {n - 1} 户相同"
        yield UUID(household), {"words": words, "form": form}


def _same_answers(v: Village, check: NamedCheck) -> Iterator[Saying]:
    roles = v.pack.roles
    if roles.surveyors is None or v.met.height == 0:
        return
    limit = int(check.number("rows"))
    aside = {"household", roles.head, roles.phone, roles.population, roles.remark}
    answers = v.met.select(pl.struct(pl.exclude([c for c in aside if c])).struct.json_encode().alias("a"))[
        "a"
    ]
    run = pl.DataFrame({"a": answers, "run": answers.rle_id(), "s": v.met[roles.surveyors]})
    for surveyor, n in (
        run.group_by("run").agg(pl.len(), pl.col("s").first()).select("s", "len").sort("s").iter_rows()
    ):
        if n >= limit:
            yield None, {"words": f"{surveyor}连续 {n} 户的答案完全一样"}
            return
    per_day = int(check.number("per_day"))
    if roles.surveyed_on is None:
        return
    days = (
        v.met.filter(pl.col(roles.surveyed_on).is_not_null())
        .group_by(roles.surveyors, roles.surveyed_on)
        .len()
    )
    for surveyor, day, n in days.filter(pl.col("len") > per_day).sort(roles.surveyed_on).iter_rows():
        yield None, {"words": f"{surveyor}在{day.month}月{day.day}日一天排查了 {n} 户"}
        return


def _income_bounds(v: Village, check: NamedCheck) -> Iterator[Saying]:
    """The stated income per head between the least and the most that the rows' bands allow.

    Bands are options 1, 2, … with the parameter's numbers as upper ends; the last one is open.
    """
    total, population, band = v.stated(check), v.pack.roles.population, check.name_of("band")
    if total is None or population is None or band is None or v.met.height == 0:
        return
    bounds = check.numbers("bounds")
    least = most = people = 0
    open_ended = False
    for n, option in v.met.select(population, band).drop_nulls().iter_rows():
        least += n * (0 if option == 1 else bounds[min(option - 2, len(bounds) - 1)] + 1)
        most += n * (bounds[option - 1] if option <= len(bounds) else 0)
        people, open_ended = people + n, open_ended or option > len(bounds)
    if people and (total < least // people or (not open_ended and total > -(-most // people))):
        yield None, {"total": total}


# Checks of other places: one_form in submit, area_known and the statistics in intake, signers in handover,
# totals by construction, expected_households over the county, changed_since from the second round on.
CHECKS: Mapping[str, Checker] = {
    "surveyed_all": _surveyed_all,
    "people_total": _people_total,
    "class_rows": _class_rows,
    "option_rows": _option_rows,
    "people_somewhere": _people_somewhere,
    "shared_phone": _shared_phone,
    "same_answers": _same_answers,
    "income_bounds": _income_bounds,
}
