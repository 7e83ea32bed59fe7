"""What another system calls a household, kept from a roster and from forms 1-1 to 1-3.

What holds: a number is kept once a household, under 其他系统, for such a sheet does not say whose it is, with who
brought it and in which upload; a short one (a serial number in the wrong column) and an identity number are not kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from paicha.core.identity import holds_identity
from paicha.domain.households.members import HOUSEHOLD, NewNumber, Origin, insert_numbers
from paicha.domain.households.services import count_change
from paicha.domain.intake.matching import Register, foreign_number
from paicha.domain.responses.services import VillageWork
from paicha.formats.reading.person_list import ANOTHER

_SHORTEST = 4


def keep_numbers(
    work: VillageWork, register: Register, given: Iterable[tuple[UUID, str | None]], origin: Origin
) -> None:
    """Keep the numbers of rows that went in, (household, what stands under 户编号), where they are another system's."""
    new = []
    for household, key in given:
        number = foreign_number(key or "")
        if len(number) < _SHORTEST or register.number(key) is not None or holds_identity(number):
            continue
        if register.learn_number(number, household):
            new.append(NewNumber(household, None, ANOTHER, HOUSEHOLD, number))
    if new:
        insert_numbers(new, origin)
        count_change([work.village.pk])
