"""How clerks fill a sheet in: one set of habits a village, and every cell written by them.

Two villages of three are tidy; the third writes as clerks really do. All of it can be read without
guessing; what cannot is planted on purpose (`faults`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from random import Random

from paicha.demo.clean import Household
from paicha.demo.paper import OPTIONS, SEVERAL

Cell = str | int | float | date | None
Writer = Callable[[Household], Cell]

_CIRCLED = "①②③④⑤⑥⑦⑧⑨"
_FULL_WIDTH = "０１２３４５６７８９"


@dataclass(frozen=True)
class Habits:
    """What one village's clerk does everywhere in the workbook. The defaults are the official way."""

    tidy: bool = True
    choice: str = "number"  # number text dot comma bracket circled wide both label tick
    slips: str | None = None  # a second way that one cell in twelve falls into
    several: str = "、"
    insurance: str = "three"  # three columns, or one cell
    wording: int = 0  # of insurance in one cell, and of a major expense
    population: str = "number"  # number text people
    phone: str = "text"  # text number dashes spaces
    sign: str = "each"  # each merged
    options: str = "row"  # row header
    header: str = "plain"  # plain breaks spaces wide
    order: str = "official"  # official phone_first remark_first
    general_groups: str = "block"  # block column sheet
    other_groups: str = "column"  # column block none
    group_writing: str = "一组"  # 一组 1组 第一组 1
    heading: str = "forms"  # forms plain empty
    day: str = "iso"  # iso chinese dots excel
    repeat_header: bool = True  # in every block, as the printed pages have it
    subtotals: bool = False
    blank_rows: bool = False
    pad: bool = True  # rows numbered beforehand and left empty
    nothing: str = ""  # what an empty remark says
    counts: str = "joined"  # form 2: 337户1021人 in one cell, or cells of their own
    yes_no: str = "boxes"  # boxes word tick
    extra: frozenset[str] = field(default_factory=frozenset)  # unprinted questions that always have a column

    @property
    def grouped(self) -> bool:
        """Whether 1-2 and 1-3 carry the group."""
        return self.other_groups != "none"


def choose_habits(rng: Random, households: int, needs: Mapping[str, str]) -> Habits:
    """A village's habits; `needs` are those that a planted fault depends on."""
    extra: set[str] = set()
    if rng.random() < 0.4:
        extra |= {"outcome", "surveyed_on"}
    extra |= {
        name for name in ("income", "income_stable", "migrant_workers", "petition") if rng.random() < 0.12
    }
    if rng.random() < 0.5:
        extra.add("policies")
    habits = Habits(
        general_groups=rng.choice(("block", "block", "block", "column", "sheet")),
        other_groups=rng.choice(("column", "column", "block", "none")),
        insurance=rng.choice(("three", "three", "one")),
        counts=rng.choice(("joined", "cells")),
        wording=rng.randrange(3),
        extra=frozenset(extra),
    )
    if rng.random() < 0.35:
        habits = _messy(rng, habits, households)
    if habits.heading == "empty" and habits.other_groups == "block":
        habits = replace(habits, other_groups="column")  # 村(组)( 一组 ) alone would read as a village's name
    for habit, value in needs.items():
        habits = replace(habits, **{habit: value})  # type: ignore[arg-type]
    if habits.insurance == "three" and habits.options == "header":
        habits = replace(habits, options="row")  # the three columns need a row that tells them apart
    return habits


