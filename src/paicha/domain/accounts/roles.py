"""The roles of the mechanism, as one table: what each may do, and by which kinds of assignment it is given.

Source: "People and what they may do" of the mechanism. What holds: the table is the only place where a role
means anything; code asks a scope for a verb, never for a role.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from paicha.core.refusal import Refusal


class Verb(StrEnum):
    """What one may do. Each stands for one sentence of the table of roles."""

    READ_AREAS = "read_areas"
    READ_STATISTICS = "read_statistics"
    READ_HOUSEHOLDS = "read_households"
    UNMASK_PHONES = "unmask_phones"
    SUBMIT_ANSWERS = "submit_answers"
    RAISE_PROBLEMS = "raise_problems"  # problems, changes of base information, weekly rounds
    KEEP_REGISTER = "keep_register"  # a household moves, splits, is merged, closed, of another class
    TICK_ENTERED = "tick_entered"  # the change list into the national system
    IMPORT_FILES = "import_files"
    EXPORT = "export"
    SETTLE_CONFLICTS = "settle_conflicts"
    DECIDE_LEADS = "decide_leads"
    ASSIGN_SURVEYORS = "assign_surveyors"
    DELIBERATE = "deliberate"
    SIGN_FORMS = "sign_forms"
    HAND_UP = "hand_up"
    VERIFY = "verify"  # desk audit, form 5
    RETURN = "return"
    CROSS_CHECK = "cross_check"
    REINTERVIEW = "reinterview"
    REVIEW_CASES = "review_cases"  # town review
    DECIDE_CASES = "decide_cases"  # city decision
    REFER = "refer"
    ANSWER_REFERRALS = "answer_referrals"
    MANAGE_SCHEDULE = "manage_schedule"
    DRAW_SAMPLE = "draw_sample"
    READ_AUDIT = "read_audit"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_AREAS = "manage_areas"
    MANAGE_PACKS = "manage_packs"


class Kind(StrEnum):
    """What an assignment points at: areas and villages by code (prefix), the others by id."""

    AREA = "area"
    VILLAGE = "village"
    GROUP = "group"
    ZONE = "zone"
    DEPARTMENT = "department"  # by its id in the pack
    SAMPLE = "sample"


@dataclass(frozen=True, slots=True)
class Role:
    """One row of the table. `must_end`: an assignment needs a last day. `second_factor`: asked for at sign-in."""

    key: str
    title: str
    kinds: tuple[Kind, ...]
    verbs: frozenset[Verb]
    must_end: bool = False
    second_factor: bool = False


_SEE = {Verb.READ_AREAS, Verb.READ_STATISTICS, Verb.READ_HOUSEHOLDS}
_SURVEY = _SEE | {Verb.UNMASK_PHONES, Verb.SUBMIT_ANSWERS, Verb.RAISE_PROBLEMS}
_DESK = {Verb.IMPORT_FILES, Verb.EXPORT, Verb.SETTLE_CONFLICTS, Verb.KEEP_REGISTER}
_CADRE = _SURVEY | _DESK | {Verb.DECIDE_LEADS, Verb.ASSIGN_SURVEYORS, Verb.DELIBERATE}

ROLES: dict[str, Role] = {
    role.key: role
    for role in (
        Role("grid_worker", "网格员", (Kind.GROUP, Kind.VILLAGE), frozenset(_SURVEY)),
        Role(
            "information_officer",
            "信息员",
            (Kind.VILLAGE,),
            frozenset(_SURVEY | _DESK | {Verb.TICK_ENTERED}),
        ),
        Role(
            "village_cadre",
            "村干部",
            (Kind.VILLAGE,),
            frozenset(_CADRE | {Verb.TICK_ENTERED, Verb.SIGN_FORMS, Verb.HAND_UP}),
        ),
        Role("liaison_cadre", "包村干部", (Kind.VILLAGE,), frozenset(_SEE | {Verb.SIGN_FORMS, Verb.EXPORT})),
        Role(
            "town_clerk",
            "镇街工作人员",
            (Kind.AREA,),
            frozenset(
                _CADRE
                | {
                    Verb.TICK_ENTERED,
                    Verb.VERIFY,
                    Verb.RETURN,
                    Verb.HAND_UP,
                    Verb.REVIEW_CASES,
                    Verb.REFER,
                    Verb.MANAGE_SCHEDULE,
                }
            ),
            second_factor=True,
        ),
        Role(
            "area_leader",
            "片长",
            (Kind.ZONE, Kind.AREA, Kind.VILLAGE),
            frozenset(_SEE | {Verb.CROSS_CHECK, Verb.EXPORT}),
            second_factor=True,
        ),
        Role(
            "spot_checker",
            "抽查组员",
            (Kind.SAMPLE,),
            frozenset({Verb.REINTERVIEW}),
            must_end=True,
            second_factor=True,
        ),
        Role(
            "city_officer",
            "市级",
            (Kind.AREA,),
            frozenset(
                _SEE
                | _DESK
                | {Verb.UNMASK_PHONES, Verb.DECIDE_LEADS, Verb.RETURN, Verb.REFER, Verb.DECIDE_CASES}
                | {Verb.MANAGE_SCHEDULE, Verb.DRAW_SAMPLE, Verb.HAND_UP, Verb.RAISE_PROBLEMS}
            ),
            second_factor=True,
        ),
        Role("department_officer", "相关单位", (Kind.DEPARTMENT,), frozenset({Verb.ANSWER_REFERRALS})),
        Role("auditor", "审计", (Kind.AREA,), frozenset(_SEE | {Verb.READ_AUDIT}), second_factor=True),
        Role(
            "administrator",
            "管理员",
            (Kind.AREA,),
            frozenset({Verb.READ_AREAS, Verb.MANAGE_ACCOUNTS, Verb.MANAGE_AREAS, Verb.MANAGE_PACKS}),
            second_factor=True,
        ),
    )
}

# Other titles by which the notice calls the same role.
_ALSO = {
    "驻村队员": "village_cadre",
    "驻村工作队": "village_cadre",
    "片(站)长": "area_leader",
    "站长": "area_leader",
    "党政班子成员": "area_leader",
}


class UnknownRole(Refusal):
    """No such role; the sentence lists those that there are."""


def role_named(text: str) -> Role:
    """The role by its key or by its Chinese title. Raises UnknownRole."""
    wanted = text.strip().replace("（", "(").replace("）", ")")
    for role in ROLES.values():
        if wanted in (role.key, role.title):
            return role
    if wanted in _ALSO:
        return ROLES[_ALSO[wanted]]
    known = "、".join(f"{role.title}（{role.key}）" for role in ROLES.values())
    raise UnknownRole("W03", read=text, known=known)
