"""Which household a row is: by its key, else by name with the phone, else by name and group; over the whole upload.

What holds (contract, import; forms.md, Traps): a key is never believed alone; a key of this register that is no open
household of the village is refused with both places; a household is found by the names of its heads before, too, but
who bears a name now goes first; rows that only a name tells are decided together, so that their order plays no part;
a row that matches none but nearly matches one that no row of the upload matches is refused with the candidates named,
where the village had households before; else it is a new household.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from paicha.core.catalogue import sentence
from paicha.core.keys import parse_number
from paicha.core.normalise import name_key
from paicha.domain.households.matching import Heads, nearly_named, same_group
from paicha.domain.households.queries import UNGROUPED
from paicha.domain.intake.known_households import KnownHousehold, load_known

BY_KEY, BY_PHONE, UNSURE = 0, 1, 2  # who claims first, whatever the order of rows


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A household of this register that is no open one of the sheet's village.

    `village`: its code; `place` and `head`: its village's name and its head's, '' where the reader may not see it.
    """

    village: str
    place: str
    head: str
    closed: bool  # of the sheet's own village, and closed

    @property
    def label(self) -> str:
        """高家堡镇桑树渠村“郝某”户."""
        return f"{self.place}“{self.head}”户" if self.head else self.place


@dataclass(slots=True)
class Asked:
    """A row that asks which household it is. `address` tells people where it stands."""

    key: str | None
    group: str
    head: str
    phone: str
    address: str


@dataclass(slots=True)
class Match:
    """The answer: a household, a new one (`household` None and no code), or a refusal with its sentence."""

    household: UUID | None = None
    code: str = ""
    sentence: str = ""
    candidates: str = ""  # the households that it may be, in words
    notes: list[tuple[str, str]] = field(default_factory=list)  # (code, sentence)
    through: int = 0  # the key is that of a household merged into this one: its number


