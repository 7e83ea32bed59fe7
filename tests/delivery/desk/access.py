"""Every address of the desk × every role × own and foreign places: what is expected, and what is answered.

Why: deny by default is only as good as the one view that forgot to ask. What holds: the expectation is worked
out here from the table of roles and from where each test user works, without the scope function; an address
without a policy fails; an address is asked on each level where somebody who may do everything finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.test import Client
from django.urls import URLPattern, reverse
from django.views.defaults import page_not_found
from tests.delivery.desk.records import Record, records
from tests.worlds.round import COUNTY, NEIGHBOUR, OTHER_TOWN, TOWN, VILLAGE, World

from paicha.delivery.desk.shell.places import Policy
from paicha.delivery.desk.urls import urlpatterns
from paicha.domain.accounts.models import Assignment, User
from paicha.domain.accounts.roles import ROLES, Verb
from paicha.engines.browser import address_of

OPEN, HIDDEN, FORBIDDEN = "open", "404", "403"

# user: role, then where it works: code prefixes, groups of VILLAGE, or neither
PEOPLE: dict[str, tuple[str, tuple[str, ...], frozenset[str]]] = {
    "grid": ("grid_worker", (), frozenset({"1"})),
    "officer": ("information_officer", (VILLAGE,), frozenset()),
    "cadre": ("village_cadre", (VILLAGE,), frozenset()),
    "elsewhere": ("village_cadre", (), frozenset()),  # of a village in another town
    "liaison": ("liaison_cadre", (VILLAGE, NEIGHBOUR), frozenset()),
    "town": ("town_clerk", (TOWN[:9],), frozenset()),
    "leader": ("area_leader", (NEIGHBOUR,), frozenset()),
    "city": ("city_officer", ("610881",), frozenset()),
    "auditor": ("auditor", ("610881",), frozenset()),
    "administrator": ("administrator", ("610881",), frozenset()),
    "department": ("department_officer", (), frozenset()),
    "checker": ("spot_checker", (), frozenset()),
    "nobody": ("", (), frozenset()),
}
AREAS = (COUNTY, TOWN, OTHER_TOWN, VILLAGE, NEIGHBOUR)
HEADS = ("訾埃生", "高兰花")  # of group 1, and of group 2


@dataclass(frozen=True, slots=True)
class Ask:
    """One address to be asked. `group`: of the household or record it is about; None for a whole area."""

    name: str
    policy: Policy
    address: str
    place: str  # the code it lies in, '' for one's own things
    group: str | None
    level: str


def patterns() -> list[tuple[str, URLPattern, Policy | None]]:
    """(name, pattern, policy) of every address of the desk."""
    found = []
    for pattern in urlpatterns:
        found.append((str(pattern.name), pattern, getattr(pattern.callback, "policy", None)))
    return found


def asks(world: World) -> Iterator[Ask]:
    """Every address, for every place or record that it may be about."""
    made = records(world)
    for name, pattern, policy in patterns():
        if policy is None:
            raise AssertionError(f"desk:{name} states no policy")
        wanted = dict(pattern.pattern.converters)
        for place, group, level, values in _about(world, name, policy, wanted, made):
            yield Ask(name, policy, reverse(f"desk:{name}", kwargs=values), place, group, level)


_FIXED: dict[str, Any] = {
    "rule_id": "S13", "tray_id": "00000000-0000-7000-8000-000000000000", "name": "general", "procedure": "removal",
    "key": "notice", "role": "grid_worker",
}  # fmt: skip


def _about(
    world: World, name: str, policy: Policy, wanted: dict[str, Any], made: dict[str, list[Record]]
) -> Iterator[tuple[str, str | None, str, dict[str, Any]]]:
    fixed = {key: _FIXED[key] for key in wanted if key in _FIXED}
    fixed["digest"] = address_of(world.pack)
    fixed = {key: value for key, value in fixed.items() if key in wanted}
    if name == "profile_rows":
        fixed["name"] = "total_people"
    if policy.of == "area":
        for code in AREAS:
            level = "county" if code == COUNTY else "town" if code.endswith("000") else "village"
            inside = {"pk": made[name][0].pk} if "pk" in wanted and name in made else {}
            if set(wanted) <= {*fixed, *inside, "code"}:
                yield code, None, level, fixed | inside | {"code": code}
    elif policy.of == "household":
        for head, group in zip(HEADS, ("1", "2"), strict=True):
            yield VILLAGE, group, "household", fixed | {"household": world.household(head).pk}
    elif policy.of in ("own", "anyone", "work"):
        inside = {"pk": made[name][0].pk} if "pk" in wanted and name in made else {}
        if not set(wanted) - {*fixed, *inside}:
            yield "", None, policy.of, fixed | inside
    else:
        for record in made[policy.of]:
            yield record.village, record.group, policy.of, fixed | {"pk": record.pk}


# A level hands up its own ledger, and is sent back by the one above: (address, level of the place, who) → answer.
OWN_LEVEL = {
    ("handup_submit", "town", "city"): FORBIDDEN,
    ("handup_back", "town", "city"): FORBIDDEN,
    ("return_to_village", "town", "town"): FORBIDDEN,
}


def expected(who: str, ask: Ask) -> str:
    """What the table of roles says. Records of a village are hidden from people of its groups but for their own."""
    role, prefixes, groups = PEOPLE[who]
    if ask.policy.of in ("own", "anyone", "work"):
        if ask.name == "certificate_file":  # there is none where the server made no authority
            return HIDDEN
        if ask.name == "notice":  # of the cadre's
            return OPEN if who == "cadre" else HIDDEN
        return OPEN if role or ask.policy.of != "work" else HIDDEN
    verbs = ROLES[role].verbs if role else frozenset()
    if ask.policy.verb is Verb.REINTERVIEW:  # granted over a sample, to its checkers alone
        return OPEN if Verb.REINTERVIEW in verbs else HIDDEN
    known = ask.policy.verb or Verb.READ_AREAS
    inside = any(ask.place.startswith(prefix) for prefix in prefixes)
    by_group = bool(groups) and ask.place == VILLAGE and (ask.group is None and ask.level == "village")
    by_group = by_group or (bool(groups) and ask.group is not None and ask.group in groups)
    if ask.name == "area" and ask.level == "village":
        known = Verb.READ_STATISTICS  # who manages areas sees their names, and no village's work
    by_group = by_group and not ask.policy.whole
    if known not in verbs or not (inside or by_group):
        return HIDDEN
    if (ask.name, ask.level, who) in OWN_LEVEL:
        return OWN_LEVEL[ask.name, ask.level, who]
    act = ask.policy.act
    acts = act if isinstance(act, tuple) else (act,)
    return OPEN if act is None or verbs.intersection(acts) else FORBIDDEN


def people(world: World) -> dict[str, User]:
    """The world's users, and those that it lacks."""
    users = {name: world.users[name] for name in PEOPLE if name in world.users}
    extra = {
        "officer": ("information_officer", "village", VILLAGE), "leader": ("area_leader", "village", NEIGHBOUR),
        "department": ("department_officer", "department", "medical"),
    }  # fmt: skip
    for name, (role, kind, ref) in extra.items():
        users[name] = User.objects.create_user(name, password="a-long-password-1", name=name)
        Assignment.objects.create(user=users[name], role=role, kind=kind, ref=ref, since=world.round.opens_on)
    return users


