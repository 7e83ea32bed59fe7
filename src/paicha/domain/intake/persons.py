"""Lists with one row a person: the households that they name → register and round, their members, their numbers.

What holds (contract, 'Lists with one row a person'): neither class nor phone nor head of a known household is changed,
what the list says otherwise is said; a member is never removed because a list leaves them out; counts are of
households; a household that stands in two files of an upload must say the same in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from paicha.core.catalogue import Message, Severity, sentence
from paicha.core.normalise import name_key
from paicha.core.pack import Pack
from paicha.domain.audit.services import Entry, village_chain
from paicha.domain.households.members import (
    HOUSEHOLD,
    PERSON,
    NewMember,
    NewNumber,
    Origin,
    insert_members,
    insert_numbers,
    rewrite_members,
    write_heads,
)
from paicha.domain.households.services import NewHousehold, add_households, count_change, new_id
from paicha.domain.intake.job import Job
from paicha.domain.intake.known_households import KnownHousehold
from paicha.domain.intake.known_persons import (
    Bearer,
    KnownMember,
    bearers_of,
    heads_of_village,
    members_of_village,
)
from paicha.domain.intake.memory import VillageMemory
from paicha.domain.intake.person_matching import FamilyLine, FamilyMatcher, by_system
from paicha.domain.intake.result import Refused
from paicha.domain.responses.services import VillageWork, record_facts_of_households
from paicha.domain.rounds.services import NewEntry, add_due
from paicha.formats.reading import Family, Person, PersonTable

_LABELS = ("姓名", "与户主关系", "健康状况", "劳动技能", "务工情况", "在校生状况")
_CLEARED = "prior_risk_cleared"
_PLAN_LIMIT = 5000
_NAMED = 3  # changes that a sentence names


@dataclass(slots=True)
class _Writes:
    """What a list writes about people of one village, in bulk at its end."""

    members: list[NewMember] = field(default_factory=list)
    numbers: list[NewNumber] = field(default_factory=list)
    rewritten: list[tuple[UUID, Sequence[str]]] = field(default_factory=list)
    heads: list[tuple[UUID, Sequence[str]]] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.members) + len(self.numbers) + len(self.rewritten) + len(self.heads)


class PersonsIntake:
    """One list's households of one village, inside the village's transaction."""

    def __init__(self, job: Job, work: VillageWork, table: PersonTable, memory: VillageMemory) -> None:
        self._job, self._work, self._table, self._memory = job, work, table, memory
        self._writes = _Writes()
        self._heads: dict[UUID, KnownMember] = {}
        self._matcher = FamilyMatcher(job, table, work.village.pk, memory.register.place)

    def take(self, families: Sequence[Family]) -> None:
        """Take the households in; what becomes of each is counted and said in the job's result."""
        lines = []
        for family in families:
            if family.faults or family.head is None:
                refuse_family(self._job, self._table, family, self._work.village.code)
            else:
                lines.append(FamilyLine(family, family.head))
        self._matcher.match(lines)
        lines = [line for line in lines if self._goes_on(line)]
        fresh = [line for line in lines if line.household is None]
        self._create(fresh)
        self._note_cleared(lines)
        created = {id(line) for line in fresh}
        members = members_of_village(self._work.village.pk, self._table.system)
        self._heads = heads_of_village(self._work.village.pk)
        others = self._persons_elsewhere(lines)
        for line in lines:
            before = self._writes.size
            self._follow(line, members, others)
            self._account(line, created=id(line) in created, changed=self._writes.size > before)
        self._write()

    def _write(self) -> None:
        work, writes = self._work, self._writes
        origin = Origin(self._job.source, self._job.upload, work.at)
        insert_members(writes.members, origin)
        rewrite_members(writes.rewritten, origin)
        write_heads(writes.heads, origin)
        insert_numbers(writes.numbers, origin)
        if writes.size:
            entry = Entry(village_chain(work.village.pk), work.actor, "persons.import", count=writes.size)
            work.note(entry, recount=False)
            count_change([work.village.pk])

    def _goes_on(self, line: FamilyLine) -> bool:
        """Whether the line is taken in; refused ones and repeats are counted and said here."""
        told = line.refusal
        seen = self._memory.persons.get(line.household) if line.household else None
        if told is None and seen is not None:
            if seen[0] == _content(line.family):
                self._job.result.unchanged += 1
                self._plan(line, "unchanged")
                return False
            words = {"name": line.head.name, "first": seen[1], "second": self._address(line)}
            told = "M06", sentence("M06", **words)
        if told is None and line.household is None and self._work.locked:
            told = "H03", sentence("H03")
        if told is not None:
            self._refuse(line, *told)
            return False
        return True

    def _refuse(self, line: FamilyLine, code: str, text: str) -> None:
        refuse_family(self._job, self._table, line.family, self._work.village.code, (code, text))

    def _address(self, line: FamilyLine) -> str:
        return f"{self._table.file} {self._table.sheet}!{self._cell(line)}"

    def _cell(self, line: FamilyLine) -> str:
        return f"{self._table.cells['name']}{line.head.row}"

    def _create(self, lines: Sequence[FamilyLine]) -> None:
        """Households that the register doesn't have: into it, and due on the form of their class."""
        work, pack = self._work, self._work.pack
        general = pack.classes[-1].name
        form_of = {entry.name: entry.form for entry in pack.classes}
        new = [
            NewHousehold(
                line.family.group, line.head.name, line.family.phone,
                line.family.population or len(line.family.rows), line.family.household_class or general,
            )
            for line in lines
        ]  # fmt: skip
        made = add_households(work.village, new)
        work.add_groups({household.group for household in new if household.group})
        entries = []
        for line, household, (id_, number) in zip(lines, new, made, strict=True):
            line.household = id_
            known = KnownHousehold(
                id_, number, household.group, household.head_name, household.phone, household.household_class
            )
            self._memory.register.add(known)
            self._memory.trace.created.append(id_)
            entries.append(NewEntry(id_, form_of[household.household_class], household.group, None, None, 0))
        add_due(work.round, work.village, entries)
        if made:
            work.note(Entry(village_chain(work.village.pk), work.actor, "roster.add", count=len(made)))

    def _note_cleared(self, lines: Sequence[FamilyLine]) -> None:
        """风险已消除 is what the national system said before this round."""
        option = cleared_option(self._work.pack)
        told = {line.household: option for line in lines if line.family.cleared and line.household}
        if option is not None and told:
            record_facts_of_households(self._work, {id_: {_CLEARED: option} for id_ in told})

    def _persons_elsewhere(self, lines: Sequence[FamilyLine]) -> dict[str, list[Bearer]]:
        """Who has a person's number already, by number."""
        people = (person for line in lines for person in (line.head, *line.family.members))
        numbers = {person.number for person in people if person.number}
        return bearers_of(self._job, self._table.system, PERSON, numbers) if numbers else {}

    def _follow(
        self, line: FamilyLine, members: dict[UUID, list[KnownMember]], others: dict[str, list[Bearer]]
    ) -> None:
        """The household's numbers and members as the list has them; what it says otherwise is noted."""
        family, household = line.family, line.household
        assert household is not None
        self._number(line, HOUSEHOLD, family.number)
        self._number(line, PERSON, line.head.number)
        unmatched = list(members.get(household, ()))
        by_number = {one.number: one for one in unmatched if one.number}
        changes: list[str] = []
        self._describe_head(household, line.head, changes)
        for person in family.members:
            known = by_number.get(person.number) if person.number else None
            known = known or _same_person(person, unmatched)
            if known is None:
                self._add(household, person)
            else:
                unmatched.remove(known)
                self._update(household, person, known, changes)
        for person in (line.head, *family.members):
            for bearer in others.get(person.number, ()):
                if bearer.household != household and not bearer.closed:
                    line.notes.append(("M33", sentence("M33", name=person.name, other=bearer.label)))
        if changes:
            told = "；".join(changes[:_NAMED]) + (" 等" if len(changes) > _NAMED else "")
            line.notes.append(("M32", sentence("M32", name=line.head.name, changes=told)))
        listed, known_class = family.household_class, line.known.household_class if line.known else None
        if listed and known_class and listed != known_class:
            labels = {entry.name: entry.label for entry in self._work.pack.classes}
            words = {"listed": labels[listed], "known": labels.get(known_class, known_class)}
            line.notes.append(("M31", sentence("M31", name=line.head.name, **words)))

    def _number(self, line: FamilyLine, kind: str, number: str) -> None:
        household = line.household
        assert household is not None
        known = by_system(self._matcher.numbers, household, kind)
        if number and number not in known:
            if known and kind == PERSON:
                told = {"name": line.head.name, "known": "、".join(sorted(known)), "read": number}
                line.notes.append(("M34", sentence("M34", **told)))
                return
            self._writes.numbers.append(NewNumber(household, None, self._table.system, kind, number))
            self._matcher.numbers.setdefault((household, kind), set()).add(number)

    def _add(self, household: UUID, person: Person) -> None:
        id_ = new_id()
        self._writes.members.append(NewMember(id_, household, person.name, person.relation, _details(person)))
        self._number_of(household, id_, person)

    def _number_of(self, household: UUID, member: UUID, person: Person) -> None:
        if person.number:
            self._writes.numbers.append(
                NewNumber(household, member, self._table.system, PERSON, person.number)
            )

    def _update(self, household: UUID, person: Person, known: KnownMember, changes: list[str]) -> None:
        """What the list says of a member whom the register has; one who left stays as they are."""
        if known.gone:
            return
        said = (person.name, person.relation, *_details(person))
        values = tuple(new or old for new, old in zip(said, known.values, strict=True))
        if name_key(person.name) == name_key(known.values[0]):
            values = (known.values[0], *values[1:])
        changes += _changes(known.values[0], _LABELS, known.values, values)
        if values != known.values:
            self._writes.rewritten.append((known.id, values))
            self._memory.trace.members.setdefault(str(known.id), [*known.values, *known.origin])
        if not known.number:
            self._number_of(household, known.id, person)

    def _describe_head(self, household: UUID, head: Person, changes: list[str]) -> None:
        """What the list says of the head, over what is known of them."""
        known = self._heads.get(household)
        before = known.values if known else ("",) * len(_details(head))
        values = tuple(new or old for new, old in zip(_details(head), before, strict=True))
        if values == before:
            return
        changes += _changes(head.name, _LABELS[-len(values) :], before, values)
        self._writes.heads.append((household, values))
        if known:
            self._memory.trace.members.setdefault(str(household), [*before, *known.origin])

    def _account(self, line: FamilyLine, *, created: bool, changed: bool) -> None:
        result = self._job.result
        assert line.household is not None
        self._memory.persons[line.household] = _content(line.family), self._address(line)
        doubts = [(doubt.code, doubt.cell, doubt.sentence, doubt.read) for doubt in line.family.doubts] + [
            (code, self._cell(line), text, line.head.name) for code, text in line.notes
        ]
        messages = [self._say("soft", *doubt) for doubt in doubts]
        result.messages += messages
        if created or changed:
            result.accepted += 1
            result.created += created
            result.warned += bool(messages)
        else:
            result.unchanged += 1
        status = "created" if created else "stored" if changed else "unchanged"
        self._plan(line, status, [message.message for message in messages])

    def _say(self, severity: Severity, code: str, cell: str, text: str, read: str) -> Message:
        return Message(code, severity, text, self._table.file, self._table.sheet, cell, read)

    def _plan(self, line: FamilyLine, status: str, messages: Sequence[str] = ()) -> None:
        _plan(self._job, self._table, line.family, status, messages)