class Register:
    """A village's households, and which of them the rows of this upload have claimed so far."""

    def __init__(self, households: Iterable[KnownHousehold], tag: str, place: str = "") -> None:
        self._tag = tag
        self.place = place
        self._numbers: dict[str, int | None] = {}  # what each key reads
        self._elsewhere: dict[int, Elsewhere] = {}
        self._foreign: dict[str, list[UUID]] = {}  # number of another system → households of the village
        self._by_id: dict[UUID, KnownHousehold] = {}
        self._by_number: dict[int, KnownHousehold] = {}
        self._heads: Heads[KnownHousehold] = Heads()
        self._closed: Heads[KnownHousehold] = Heads()
        self._gone: Heads[KnownHousehold] = Heads()  # to another village
        self._gone_numbers: dict[int, KnownHousehold] = {}
        self._claims: dict[UUID, list[Asked]] = defaultdict(list)
        self._doubted: set[UUID] = set()  # that a refused row is, or by its words may be
        self.had_households = False
        for known in households:
            self.add(known)
            self.had_households = True

    def add(self, known: KnownHousehold) -> None:
        """A household that exists now, also one that this upload made. One closed or gone is only asked about."""
        if known.gone:
            self._gone_numbers[known.number] = known
            self._gone.add(known, known.former)
            return
        (self._closed if known.closed else self._heads).add(known, known.former, known.phones)
        if not known.closed:
            self._by_id[known.id] = self._by_number[known.number] = known
            self._by_number |= dict.fromkeys(known.numbers, known)

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be found here: no open household, none that this upload made."""
        return not self._by_id

    def refresh(self, households: Iterable[KnownHousehold]) -> None:
        """Whoever was added since; `had_households` stays as it was before the upload."""
        for known in households:
            if known.number not in self._by_number and not known.closed:
                self.add(known)

    def claim_for(self, household: UUID, asked: Asked) -> None:
        """A row of the upload is this household's."""
        self._claims[household].append(asked)

    def number(self, key: str | None) -> int | None:
        """The household's number that a key of this register carries; None for none and for a foreign number."""
        if not key:
            return None
        if key not in self._numbers:
            self._numbers[key] = parse_number(key, self._tag)
        return self._numbers[key]

    def unknown_numbers(self, keys: Iterable[str | None]) -> set[int]:
        """Numbers of this register among keys that no household known so far has: to be traced (`learn`)."""
        read = {self.number(key) for key in keys}
        read -= self._gone_numbers.keys()
        return {number for number in read if number and number not in self._by_number}

    def learn(self, elsewhere: Mapping[int, Elsewhere]) -> None:
        """Households that keys of the upload name and that are no open ones of this village, by number."""
        self._elsewhere.update(elsewhere)

    def foreign_keys(self, keys: Iterable[str | None]) -> set[str]:
        """Keys that are no number of this register: another system's, perhaps."""
        return {foreign_number(key) for key in keys if key and self.number(key) is None}

    def learn_foreign(self, found: Mapping[str, list[UUID]]) -> None:
        """Households of the village by another system's number (`foreign_keys`)."""
        self._foreign.update(found)

    def learn_number(self, number: str, household: UUID) -> bool:
        """A household's number of another system; whether it is new."""
        known = self._foreign.setdefault(number, [])
        if household in known:
            return False
        known.append(household)
        return True

    def elsewhere(self, asked: Asked) -> Elsewhere | None:
        """Whose key the row carries, where it is no open household of this village."""
        number = self.number(asked.key)
        return None if number is None or number in self._by_number else self._elsewhere.get(number)

    def rank(self, asked: Asked) -> int:
        """How surely the row tells its household: by a key of this register, an exact phone and name, or not."""
        number = self.number(asked.key)
        if number in self._by_number or number in self._elsewhere or number in self._gone_numbers:
            return BY_KEY
        if asked.key and self._by_foreign(asked) is not None:
            return BY_KEY
        return BY_PHONE if self._by_exact_phone(asked) else UNSURE

    def likely(self, asked: Asked) -> KnownHousehold | None:
        """The household that a row names by key and name, else the only one of its name, whatever its phone; nothing
        is claimed."""
        known = self._by_number.get(self.number(asked.key) or 0)
        if known is not None and known in self._heads.bearers(asked.head):
            return known
        return self._by_words(replace(asked, phone=""), Match())

    def match(self, asked: Asked) -> Match:
        """Find one row's household, by itself and what others have claimed. Near misses are judged later (`near`)."""
        match = Match()
        known = self._by_key(asked, match) if asked.key else None
        if match.code:
            return match
        if known is None:
            known = self._by_words(asked, match)
        if known is not None:
            match.household = known.id
        return match

    def claim(self, asked: Asked, *, refused: bool = False) -> Match:
        """Find one row's household and claim it; `refused`: the row itself won't go in."""
        match = self.match(asked)
        if match.household is not None:
            self.claim_for(match.household, asked)
            if refused:
                self._doubted.add(match.household)
        elif match.code:  # its key is not its own: whom its words name is another question
            bearers = self._heads.bearers(asked.head)
            self._doubted |= {known.id for known in bearers if _same_group(asked, known)}
            self._doubted |= {known.id for known in self._by_exact_phone(asked)}
        return match

    def match_together(self, rows: Sequence[Asked]) -> list[Match]:
        """Find the households of rows that neither key nor phone tells, all at once, and claim them.

        Where rows with different phones would be the same household, or a refused row may be it, nothing tells which of
        them it is: all are refused with it as the candidate.
        """
        matches = [self.match(asked) for asked in rows]
        sharing: dict[UUID, list[int]] = defaultdict(list)
        for index, match in enumerate(matches):
            if match.household is not None and (
                match.household not in self._claims or match.household in self._doubted
            ):
                sharing[match.household].append(index)
        strays: dict[str, list[int]] = defaultdict(list)  # rows that matched none, by name
        for index, match in enumerate(matches):
            if match.household is None and not match.code:
                strays[name_key(rows[index].head)].append(index)
        for household, places in sharing.items():
            known = self._by_id[household]
            named = [i for name in {known.head, *known.former} for i in strays.get(name_key(name), ())]
            if not self._is_shared(known, [rows[i] for i in places], beside=bool(named)):
                continue
            for index in (*places, *named):
                matches[index] = self._unclear("M16", rows[index], [known])
                self.claim_for(household, rows[index])
        for asked, match in zip(rows, matches, strict=True):
            if match.household is not None:
                self.claim_for(match.household, asked)
        return matches

    def _is_shared(self, known: KnownHousehold, rows: Sequence[Asked], *, beside: bool) -> bool:
        """Whether several families may stand behind the rows of a household; `beside`: the name stands in another
        group, too, where these rows' own words are not quite the household's."""
        if known.id in self._doubted or len({row.phone for row in rows} - {""}) > 1:
            return True
        return beside and any(
            row.group != known.group or (row.phone and known.phone and row.phone != known.phone)
            for row in rows
        )

    def _unclear(self, code: str, asked: Asked, candidates: Sequence[KnownHousehold]) -> Match:
        listed = sorted(candidates, key=lambda known: known.number)[:4]
        names = "、".join(self.label(known) for known in listed)
        return Match(code=code, sentence=sentence(code, name=asked.head, candidates=names), candidates=names)

    def _by_key(self, asked: Asked, match: Match) -> KnownHousehold | None:
        number, elsewhere = self.number(asked.key), self.elsewhere(asked)
        known = self._by_number.get(number) if number else None
        if number in self._gone_numbers:
            self._tell_gone(match, asked, self._gone_numbers[number])
            return None
        if elsewhere is not None:
            match.code = "M13" if elsewhere.closed else "M12"
            words = {
                "key": asked.key,
                "other": elsewhere.label,
                "known": elsewhere.head,
                "village": self.place,
            }
            match.sentence = sentence(match.code, **words)
            return None
        if known is None:
            known = self._by_foreign(asked)
            if known is None:
                match.notes.append(("M05", sentence("M05", key=asked.key)))
            return known
        if known not in self._heads.bearers(asked.head):
            match.code = "M03"
            match.sentence = sentence("M03", known=known.head, name=asked.head)
            return None
        exact = self._by_exact_phone(asked)
        if exact and known not in exact:  # a namesake has the row's phone
            unclear = self._unclear("M02", asked, [known, *exact])
            match.code, match.sentence, match.candidates = unclear.code, unclear.sentence, unclear.candidates
            return None
        match.through = number if number and number != known.number else 0
        return known

    def _by_foreign(self, asked: Asked) -> KnownHousehold | None:
        """Whose number of another system the row carries, where the name is theirs, too."""
        households = self._foreign.get(foreign_number(asked.key or ""), ())
        bearers = self._heads.bearers(asked.head) if households else ()
        found = [self._by_id[id_] for id_ in households if id_ in self._by_id and self._by_id[id_] in bearers]
        return found[0] if len(found) == 1 else None

    def _tell_gone(self, match: Match, asked: Asked, known: KnownHousehold) -> None:
        """The row's household is no longer of this village: where it went is said, and nothing is written."""
        match.code, match.candidates = "M41", self.label(known)
        match.sentence = sentence("M41", name=asked.head, other=known.gone)

    def _by_exact_phone(self, asked: Asked) -> list[KnownHousehold]:
        """Who has the row's phone and bears or bore its name; one of its group rather than of another."""
        if not asked.phone:
            return []
        found = [k for k in self._heads.bearers(asked.head) if asked.phone in (k.phone, *k.phones)]
        return [k for k in found if k.group == asked.group] or found

    def _by_words(self, asked: Asked, match: Match) -> KnownHousehold | None:
        """By name and exact phone; else the only household of the name that no other row has claimed."""
        bearers = self._heads.bearers(asked.head)
        found = self._by_exact_phone(asked)
        if not found:
            found = [k for k in bearers if asked.phone in self._claimed_phones(k)]  # the same row once more
        if not found:
            found = [k for k in bearers if _same_group(asked, k)]
            found = [k for k in found if k.group == asked.group] or found
            namesakes = len({name_key(k.head) == name_key(asked.head) for k in found}) > 1
            free = [k for k in found if k.id not in self._claims]
            if free and not namesakes:
                found = free
            elif not free and all(self._is_another(k, asked) for k in found):
                found = []
        code = "M02" if len(found) > 1 else "M17" if found and self._bore_it(found[0], asked) else ""
        if code:
            unclear = self._unclear(code, asked, found)
            match.code, match.sentence, match.candidates = unclear.code, unclear.sentence, unclear.candidates
            return None
        return found[0] if found else None

    def _bore_it(self, known: KnownHousehold, asked: Asked) -> bool:
        """A household of a name of before, and the phone is another: it may be a family that has the name now."""
        before = name_key(known.head) != name_key(asked.head)
        return before and self._is_another(known, asked)

    def _is_another(self, known: KnownHousehold, asked: Asked) -> bool:
        """Two families of one name: this household has its row, and the phones tell."""
        if known.id in self._doubted:
            return False
        phones = {known.phone, *known.phones, *self._claimed_phones(known)} - {""}
        return bool(asked.phone and phones) and asked.phone not in phones

    def _claimed_phones(self, known: KnownHousehold) -> set[str]:
        return {claim.phone for claim in self._claims.get(known.id, ())} - {""}

    def near(self, asked: Asked) -> Match:
        """For a row that matched none: refused where one that no row claimed is nearly it, else new."""
        if not self.had_households:
            return Match()
        bearers, candidates = self._heads.bearers(asked.head), self._candidates(asked)
        close = [known for known in candidates if known.id not in self._claims]
        if close:
            return self._unclear("M17" if any(known in bearers for known in close) else "M01", asked, close)
        suspect = [known for known in candidates if self._is_suspect(known, asked)]
        if suspect:
            return self._unclear("M17", asked, bearers) if bearers else self._unclear("M01", asked, suspect)
        gone = [known for known in self._gone.bearers(asked.head) if self._may_be(asked, known)]
        if gone:
            match = Match()
            self._tell_gone(match, asked, gone[0])
            return match
        closed = [known for known in self._closed.bearers(asked.head) if self._may_be(asked, known)]
        if closed:
            return self._unclear("M18", asked, closed)
        return Match(notes=[("M07", sentence("M07", name=asked.head))])

    @staticmethod
    def _may_be(asked: Asked, known: KnownHousehold) -> bool:
        """Whether the phone is the same, or the group doesn't tell the two apart."""
        return bool(asked.phone and asked.phone in (known.phone, *known.phones)) or _same_group(asked, known)

    def _is_suspect(self, known: KnownHousehold, asked: Asked) -> bool:
        """Hardly another family, though the household has its row: the same phone, and a name one character apart or
        one that the village has."""
        if not asked.phone or asked.phone not in {known.phone, *known.phones, *self._claimed_phones(known)}:
            return False
        bearers = self._heads.bearers(asked.head)
        return bool(bearers) or nearly_named(asked.head, (known.head, *known.former))

    def _candidates(self, asked: Asked) -> list[KnownHousehold]:
        """Whose very name, in another group, or phone the row has; who of its group is one character apart."""
        near = self._heads.near(asked.head, asked.group, asked.phone)
        return list({known.id: known for known in (*self._heads.bearers(asked.head), *near)}.values())

    @staticmethod
    def label(known: KnownHousehold) -> str:
        """What a household is called in sentences: 郝某（2组，电话尾号0001）."""
        group = f"{known.group}组" if known.group.isdigit() else known.group
        tail = f"，电话尾号{known.phone[-4:]}" if known.phone else ""
        return f"{known.head}（{group or UNGROUPED}{tail}）"


def _same_group(asked: Asked, known: KnownHousehold) -> bool:
    """Whether the groups don't tell the two apart; also that where the household stood before."""
    return same_group(asked.group, known.group) or asked.group in known.groups


def register_of(village_id: int, tag: str, place: str = "") -> Register:
    """The register of a village, from the database; `place`: what the village is called in sentences."""
    return Register(load_known(village_id), tag, place)


def foreign_number(text: str) -> str:
    """Another system's number, spelt one way: no blanks, capitals."""
    return "".join(text.split()).upper()