def everything(world: World) -> User:
    """Somebody with every role of an area over the county: who finds what there is on each level."""
    user = User.objects.create_user("everything", password="a-long-password-1")
    for role in ROLES.values():
        Assignment.objects.create(
            user=user, role=role.key, kind="area", ref="610881", since=world.round.opens_on
        )
    return user


def signed_in(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="paicha.domain.accounts.backend.AccountBackend")
    return client


def undone(act: Callable[[], int]) -> int:
    """Run a request, and take back whatever it wrote."""
    with transaction.atomic():
        status = act()
        transaction.set_rollback(True)
    return status


def shown(client: Client, address: str) -> int:
    """The status of an address that is asked to show itself."""
    return client.get(address).status_code


_only_act: set[str] = set()  # addresses that answered 405: the method is asked before the person


def answer(client: Client, ask: Ask) -> int:
    """The status of the address: asked to show itself, or where it only acts, to act with nothing filled in."""
    kept = client.cookies.copy()  # signing out is one of the addresses
    status = 405 if ask.name in _only_act else undone(lambda: shown(client, ask.address))
    if status == 405:
        _only_act.add(ask.name)
        status = undone(lambda: client.post(ask.address).status_code)
    client.cookies = kept
    return status


class MissingPage:
    """The site's page for 404, to each person and at each address once: two in three answers are this one page."""

    def __init__(self) -> None:
        self._shown: set[object] = set()

    def __call__(self, request: HttpRequest, exception: Exception) -> HttpResponse:
        """As Django's own; without a page where this person and this address have had it."""
        found = {request.user, request.resolver_match and request.resolver_match.url_name}
        if found <= self._shown:
            return HttpResponseNotFound()
        self._shown |= found
        return page_not_found(request, exception)


def read(status: int) -> str:
    """404, 403, or open; an error of the server is neither."""
    return {404: HIDDEN, 403: FORBIDDEN}.get(status, OPEN if status < 500 else str(status))