def refuse_family(
    job: Job, table: PersonTable, family: Family, village: str, told: tuple[str, str] | None = None
) -> None:
    """Refuse a household for its faults, or for what else is told: (code, sentence). All its rows are handed back."""
    row = family.head.row if family.head else family.rows[0]
    cell = f"{table.cells['name']}{row}"
    messages = []
    for fault in family.faults:
        text = f"{table.sheet} {fault.cell}：{fault.sentence}"
        messages.append(Message(fault.code, "hard", text, table.file, table.sheet, fault.cell, fault.read))
    if told is not None:
        text = f"{table.sheet} {cell}：{told[1]}"
        name = family.head.name if family.head else ""
        messages.append(Message(told[0], "hard", text, table.file, table.sheet, cell, name))
    result = job.result
    result.messages += messages
    refused = Refused(
        table.file,
        table.sheet,
        table.form,
        row,
        village,
        tuple(messages),
        table.cells,
        family.group,
        family.rows,
    )
    result.refuse(refused)
    _plan(job, table, family, "refused", [message.message for message in messages])


def _plan(job: Job, table: PersonTable, family: Family, status: str, messages: Sequence[str]) -> None:
    result = job.result
    if result.wants_plan and len(result.plan) < _PLAN_LIMIT:
        head = family.head
        plan: dict[str, Any] = {
            "file": table.file, "sheet": table.sheet, "row": head.row if head else family.rows[0], "form": table.form,
            "group": family.group, "head": head.name if head else "", "status": status, "messages": list(messages),
            "changes": [],
        }  # fmt: skip
        result.plan.append(plan)


