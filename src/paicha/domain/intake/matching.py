"""Which household a row is: by its key, else by group and name with the phone to break ties.

What holds (contract, import; forms.md, Traps): a key is never believed alone; a row that matches none but
nearly matches one that no row of the upload matches is refused with the candidates named, where the village
had households before; else it is a new household.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from paicha.core.catalogue import sentence
from paicha.core.keys import parse_number
from paicha.core.normalise import name_key, one_apart
from paicha.domain.households.models import Household


@dataclass(frozen=True, slots=True)
class Known:
    """A household of the register, as matching sees it."""

    id: UUID
    number: int
    group: str
    head: str
    phone: str
    household_class: str


@dataclass(frozen=True, slots=True)
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


def load_register(village_id: int) -> list[Known]:
    """Open households of a village."""
    rows = Household.objects.filter(village_id=village_id, closed_at__isnull=True).values_list(
        "id", "number", "group", "head_name", "phone", "household_class"
    )
    return [Known(*row) for row in rows]


class Register:
    """A village's households, and which of them the rows of this upload have claimed so far."""

    def __init__(self, households: Iterable[Known], tag: str) -> None:
        self._tag = tag
        self._by_number: dict[int, Known] = {}
        self._by_name: dict[str, list[Known]] = defaultdict(list)
        self._by_phone: dict[str, list[Known]] = defaultdict(list)
        self._all: list[Known] = []
        self.had_households = False
        self.keys_used: dict[int, str] = {}
        self.claimed: dict[UUID, str] = {}
        for known in households:
            self.add(known)
            self.had_households = True

    def add(self, known: Known) -> None:
        """A household that exists now, also one that this upload made."""
        self._by_number[known.number] = known
        self._by_name[name_key(known.head)].append(known)
        if known.phone:
            self._by_phone[known.phone].append(known)
        self._all.append(known)

    def refresh(self, households: Iterable[Known]) -> None:
        """Whoever was added since; `had_households` stays as it was before the upload."""
        for known in households:
            if known.number not in self._by_number:
                self.add(known)

    def match(self, asked: Asked) -> Match:
        """Find one row's household. Near misses are judged later (`near`), when all rows have claimed theirs."""
        match = Match()
        if asked.key:
            known = self._by_key(asked, match)
            if match.code:
                return match
            if known is not None:
                match.household = known.id
                self.claimed.setdefault(known.id, asked.address)
                return match
        found = self._by_words(asked)
        if len(found) == 1 and self._is_another(found[0], asked):
            found = []
        if len(found) > 1:
            names = "、".join(self._label(known) for known in found)
            match.code, match.sentence = "M02", sentence("M02", name=asked.head, candidates=names)
            match.candidates = names
        elif found:
            match.household = found[0].id
            self.claimed.setdefault(found[0].id, asked.address)
        return match

    def _by_key(self, asked: Asked, match: Match) -> Known | None:
        key = asked.key or ""
        number = parse_number(key, self._tag)
        known = self._by_number.get(number) if number else None
        if known is None or number is None:
            match.notes.append(("M05", sentence("M05", key=key)))
            return None
        if name_key(known.head) != name_key(asked.head):
            match.code = "M03"
            match.sentence = sentence("M03", known=known.head, name=asked.head)
            return None
        if number in self.keys_used and self.keys_used[number] != asked.address:
            match.code, match.sentence = "M04", sentence("M04", key=key, other=self.keys_used[number])
            return None
        self.keys_used[number] = asked.address
        return known

    def _is_another(self, known: Known, asked: Asked) -> bool:
        """Two families of one name: the one household that is known by it has its row, and the phone tells."""
        taken = self.claimed.get(known.id, asked.address) != asked.address
        return taken and "" not in (known.phone, asked.phone) and known.phone != asked.phone

    def _by_words(self, asked: Asked) -> list[Known]:
        found = self._by_name.get(name_key(asked.head), [])
        if asked.group:
            found = [known for known in found if known.group in (asked.group, "")]
            exact = [known for known in found if known.group == asked.group]
            found = exact or found
        if len(found) > 1 and asked.phone:
            same = [known for known in found if known.phone == asked.phone]
            found = same or found
        return found

    def near(self, asked: Asked) -> Match:
        """For a row that matched none: refused where one that no row claimed is nearly it, else new."""
        if not self.had_households:
            return Match()
        close = [known for known in self._candidates(asked) if known.id not in self.claimed]
        if close:
            names = "、".join(self._label(known) for known in close[:4])
            said = sentence("M01", name=asked.head, candidates=names)
            return Match(code="M01", sentence=said, candidates=names)
        return Match(notes=[("M07", sentence("M07", name=asked.head))])

    def _candidates(self, asked: Asked) -> list[Known]:
        found = {known.id: known for known in self._by_phone.get(asked.phone, [])} if asked.phone else {}
        mine = name_key(asked.head)
        for known in self._all:
            same_group = known.group == asked.group or not asked.group or not known.group
            if same_group and one_apart(mine, name_key(known.head)):
                found[known.id] = known
        return list(found.values())

    @staticmethod
    def _label(known: Known) -> str:
        group = f"{known.group}组" if known.group.isdigit() else known.group
        tail = f"，电话尾号{known.phone[-4:]}" if known.phone else ""
        return f"{known.head}（{group or '未分组'}{tail}）"


def register_of(village_id: int, tag: str, households: Sequence[Known] | None = None) -> Register:
    """The register of a village, from the database unless given."""
    return Register(load_register(village_id) if households is None else households, tag)
