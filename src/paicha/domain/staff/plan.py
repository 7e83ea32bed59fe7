"""What a list of people would do: for each line an account, further work for one that there is, nothing, or why not.

What holds: the phone number is the account; the same number with another name is refused, in the list and against the
accounts; each fault names its cell; a line is judged by who asks (`may_give`), so that nobody gives out what lies
outside their own area or changes their own work. Five queries, however many lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from paicha.core import normalise
from paicha.core.catalogue import sentence
from paicha.core.identity import holds_identity
from paicha.core.refusal import Refusal
from paicha.domain import clock
from paicha.domain.accounts.models import Assignment, User
from paicha.domain.accounts.policies import Scope, code_prefix
from paicha.domain.accounts.queries import managed_assignments
from paicha.domain.accounts.roles import Kind, Role, Verb, role_named
from paicha.domain.areas.models import Group
from paicha.domain.rounds.models import Round, RoundArea
from paicha.domain.rounds.place_names import PlaceNames
from paicha.domain.staff.sheet import Line

NEW, MORE, SAME, REFUSED = "new", "more", "same", "refused"
_NAME = 60  # characters of a name that an account holds
_COUNTY_ROLES = ("city_officer", "auditor", "administrator")
_BETWEEN = re.compile(r"[、,，;；/\s]+")
_RANGE = re.compile(r"([0-9]{1,2})\s*(?:-|—|–|~|～|至|到)\s*([0-9]{1,2})组?")
Place = tuple[Kind, str]  # kind of an assignment, and its ref


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a line is refused: the cell, and the sentence."""

    cell: str
    words: str


@dataclass(slots=True)
class Person:
    """What a line comes to. `status`: NEW, MORE (work for an account that there is), SAME, REFUSED.

    `where` says the place in words; `places` are those of them that the person doesn't have yet.
    """

    line: Line
    name: str
    phone: str
    role: Role | None = None
    where: str = ""
    places: list[Place] = field(default_factory=list)
    until: date | None = None
    status: str = NEW
    faults: list[Fault] = field(default_factory=list)
    user: User | None = None

    def refuse(self, column: str, code: str, **words: object) -> None:
        """Note a fault of a cell."""
        self.faults.append(Fault(self.line.cell(column), sentence(code, **words)))
        self.status = REFUSED


def plan(by: Scope, round_: Round, lines: Sequence[Line]) -> list[Person]:
    """What each line would do if `by` confirmed it now; in the order of the list."""
    names = PlaceNames(RoundArea.objects.filter(round=round_).order_by("code"))
    people = [_person(line) for line in lines]
    villages = {}
    for person in people:
        area = _place(names, person)
        if area is not None:
            villages[person.line.row] = area
    groups = _groups(villages.values())
    for person in people:
        area = villages.get(person.line.row)
        if person.role is not None and area is not None:
            _give(by, names, person, area, groups.get(area.code, {}))
    _compare_within(people)
    _compare_with_accounts(by, people)
    return people


def may_give(by: Scope, code: str) -> bool:
    """Whether `by` manages accounts at an area's code, a prefix or whole."""
    return by.everywhere or any(code.startswith(prefix) for prefix in by.prefixes(Verb.MANAGE_ACCOUNTS))


def _person(line: Line) -> Person:
    """A line's name, phone, role and day, each as it is stored, or its fault."""
    person = Person(line, normalise.head_name(line.text("name")) or "", "")
    for column in ("name", "village", "town", "groups"):
        if holds_identity(line.text(column)):
            person.refuse(column, "G14", label="这一格")
    if not person.name:
        person.refuse("name", "G10", label="姓名")
    elif len(person.name) > _NAME:
        person.refuse("name", "G01", label="姓名", n=len(person.name), most=_NAME)
    number = normalise.phone(line.text("phone")) or ""
    if line.text("account"):  # of an account that there is, whatever its name
        person.phone = line.text("account")
    elif normalise.is_phone(number):
        person.phone = number
    else:
        person.refuse("phone", "W36", read=line.text("phone"))
    try:
        person.role = role_named(line.text("role"))
    except Refusal as refused:
        person.faults.append(Fault(line.cell("role"), str(refused)))
        person.status = REFUSED
    _read_until(person)
    return person


