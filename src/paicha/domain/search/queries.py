"""Households that answer what somebody typed, each with why.

What holds: nobody is told of a household outside the scope, nor by a phone that isn't shown in full to them; who looks
in one town or less also finds names that sound alike, and where nothing else answers names one character different;
where the terms of a village are old, they are made anew first (`_AT_ONCE` of them, the others are counted).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection
from django.db.models import Q

from paicha.core.keys import parse_number
from paicha.core.normalise import MOBILE
from paicha.domain.accounts.policies import Scope
from paicha.domain.accounts.roles import Verb
from paicha.domain.households.models import ForeignNumber, Household, Register
from paicha.domain.search.hits import Hit, Numbers, Whose, hits
from paicha.domain.search.models import SearchTerm
from paicha.domain.search.reach import Reach, reach
from paicha.domain.search.services import refresh
from paicha.domain.search.terms import How, Kind, Sought, as_bytes, beginning, phone_term

MOST = 200  # households that a search finds
OF_A_VILLAGE = 5000  # the same where it looks into one village: as good as all
_NEAR = 5000  # names of a town that are compared character by character
_AT_ONCE = 20  # villages that are made anew before a search
_NUMBER = 8  # digits of a household's number, at the least
_TABLE = SearchTerm._meta.db_table

Arm = tuple[int, bytes, bytes]  # kind, and [low, high) of the terms


@dataclass(frozen=True, slots=True)
class Search:
    """What a search brought. `more`: there are others; `waiting`: villages whose register changed and that were not
    looked at as they are now; `near`: whether names that are nearly the same were looked for; `where`: and where."""

    sought: Sought
    hits: Sequence[Hit] = ()
    more: bool = False
    waiting: int = 0
    near: bool = False
    where: Reach = field(default_factory=Reach)

    @property
    def households(self) -> list[UUID]:
        """Ids of what was found."""
        return [hit.household.pk for hit in self.hits]

    @property
    def only(self) -> Household | None:
        """The household that a number names, where it is one."""
        if len(self.hits) == 1 and self.hits[0].whose in (Whose.NUMBER, Whose.FOREIGN):
            return self.hits[0].household
        return None


def find(scope: Scope, text: str, within: str = "", *, most: int = MOST) -> Search:
    """Households of the scope, at the most of the area `within` (12 digits), that answer a text; the best first, `most`
    of them."""
    sought = Sought.of(text)
    where = reach(scope, within=within)
    if not where or not sought.key:
        return Search(sought)
    refresh(where.old[:_AT_ONCE])
    near = sought.is_name and len(where.every_town) == 1
    phones = _phones(scope, where, within)
    numbers = _numbers(sought)
    listed = [numbers.own] if numbers.own else []
    if not sought.is_short:
        listed += _by_terms(where, _arms(sought, near), most)
        if sought.is_number and phones:
            listed += _by_terms(phones, [(int(Kind.PHONE), *beginning(phone_term(sought.digits)))], most)
        if near and not listed and len(sought.key) > 1:
            listed += _one_apart(where, sought, most)
    found = hits(sought, where, phones, numbers, listed)
    return Search(sought, found[:most], len(found) > most, max(len(where.old) - _AT_ONCE, 0), near, where)


def _phones(scope: Scope, where: Reach, within: str) -> Reach:
    """Where phones are shown in full to whoever looks: there a phone leads to its household."""
    verb = Verb.UNMASK_PHONES
    if all(verb in grant.verbs for grant in scope.grants if Verb.READ_HOUSEHOLDS in grant.verbs):
        return where
    return reach(scope, verb, within)


def _numbers(sought: Sought) -> Numbers:
    """Households that the text numbers: by our number, the register's tag left out or not, or by another system's."""
    if not any(char.isdecimal() for char in sought.key):
        return Numbers()
    own = None
    if len(sought.key) >= _NUMBER and not MOBILE.fullmatch(sought.digits):
        tag = Register.objects.values_list("tag", flat=True).first() or ""
        own = parse_number(sought.text, tag) or parse_number(sought.text)
        if own is None and sought.is_number:
            own = parse_number(f"{tag}-{sought.digits}", tag)
    rows = ForeignNumber.objects.filter(Q(member=None) | Q(member__left_at=None))
    known = rows.filter(number__in={sought.text, sought.key}).values_list("household_id", "system", "number")
    return Numbers(own, {household: f"{system} {number}" for household, system, number in known[: MOST + 1]})


def _arms(sought: Sought, near: bool) -> list[Arm]:
    """The ranges of terms that a text asks for."""
    if sought.letters:
        return [(int(kind), *beginning(sought.letters)) for kind in (Kind.INITIALS, Kind.SOUND)]
    if not sought.is_name:
        return []
    begun = [(int(kind), *beginning(sought.key)) for kind in (Kind.NAME, Kind.REST)]
    alike = [_exactly(Kind.SOUND, sound) for sound in sought.sounds]
    return [_exactly(Kind.NAME, sought.key), *begun, *(alike if near else [])]


def _exactly(kind: Kind, text: str) -> Arm:
    return int(kind), as_bytes(text), as_bytes(text) + b"\x00"


def _by_terms(where: Reach, arms: Sequence[Arm], most: int) -> list[int]:
    """Numbers of households whose terms lie in one of the ranges; of each range at the most one more than `most`."""
    return [number for number, _ in _read(where, arms, most + 1)]


def _one_apart(where: Reach, sought: Sought, most: int) -> list[int]:
    """Numbers of households with a name one character different: of the same first character, or another one."""
    key = sought.key
    same = _read(where, [(int(Kind.NAME), *beginning(key[0]))], _NEAR)
    found = [number for number, name in same if sought.likeness(name) == How.APART]
    other = [_exactly(Kind.REST, key[1:]), _exactly(Kind.REST, key), _exactly(Kind.NAME, key[1:])]
    return found + _by_terms(where, other, most)


def _read(where: Reach, arms: Sequence[Arm], at_most: int) -> list[tuple[int, str]]:
    """(number, term) of terms in one of the ranges where somebody may look, `at_most` of each range; one query."""
    if not arms:
        return []
    towns = where.every_town
    inside, places = f"town IN ({_marks(towns)})", list(towns)
    if where.villages:
        seen = f"village IN ({_marks(where.villages)})"
        inside += f" AND ({seen} OR town IN ({_marks(where.towns)}))" if where.towns else f" AND {seen}"
        places += [*where.villages, *where.towns]
    arm = (
        f"SELECT * FROM (SELECT number, term FROM {_TABLE} WHERE {inside} AND kind = %s AND term >= %s"
        f" AND term < %s LIMIT {at_most}) AS arm"
    )
    values: list[int | bytes] = []
    for kind, low, high in arms:
        values += [*places, kind, low, high]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([arm] * len(arms)), values)
        return [(number, bytes(term).decode()) for number, term in cursor.fetchall()]


def _marks(values: Collection[int]) -> str:
    return ", ".join(["%s"] * len(values))