def _messy(rng: Random, habits: Habits, households: int) -> Habits:
    ways = ["number", "text", "dot", "comma", "bracket", "circled", "wide", "both", "label"]
    if households < 300:
        ways.append("tick")
    choice = rng.choice(ways)
    slips = rng.choice([None, "text", "dot", "circled", "label"]) if choice not in {"tick", "label"} else None
    together = [""] if choice in {"number", "text", "circled", "wide"} else []
    return replace(
        habits,
        tidy=False,
        choice=choice,
        slips=slips,
        several=rng.choice(["、", ",", "，", ";", "/", " ", "\n", *together]),
        insurance=rng.choice(("one", "one", "three")),
        wording=rng.randrange(7),
        population=rng.choice(("number", "number", "text", "people")),
        phone=rng.choice(("text", "number", "number", "dashes", "spaces")),
        sign=rng.choice(("each", "merged", "merged")),
        options=rng.choice(("row", "header")),
        header=rng.choice(("plain", "breaks", "spaces", "wide")),
        order=rng.choice(("official", "official", "official", "phone_first", "remark_first")),
        group_writing=rng.choice(("一组", "1组", "第一组", "1", "第1组")),
        heading=rng.choice(("forms", "plain", "empty")),
        day=rng.choice(("iso", "chinese", "dots", "excel", "slashes")),
        repeat_header=rng.random() < 0.5,
        subtotals=rng.random() < 0.4,
        blank_rows=rng.random() < 0.4,
        pad=rng.random() < 0.3,
        nothing=rng.choice(("", "", "无", "/", "-", "没有")),
        yes_no=rng.choice(("boxes", "word", "tick")),
    )


def write_group(group: str, writing: str) -> str:
    """一组 in the village's way; a group with a name is written as it is."""
    numbers = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
    word = group.removesuffix("组")
    if not word or any(sign not in "一二三四五六七八九十" for sign in word):
        return group
    tens, _, ones = word.rpartition("十")
    number = (numbers.get(tens, 1) * 10 if "十" in word else 0) + (numbers[ones] if ones else 0)
    return {"1组": f"{number}组", "第一组": f"第{group}", "1": str(number), "第1组": f"第{number}组"}.get(
        writing, group
    )


def write_option(question: str, number: int, way: str) -> Cell:
    """One choice as `way` writes it; a number that the list doesn't have has no label and stays a number."""
    labels = OPTIONS[question]
    if number > len(labels):
        return number if way == "number" else str(number)
    label = labels[number - 1].rstrip("_")
    if way == "number":
        return number
    if way == "tick":
        return "".join(
            f"{'☑' if option == number else '□'}{option}.{text.rstrip('_')} "
            for option, text in enumerate(labels, 1)
        ).rstrip()
    return {
        "text": str(number),
        "dot": f"{number}.",
        "comma": f"{number}、",
        "bracket": f"({number})",
        "circled": _CIRCLED[number - 1],
        "wide": _FULL_WIDTH[number],
        "both": f"{number}.{label}",
        "label": label,
    }[way]


def _choice_writer(question: str, habits: Habits, rng: Random) -> Writer:
    usual = [None, *(write_option(question, n, habits.choice) for n in range(1, len(OPTIONS[question]) + 1))]
    if habits.slips is None:
        return lambda household: usual[household.get(question) or 0]
    second = [None, *(write_option(question, n, habits.slips) for n in range(1, len(OPTIONS[question]) + 1))]
    chance = rng.random
    return lambda household: (second if chance() < 0.08 else usual)[household.get(question) or 0]


def _several_writer(question: str, habits: Habits) -> Writer:
    other_key = f"{question}_other"
    way = "text" if habits.choice in {"number", "comma", "tick"} else habits.choice
    made: dict[tuple[int, ...], Cell] = {}

    def write(household: Household) -> Cell:
        numbers = household.get(question)
        if not isinstance(numbers, tuple):
            return None
        other = household.get(other_key)
        if other is None and numbers in made:
            return made[numbers]
        parts = [str(write_option(question, number, way)) for number in numbers]
        if other is not None:
            parts[-1] = f"其他:{other}" if way == "label" else f"{numbers[-1]}.其他{other}"
        between = habits.several
        if not between and (other is not None or len(numbers) == 1):
            between = "、"
        cell: Cell = between.join(parts)
        if len(numbers) == 1 and other is None:
            cell = write_option(question, numbers[0], "number" if habits.choice == "number" else way)
        if other is None:
            made[numbers] = cell
        return cell

    return write


