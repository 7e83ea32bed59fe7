"""What a village's own form (附件2) can be counted from its households, question by question.

Why: the same figure is not typed twice. What holds: which question counts which households stands in the pack's
named checks (V26–V30, V36) and in its form, never here; a count is a list of households, so that it opens into its
rows; those nobody has met yet are counted as the register knows them, and `unmet` says how many they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from paicha.core.pack import NamedCheck, Pack, ProfileForm
from paicha.domain.areas.models import Area
from paicha.domain.reports.village import Answered
from paicha.domain.responses.models import VillageSummary
from paicha.domain.rounds.models import Round


@dataclass(frozen=True, slots=True)
class Counted:
    """A question's count. `value` None: there is only something to look at (`households` is what it rests on)."""

    value: int | None
    short: str  # '9 户'
    households: Sequence[Answered]

    @property
    def unmet(self) -> int:
        """Of the households, how many nobody has met yet: they are counted as the register knows them."""
        return sum(household.is_blank for household in self.households)


def count_households(pack: Pack, form: ProfileForm, households: Sequence[Answered]) -> dict[str, Counted]:
    """Question → what the village's households add up to; questions that nothing counts are left out."""
    there = [h for h in households if not pack.outcome.gone(h.outcome)]
    found: dict[str, Counted] = {}
    for check in pack.named_checks:
        total, rows = check.name_of("total"), _ROWS.get(check.check)
        if total not in form.questions or total is None or rows is None:
            continue
        chosen = rows(pack, check, there)
        if check.check == "people_total":
            found[total] = _people(pack, chosen)
        elif check.check == "people_somewhere":
            found[total] = Counted(None, f"{len(chosen)} 户填了有", chosen)
        elif check.check == "area_known":
            found[total] = _groups(chosen)
        else:
            found[total] = _households(chosen)
            beside = _beside(form, total)
            if beside is not None:
                found.setdefault(beside, _people(pack, chosen))
    for name, by in ((c.question, c.counted) for row in form.rows for c in row.cells):
        if by is not None:
            chosen = [h for h in there if _gives(h.values.get(by.question), by.options)]
            found.setdefault(name, _households(chosen))
            beside = _beside(form, name)
            if beside is not None:
                found.setdefault(beside, _people(pack, chosen))
    return found


def _gives(value: Any, options: Sequence[int]) -> bool:
    """Whether an answer, of one choice or of several, gives one of the options."""
    return any(option in options for option in (value if isinstance(value, list) else [value]))


def _beside(form: ProfileForm, question: str) -> str | None:
    """The people of the households that a question counts: the second cell of its row."""
    for row in form.rows:
        names = [cell.question for cell in row.cells]
        if len(names) == 2 and names[0] == question:
            return names[1]
    return None


def _households(households: Sequence[Answered]) -> Counted:
    return Counted(len(households), f"{len(households)} 户", households)


def _people(pack: Pack, households: Sequence[Answered]) -> Counted:
    total = sum(people_of(pack, household) or 0 for household in households)
    return Counted(total, f"{total} 人", households)


def people_of(pack: Pack, household: Answered) -> int | None:
    """A household's people: as answered, else as the register knows."""
    said = household.values.get(pack.roles.population) if pack.roles.population else None
    return said if isinstance(said, int) else household.population


def _groups(households: Sequence[Answered]) -> Counted:
    names = {household.group for household in households if household.group}
    return Counted(len(names), f"{len(names)} 个组", [h for h in households if h.group])


Rows = Callable[[Pack, NamedCheck, Sequence[Answered]], list[Answered]]


def _all(_: Pack, __: NamedCheck, households: Sequence[Answered]) -> list[Answered]:
    return list(households)


def _of_class(_: Pack, check: NamedCheck, households: Sequence[Answered]) -> list[Answered]:
    form, mark, also = check.name_of("form"), check.name_of("mark"), check.number("also", -1)
    return [h for h in households if h.form == form or (mark and h.values.get(mark) == also)]


def _with_option(_: Pack, check: NamedCheck, households: Sequence[Answered]) -> list[Answered]:
    several, single = check.name_of("several"), check.name_of("single")
    return [
        h
        for h in households
        if (several and check.number("several_option", -1) in (h.values.get(several) or ()))
        or (single and h.values.get(single) == check.number("single_option", -1))
    ]


def _somewhere(_: Pack, check: NamedCheck, households: Sequence[Answered]) -> list[Answered]:
    question, options = check.name_of("question"), check.numbers("options")
    return [h for h in households if question and h.values.get(question) in options]


_ROWS: Mapping[str, Rows] = {
    "surveyed_all": _all,
    "people_total": _all,
    "class_rows": _of_class,
    "option_rows": _with_option,
    "people_somewhere": _somewhere,
    "area_known": _all,
}


def last_profile(round_: Round, village: Area | int) -> dict[str, object]:
    """A village's profile of the round before, {} without one. One query."""
    rows = VillageSummary.objects.filter(village=village, round__opens_on__lt=round_.opens_on)
    found = rows.order_by("-round__opens_on", "-round_id").values_list("profile", flat=True).first()
    return dict(found or {})
