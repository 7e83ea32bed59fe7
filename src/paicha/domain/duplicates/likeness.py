"""What makes two households alike: kept with their pair, said in words, and as marks by which a person's word stands.

What holds: marks name facts (whose names, which phone, which people and numbers), never how common they are or where
the households lie; a word stands as long as there is no mark that it was not given upon.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from hashlib import blake2b
from typing import Any


@dataclass(frozen=True, slots=True)
class Likeness:
    """One pair's evidence, as `comparison.compared` found it.

    `name`: same, reading, one, two or ''; `bearers`: heads in the register with the commoner of the two names;
    `phone`: same, other or ''; `sharing`: households that give the phone; `homes`, `persons`: 'system number'.
    """

    name: str
    bearers: int
    phone: str
    sharing: int
    members: tuple[str, ...]
    homes: tuple[str, ...]
    persons: tuple[str, ...]
    same_group: bool
    same_population: bool

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Likeness:
        """From a row of `compared`, or as `as_json` kept it."""
        lists = {key: tuple(row[key]) for key in ("members", "homes", "persons")}
        known: dict[str, Any] = {field.name: row[field.name] for field in fields(cls)} | lists
        return cls(**known)

    def as_json(self) -> dict[str, Any]:
        """As it is kept with its pair."""
        return {
            key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()
        }

    def alike(self) -> list[str]:
        """What makes them alike, the weightiest first, each a few words for the screen."""
        said = [f"{system}的户编号相同（{number}）" for system, number in map(_split, self.homes)]
        said += [f"{system}的人口编号相同（{number}）" for system, number in map(_split, self.persons)]
        name = {"same": "户主姓名相同", "reading": "户主姓名读音相同", "one": "户主姓名只差一个字"}
        if self.name:
            said.append(name.get(self.name, name["one"]) + _bearers(self))
        if self.phone == "same":
            said.append("电话相同" + (f"（共有{self.sharing}户填这个号码）" if self.sharing > 2 else ""))
        if self.members:
            said.append(f"两户里都有{'、'.join(self.members)}")
        if self.same_group:
            said.append("同组")
        if self.same_population:
            said.append("人口数相同")
        return said

    def against(self) -> list[str]:
        """What speaks against it."""
        said = [] if self.name else ["户主姓名不同"]
        return said + (["电话不同"] if self.phone == "other" else [])


def marks(likeness: Likeness, names: Iterable[str], phone: str) -> list[str]:
    """Digests of the facts that make two households alike, sorted; `names`: the heads', `phone`: what both give."""
    facts = [f"member {name}" for name in likeness.members]
    facts += [f"home {number}" for number in likeness.homes]
    facts += [f"person {number}" for number in likeness.persons]
    if likeness.name:
        facts.append(f"name {' '.join(sorted(names))}")
    if likeness.phone == "same":
        facts.append(f"phone {phone}")
    return sorted(blake2b(fact.encode(), digest_size=8).hexdigest() for fact in facts)


def _split(number: str) -> tuple[str, str]:
    system, _, rest = number.partition(" ")
    return system, rest


def _bearers(likeness: Likeness) -> str:
    return f"（共有{likeness.bearers}户叫这个名字）" if likeness.bearers > 2 else ""
