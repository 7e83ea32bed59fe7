"""The list to fill in: a row each for the usual people of every village, with what the program knows already written.

What holds: what is filled in is read back by `sheet`; rows without a person are skipped there, so that a list may be
sent in parts.
"""

from __future__ import annotations

from collections.abc import Iterable

from paicha.core.area_codes import VILLAGE_LEVELS, town_of
from paicha.core.pack import Pack
from paicha.domain.accounts.roles import ROLES
from paicha.domain.rounds.models import RoundArea
from paicha.formats import xlsx
from paicha.formats.documents import Document, ListSheet, Value

TITLE = "账号名单"
_HEADERS = ("镇街", "村", "姓名", "手机号", "角色", "组", "做到哪天")
_WIDTHS = (12.0, 16.0, 12.0, 16.0, 16.0, 14.0, 14.0)
_ROLE = _HEADERS.index("角色")
_OF_VILLAGE = ("village_cadre", "information_officer", "grid_worker")
_OF_TOWN = ("town_clerk",)
NOT_LISTED = ("spot_checker", "department_officer")  # given elsewhere: by a sample, by the operator


def template(areas: Iterable[RoundArea], pack: Pack) -> bytes:
    """The workbook for these areas of a round, in order of their codes."""
    listed = sorted(areas, key=lambda area: area.code)
    towns = {area.code: area.name for area in listed if area.level == "town"}
    rows: list[list[Value]] = []
    for area in listed:
        if area.level in VILLAGE_LEVELS:
            rows += [_row(towns.get(town_of(area.code), ""), area.spoken, role) for role in _OF_VILLAGE]
        elif area.level == "town":
            rows += [_row(area.name, "", role) for role in _OF_TOWN]
    roles = [role.title for role in ROLES.values() if role.key not in NOT_LISTED]
    sheet = ListSheet(
        title=TITLE, name=TITLE, headers=_HEADERS, widths=_WIDTHS, rows=rows, choices={_ROLE: roles},
        foot="手机号就是账号。一个人管几个村，写几行。网格员的“组”写 1、2 或 1-3，管全村的空着。没写姓名的行不算。",
    )  # fmt: skip
    return xlsx.write(Document(TITLE, [sheet]), pack)


def _row(town: str, village: str, role: str) -> list[Value]:
    return [town, village, None, None, ROLES[role].title, None, None]