def _read_until(person: Person) -> None:
    text = normalise.fold(person.line.text("until")).strip()
    parts = re.fullmatch(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?(?: .*)?", text)
    if text:
        try:
            person.until = date(int(parts[1]), int(parts[2]), int(parts[3])) if parts else None
        except ValueError:
            person.until = None
        if person.until is None:
            person.refuse("until", "G03", label="做到哪天", read=text)
        elif person.until < clock.today():
            person.refuse("until", "W17")
    if person.role is not None and person.role.must_end and not text:
        person.refuse("until", "W16", title=person.role.title)


def _place(names: PlaceNames, person: Person) -> RoundArea | None:
    """The area that a line names: its village, else its town, else the county; None, with its fault, for none."""
    town_text, village_text = person.line.text("town"), person.line.text("village")
    town = names.town(town_text) if town_text else None
    county = next((area for area in names.areas if area.level == "county"), None)
    if town_text and town is None:
        if (
            county is not None
            and not village_text
            and town_text in (county.name, "全市", "全县", county.code)
        ):
            return county
        person.refuse("town", "W37", read=town_text)
        return None
    if not village_text:
        return town or _whole_county(person, county)
    found = names.read(village_text)
    below = names.narrow(found, town)
    if len(below) > 1:
        where = "、".join(names.label(area) for area in below)
        person.refuse("village", "W38", read=village_text, where=where)
        return None
    if not below:
        if found.town is not None and not found.name:
            return found.town
        near = "、".join(names.label(area) for area in names.near(village_text, town))
        person.refuse("village", "W39", read=village_text, near=f"像的有：{near}。" if near else "")
        return None
    if town is not None and below[0].parent_code != town.code:
        person.refuse("village", "W40", read=village_text, town=town.name, where=names.label(below[0]))
        return None
    return below[0]


def _whole_county(person: Person, county: RoundArea | None) -> RoundArea | None:
    """Nothing written under town and village means the county, for roles that are given over it alone."""
    role = person.role
    if role is not None and role.key in _COUNTY_ROLES:
        return county
    if role is not None:
        person.refuse("village", "W41", title=role.title)
    return None


def _groups(villages: Iterable[RoundArea]) -> dict[str, dict[str, str]]:
    """The groups of these villages: by the village's code, name → id."""
    found: dict[str, dict[str, str]] = {}
    wanted = {area.area_id for area in villages}
    rows = Group.objects.filter(village__in=wanted).order_by("pk").values_list("village__code", "name", "pk")
    for code, name, pk in rows:
        found.setdefault(code, {})[name] = str(pk)
    return found


def _give(by: Scope, names: PlaceNames, person: Person, area: RoundArea, groups: Mapping[str, str]) -> None:
    """Work out what the role is given over, and whether `by` may give it."""
    role, code = person.role, code_prefix(area.code)
    assert role is not None
    village = area.level not in ("county", "town")
    kind = Kind.VILLAGE if village else Kind.AREA
    person.where = names.label(area) if village else area.name
    if kind not in role.kinds and not (village and Kind.GROUP in role.kinds):
        person.refuse("role", "W42" if kind is Kind.AREA else "W43", title=role.title, place=person.where)
        return
    if not may_give(by, code):
        person.refuse("village" if village else "town", "W18", place=person.where)
        return
    wanted = _group_names(person.line.text("groups"))
    if not wanted:
        person.places = [(kind, code)]
        return
    if Kind.GROUP not in role.kinds:
        person.refuse("groups", "W44", title=role.title)
        return
    unknown = [name for name in wanted if name not in groups]
    if unknown:
        known = "、".join(groups) or "没有登记过组"
        person.refuse("groups", "W45", place=person.where, read="、".join(unknown), known=known)
        return
    person.places = [(Kind.GROUP, groups[name]) for name in wanted]
    person.where += " " + "、".join(f"{name}组" if name.isdecimal() else name for name in wanted)


def _group_names(text: str) -> list[str]:
    """'1、2组' → ['1', '2'], '1-3' → ['1', '2', '3'], each once, in order; '' and '全村' → []."""
    clean = normalise.fold(text).strip()
    if clean in ("", "全村", "全部", "所有"):
        return []
    found: list[str] = []
    for part in _BETWEEN.split(clean):
        span = _RANGE.fullmatch(part)
        if span and int(span[1]) <= int(span[2]):
            found += [str(number) for number in range(int(span[1]), int(span[2]) + 1)]
        elif name := normalise.group(part):
            found.append(name)
    return list(dict.fromkeys(found))


def _compare_within(people: Sequence[Person]) -> None:
    """One number is one person: refused where two names share it."""
    first: dict[str, Person] = {}
    for person in people:
        if not person.phone or not person.name:
            continue
        other = first.setdefault(person.phone, person)
        if normalise.name_key(other.name) != normalise.name_key(person.name):
            person.refuse("phone", "W46", phone=person.phone, other=other.name, cell=other.line.cell("phone"))


def _compare_with_accounts(by: Scope, people: Sequence[Person]) -> None:
    """Which lines are about an account that there is, and what of their places it has already."""
    numbers = {person.phone for person in people if person.phone}
    accounts = {user.username: user for user in User.objects.filter(username__in=numbers)}
    known = {user.pk for user in accounts.values()}
    every, today = Assignment.objects.filter(user__in=known), clock.today()
    elsewhere = set(every.exclude(pk__in=managed_assignments(by).values("pk")).values_list("user", flat=True))
    rows = every.filter(Q(until__isnull=True) | Q(until__gte=today), since__lte=today)
    held = {(row.user_id, row.role, row.kind, row.ref) for row in rows}
    seen: set[tuple[str, str, str, str]] = set()
    made: set[str] = set()
    for person in people:
        user = accounts.get(person.phone)
        if person.status == REFUSED or person.role is None:
            continue
        role, number = person.role.key, person.phone
        if user is not None:
            _judge_account(by, person, user, user.pk not in elsewhere)
            person.places = [p for p in person.places if (user.pk, role, *p) not in held]
        person.places = [p for p in person.places if (number, role, *p) not in seen]
        seen.update((number, role, *place) for place in person.places)
        if person.status != REFUSED and (user is not None or number in made):
            person.status = MORE if person.places else SAME
        elif person.status == NEW:
            made.add(number)


def _judge_account(by: Scope, person: Person, user: User, managed: bool) -> None:
    person.user = user
    if str(user.pk) == by.actor:
        person.refuse("phone", "W47")
    elif not managed:
        person.refuse("phone", "W48", phone=person.phone)
    elif normalise.name_key(user.name) != normalise.name_key(person.name):
        person.refuse("phone", "W49", phone=person.phone, name=user.name)
    elif not user.is_active:
        person.refuse("phone", "W50", phone=person.phone, name=user.name)