def cleared_option(pack: Pack) -> int | None:
    """The answer 是 of the question whose earlier answer the fact is; None where the pack has no such fact."""
    fact = next((fact for fact in pack.facts if fact.name == _CLEARED and fact.of), None)
    options = pack.questions[fact.of].options if fact is not None and fact.of else ()
    return next((option.number for option in options if option.label == "是"), None)


def _changes(name: str, labels: Sequence[str], before: Sequence[str], now: Sequence[str]) -> list[str]:
    return [
        f"{name}的{label}由“{old}”改为“{new}”"
        for label, old, new in zip(labels, before, now, strict=True)
        if old and old != new
    ]


def _details(person: Person) -> tuple[str, str, str, str]:
    return person.health, person.labour, person.work, person.school


def _content(family: Family) -> object:
    """What a household says, wherever its rows stand."""
    people = (family.head, *family.members) if family.head else family.members
    told = frozenset((p.name, p.relation, p.number, *_details(p)) for p in people)
    return family.number, family.group, family.household_class, family.cleared, told


def _same_person(person: Person, members: Sequence[KnownMember]) -> KnownMember | None:
    """The one member of the name whom no other number and no other relation sets apart."""
    found = [
        one for one in members
        if name_key(one.values[0]) == name_key(person.name)
        and not (one.number and person.number and one.number != person.number)
        and ("" in (one.values[1], person.relation) or one.values[1] == person.relation)
    ]  # fmt: skip
    return found[0] if len(found) == 1 else None
