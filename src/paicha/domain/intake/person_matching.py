"""Which household of the register the rows of a list of persons are.

What holds: the number of the other system finds it wherever it is, and is never believed alone; a household that has
another number of that system is another one; the rest is found as rows of any sheet are (`matching`), all at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from paicha.core.catalogue import sentence
from paicha.core.normalise import name_key
from paicha.domain.households.members import HOUSEHOLD
from paicha.domain.intake.job import Job
from paicha.domain.intake.known_households import KnownHousehold, load_known
from paicha.domain.intake.known_persons import Bearer, bearers_of, numbers_of_village
from paicha.domain.intake.matching import Asked, Match, Register
from paicha.formats.reading import Family, Person, PersonTable

Told = tuple[str, str]  # code, sentence


@dataclass(slots=True)
class FamilyLine:
    """A household of the list on its way in; `known` is None for a new one. `notes` are soft."""

    family: Family
    head: Person
    known: KnownHousehold | None = None
    household: UUID | None = None
    refusal: Told | None = None
    notes: list[Told] = field(default_factory=list)


class FamilyMatcher:
    """Finds the households of one list's rows of one village. A handful of statements."""

    def __init__(self, job: Job, table: PersonTable, village: int, place: str) -> None:
        self._job, self._table, self._village, self._place = job, table, village, place
        listed = load_known(village)
        self.known = {one.id: one for one in listed if not one.gone}
        self._gone = [one for one in listed if one.gone]
        self.numbers = numbers_of_village(village, table.system)

    def match(self, lines: Sequence[FamilyLine]) -> None:
        """Tell each line its household, that it is new, or why it is refused."""
        numbers = {line.family.number for line in lines} - {""}
        bearers = bearers_of(self._job, self._table.system, HOUSEHOLD, numbers) if numbers else {}
        rest = []
        for line in lines:
            found = bearers.get(line.family.number)
            if found:
                self._by_number(line, found)
            else:
                rest.append(line)
        self._by_words(rest, {line.household for line in lines if line.household})
        for line in lines:
            line.known = self.known.get(line.household) if line.household else None

    def _by_number(self, line: FamilyLine, found: Sequence[Bearer]) -> None:
        key, name = line.family.number, line.head.name
        here = [self.known[one.household] for one in found if one.household in self.known and not one.closed]
        named = [one for one in here if name_key(name) in {name_key(n) for n in (one.head, *one.former)}]
        if len(named) == 1:
            line.household = named[0].id
        elif len(here) > 1:
            candidates = "、".join(Register.label(one) for one in named or here)
            line.refusal = "M02", sentence("M02", name=name, candidates=candidates)
        elif here:
            line.refusal = "M03", sentence("M03", known=here[0].head, name=name)
        elif any(one.village == self._village for one in found):
            gone = next(one for one in found if one.village == self._village)
            line.refusal = "M13", sentence("M13", key=key, known=gone.head)
        else:
            words = {"key": key, "other": found[0].label, "village": self._place}
            line.refusal = "M12", sentence("M12", **words)

    def _by_words(self, lines: Sequence[FamilyLine], claimed: set[UUID]) -> None:
        """Among households without a number of the system, as rows of any sheet; else new, or refused."""
        numbered = {household for household, kind in self.numbers if kind == HOUSEHOLD}
        tag = self._job.tag
        own = [line for line in lines if line.family.number]
        for numberless, some in ((False, own), (True, [line for line in lines if not line.family.number])):
            free = [one for id_, one in self.known.items() if id_ not in claimed]
            register = Register(
                [*self._gone, *(one for one in free if numberless or one.id not in numbered)],
                tag,
                self._place,
            )
            register.had_households = bool(self.known)
            asked = [self._request_of(line) for line in some]
            matches = register.match_together(asked)
            for line, ask, match in zip(some, asked, matches, strict=True):
                found = match
                if match.household is None and not match.code:
                    found = self._namesake(line, free, numbered) or register.near(ask)
                line.household = found.household
                line.refusal = (found.code, found.sentence) if found.code else None
                line.notes += found.notes
            claimed |= {line.household for line in some if line.household}

    def _request_of(self, line: FamilyLine) -> Asked:
        family = line.family
        address = f"{self._table.file} {self._table.sheet}!{self._table.cells['name']}{line.head.row}"
        return Asked(None, family.group, line.head.name, family.phone, address)

    def _namesake(
        self, line: FamilyLine, free: Sequence[KnownHousehold], numbered: set[UUID]
    ) -> Match | None:
        """One of the same name and place that has another number, and that no row of the list is: who is it?"""
        mine, family = name_key(line.head.name), line.family
        same = [
            one for one in free
            if one.id in numbered and not one.closed and mine in {name_key(n) for n in (one.head, *one.former)}
            and ("" in (one.group, family.group) or one.group == family.group)
        ]  # fmt: skip
        if not family.number or not same:
            return None
        candidates = "、".join(Register.label(one) for one in same[:4])
        return Match(code="M30", sentence=sentence("M30", name=line.head.name, candidates=candidates))


def by_system(numbers: Mapping[tuple[UUID, str], set[str]], household: UUID, kind: str) -> set[str]:
    """What a system calls a household, or its head."""
    return numbers.get((household, kind), set())
