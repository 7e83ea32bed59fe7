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

    def has(self, *questions: str) -> bool:
        """Whether the pack asks all of these; a check of another county's pack may not apply."""
        return all(name in self.pack.questions for name in questions)


# What is said: of which household (None: the village), and the words that fill the pack's message.
Saying = tuple[UUID | None, Mapping[str, Any]]
Checker = Callable[[Village, NamedCheck], Iterator[Saying]]


def check_village(village: Village) -> list[Fired]:
    """Run every named check of the pack that is a village's own."""
    fired = []
    for check in village.pack.named_checks:
        checker = CHECKS.get(check.check)
        if checker is None:
            continue
        said: dict[UUID | None, list[str]] = {}
        forms: dict[UUID | None, str] = {}
        for household, words in checker(village, check):
            said.setdefault(household, []).append(check.message.format_map(words))
            forms[household] = str(words.get("form", ""))
        for household, messages in said.items():
            message = "；".join(messages)[:300]
            mark = blake2b(f"{check.id}\x1f{message}".encode(), digest_size=8).hexdigest()
            fired.append(Fired(household, forms[household], check.id, check.severity, "", "", mark, message))
    return fired


def _surveyed_all(v: Village, _: NamedCheck) -> Iterator[Saying]:
    total, surveyed = v.profile.get("total_households"), sum(v.done.values())
    if total is not None and surveyed and total != surveyed:
        yield None, {"surveyed": surveyed, "total": total}


def _people_total(v: Village, check: NamedCheck) -> Iterator[Saying]:
    total, population = v.profile.get("total_people"), v.pack.roles.population
    if total is None or population is None or v.met.height == 0:
        return
    people = int(v.met[population].sum())
    if abs(people - total) > float(check.parameters.get("tolerance", 0.02)) * total:
        yield None, {"people": people, "total": total}


def _monitored_rows(v: Village, _: NamedCheck) -> Iterator[Saying]:
    total, rows = v.profile.get("monitored_households"), v.done.get("monitored")
    if total is not None and rows is not None and total != rows:
        yield None, {"total": total, "rows": rows}


def _lifted_rows(v: Village, _: NamedCheck) -> Iterator[Saying]:
    """Type-1 households of 1-3 are lifted ones too; those of type 3 may be either, hence the tolerance."""
    total, rows = v.profile.get("lifted_households"), v.done.get("lifted")
    if total is None or rows is None or not v.has("household_type"):
        return
    kinds = v.met["household_type"].to_list() if v.met.height else []
    rows += kinds.count(1)
    if not rows <= total <= rows + kinds.count(3):
        yield None, {"total": total, "rows": rows}


def _aid_rows(v: Village, _: NamedCheck) -> Iterator[Saying]:
    if not v.has("civil_aid", "bottom_aid") or v.met.height == 0:
        return
    for number, name, label in ((1, "dibao_households", "低保户"), (2, "tekun_households", "特困供养户")):
        total = v.profile.get(name)
        says = pl.col("civil_aid").list.contains(number).fill_null(False) | (
            pl.col("bottom_aid") == number
        ).fill_null(False)
        rows = int(v.met.select(says.sum()).item())
        if total is not None and total < rows:
            yield None, {"label": label, "total": total, "rows": rows}


def _school_age(v: Village, _: NamedCheck) -> Iterator[Saying]:
    total = v.profile.get("school_age_people")
    if total is None or not v.has("schooling") or v.met.height == 0:
        return
    students = v.met["schooling"].is_in([1, 2]).any()
    if total > 0 and not students:
        yield None, {"total": total, "words": "都填没有义务教育阶段学生"}
    if total == 0 and students:
        yield None, {"total": total, "words": "里有义务教育阶段学生"}


def _shared_phone(v: Village, check: NamedCheck) -> Iterator[Saying]:
    phone = v.pack.roles.phone
    if phone is None or v.met.height == 0:
        return
    many = int(check.parameters.get("households", 3))
    met = v.met.select("household", "form", phone, n=pl.len().over(phone))
    for household, form, number, n in met.filter(pl.col(phone).is_null() | (pl.col("n") >= many)).iter_rows():
        words = "没有联系电话" if number is None else f"联系电话和本村另外 {n - 1} 户相同"
        yield UUID(household), {"words": words, "form": form}


def _same_answers(v: Village, check: NamedCheck) -> Iterator[Saying]:
    roles = v.pack.roles
    if roles.surveyors is None or v.met.height == 0:
        return
    limit = int(check.parameters.get("rows", 15))
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
    per_day = int(check.parameters.get("per_day", 40))
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


_BOUNDS = {1: (0, 4000), 2: (4001, 6000), 3: (6001, 10000)}


def _income_bounds(v: Village, _: NamedCheck) -> Iterator[Saying]:
    total, population = v.profile.get("income_per_head"), v.pack.roles.population
    if total is None or population is None or not v.has("income_band") or v.met.height == 0:
        return
    rows = v.met.select(population, "income_band").drop_nulls().iter_rows()
    least = most = people = 0
    open_ended = False
    for n, band in rows:
        low, high = _BOUNDS.get(band, (10001, 0))
        least, most, people = least + n * low, most + n * high, people + n
        open_ended = open_ended or band not in _BOUNDS
    if people and (total < least // people or (not open_ended and total > -(-most // people))):
        yield None, {"total": total}


# Checks of other places: one_form in submit, area_known and the statistics in intake, signers in handover,
# totals by construction, expected_households over the county, changed_since from the second round on.
CHECKS: Mapping[str, Checker] = {
    "surveyed_all": _surveyed_all,
    "people_total": _people_total,
    "monitored_rows": _monitored_rows,
    "lifted_rows": _lifted_rows,
    "aid_rows": _aid_rows,
    "school_age": _school_age,
    "shared_phone": _shared_phone,
    "same_answers": _same_answers,
    "income_bounds": _income_bounds,
}
