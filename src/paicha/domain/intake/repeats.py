"""The same household several times in one upload: which row stands, whatever their order.

What holds (contract, import): equal rows count once and the others are unchanged; of different ones the one that a key
tells stands before the one that a name tells; between rows as sure as each other the one that says what is in force
already stands, or that is on the household's own form, else none does; what doesn't stand is refused with both
addresses. Files are taken in as they come: of different rows in two files the first file's stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from paicha.core.catalogue import sentence
from paicha.core.normalise import name_key
from paicha.domain.intake.lines import Line, plan_row, refuse, say
from paicha.domain.intake.memory import VillageMemory
from paicha.domain.intake.result import ImportResult
from paicha.domain.responses.answers.in_force import load_stored
from paicha.domain.responses.services import VillageWork


def without_repeats(
    work: VillageWork, lines: Sequence[Line], memory: VillageMemory, result: ImportResult
) -> list[Line]:
    """Rows to go on with, in their order: one a household. V20 counts each household once."""
    together: dict[object, list[Line]] = defaultdict(list)
    families = _families([line for line in lines if line.household is None])
    for line in lines:
        who = line.household or families[id(line)]
        if isinstance(who, Line):  # one of several families of its name
            _contradict(work, line, who, result)
        else:
            together[who].append(line)
    fresh = {who: same for who, same in together.items() if who not in memory.seen}
    standing = _standing(work, fresh)
    keep = set()
    for who, same in together.items():
        counted = memory.seen.get(who)
        first = standing.get(who) if who in fresh else counted
        if who in fresh:
            counted = memory.seen[who] = first or same[0]
            if first is not None:
                keep.add(id(first))
            else:
                memory.contested.add(who)
        for line in same:
            if line is not counted:
                memory.read_counts[line.table.form] -= line.counts
            if id(line) in keep:
                continue
            if first is not None and who not in memory.contested and first.content == line.content:
                result.unchanged += 1
                plan_row(result, line, "unchanged")
            else:
                differs = next((one for one in same if one.content != line.content), same[0])
                _contradict(work, line, first or differs, result)
    return [line for line in lines if id(line) in keep]


def _contradict(work: VillageWork, line: Line, other: Line, result: ImportResult) -> None:
    words = {"name": line.asked.head, "first": other.asked.address, "second": line.asked.address}
    code = work.pack.id_of("one_form", "M06")
    refuse(line, work, result, [say(line, work.pack.roles.head, code, "hard", sentence("M06", **words))])


def _standing(work: VillageWork, together: Mapping[object, Sequence[Line]]) -> dict[object, Line]:
    """The row of each household that stands; none where rows as sure as each other contradict."""
    found: dict[object, Line] = {}
    contested: dict[object, list[Line]] = {}
    for who, same in together.items():
        rank = min(line.rank for line in same)
        surest = [line for line in same if line.rank == rank]
        if len({line.content for line in surest}) == 1:
            found[who] = surest[0]
        else:
            contested[who] = surest
    known = {line.household for surest in contested.values() for line in surest if line.household}
    stored = load_stored(work, known)
    for who, surest in contested.items():
        old = stored.get(surest[0].household) if surest[0].household else None
        if old is None:
            continue
        on_form = [line for line in surest if line.table.form == old.form]
        in_force = [line for line in on_form if old.number and line.text == old.answers]
        if in_force or len({line.text for line in on_form}) == 1:
            found[who] = (in_force or on_form)[0]
    return found


def _families(lines: Sequence[Line]) -> dict[int, object]:
    """Whom each row of a new household means: a name with a phone, or where no row of it has one, with a group.

    A row without a phone is the only family of its name that its group allows; where there are several, a row of one
    of them is given instead.
    """
    found: dict[int, object] = {}
    named: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        named[name_key(line.asked.head)].append(line)
    for name, same in named.items():
        kinds: dict[object, set[str]] = defaultdict(set)  # family → its groups
        rows: dict[object, Line] = {}
        for line in sorted(same, key=lambda line: (not line.asked.phone, not line.asked.group)):
            group, phone = line.asked.group, line.asked.phone
            fits: list[object] = [(name, phone)] if phone else [
                kind for kind, groups in kinds.items() if not group or group in groups or "" in groups
            ]  # fmt: skip
            kind = fits[0] if fits else (name, "", group)
            if len(fits) > 1:
                found[id(line)] = rows[kind]
                continue
            kinds[kind].add(group)
            found[id(line)] = kind
            rows.setdefault(kind, line)
    return found