def _write_insurance(wording: int, household: Household) -> Cell:
    """Three counts in one cell. A wording that leaves a count out does so only where the rest adds up."""
    if "insured_none" not in household:
        return None
    none, resident, employee = (
        household[name] for name in ("insured_none", "insured_resident", "insured_employee")
    )
    if wording >= 4 and none == 0 and resident and resident + (employee or 0) == household.get("population"):
        tail = f"职工医保{employee}人" if employee else ""
        if wording == 4:
            return f"参加城乡居民医保{resident}人" + (f",参加{tail}" if tail else "")
        if wording == 5:
            return f"居民医保{resident}人" + (f"、{tail}" if tail else "")
        return f"城乡居民医保：{resident}人" + (f"\n职工医保：{employee}人" if tail else "")
    return (
        f"1.未参加{none}人 2.参加城乡居民医保{resident}人 3.参加职工医保{employee}人",
        f"未参加{none}人,参加城乡居民医保{resident}人,参加职工医保{employee}人",
        f"1.未参加 {none} 人\n2.参加城乡居民医保 {resident} 人\n3.参加职工医保 {employee} 人",
        f"{none}/{resident}/{employee}",
    )[wording % 4]


def _write_expense(habits: Habits, household: Household) -> Cell:
    answer = household.get("major_expense")
    if answer is None:
        return None
    way = habits.choice
    if answer == 2:
        if way in {"both", "label", "tick"}:
            return {"both": "2.无", "label": "无", "tick": "□1.有,原因 ☑2.无"}[way]
        return write_option("petition", 2, way)  # the same two words: 1 有, 2 无
    reason = household["major_expense_reason"]
    if way == "tick":
        return f"☑1.有,原因{reason} □2.无"
    if way == "label":
        return f"有,原因{reason}"
    return (
        f"1.有,原因{reason}",
        f"1,原因{reason}",
        f"1.有，原因：{reason}",
        f"1({reason})",
        f"①有,原因{reason}",
    )[habits.wording % 5]


def _write_phone(way: str, household: Household) -> Cell:
    phone = household.get("phone")
    if not isinstance(phone, str) or way == "text" or phone.startswith("0"):
        return phone
    if way == "number":
        return int(phone)
    between = "-" if way == "dashes" else " "
    return between.join((phone[:3], phone[3:7], phone[7:]))


def write_day(day: date, way: str) -> Cell:
    """A day in the village's way; `excel` is a true date cell."""
    if way == "excel":
        return day
    return {
        "chinese": f"{day.year}年{day.month}月{day.day}日",
        "dots": f"{day.year}.{day.month}.{day.day}",
        "slashes": f"{day.year}/{day.month}/{day.day}",
    }.get(way, day.isoformat())


def _write_population(way: str, household: Household) -> Cell:
    population = household.get("population")
    if not isinstance(population, int) or way == "number":
        return population
    return f"{population}人" if way == "people" else str(population)


def cell_writer(question: str, habits: Habits, rng: Random) -> Writer:
    """The function that writes one question's cell of a household, in the village's way."""
    if question in SEVERAL:
        return _several_writer(question, habits)
    if question in OPTIONS:
        return _choice_writer(question, habits, rng)
    if question == "insurance":
        return lambda household: _write_insurance(habits.wording, household)
    if question == "major_expense":
        return lambda household: _write_expense(habits, household)
    if question == "phone":
        return lambda household: _write_phone(habits.phone, household)
    if question == "population":
        return lambda household: _write_population(habits.population, household)
    if question == "surveyed_on":

        def write_surveyed(household: Household) -> Cell:
            day = household.get("surveyed_on")
            return write_day(day, habits.day) if isinstance(day, date) else None

        return write_surveyed
    if question in {"remark", "policies"}:
        return lambda household: household.get(question) or habits.nothing or None
    return lambda household: household.get(question)


def header_text(label: str, way: str) -> str:
    """A label as the sheet's header has it."""
    if way == "breaks" and len(label) > 4:
        return label[:4] + "\n" + label[4:]
    if way == "spaces" and len(label) <= 4:
        return label[0] + " " + label[1:]
    if way == "wide":
        return label.replace("(", "（").replace(")", "）")
    return label
