"""Where a page stands: the one place that turns an address into an area, and asks the scope.

What holds: what does not exist and what a person may not see are the same 404, so that nobody learns from the
difference; a person whose work is some groups of a village carries those groups, and every list of the page is
narrowed by them; whoever may see a page but not act on it is told so by a 403.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase

from paicha.core.area_codes import CODE_DIGITS, VILLAGE_LEVELS, county_of, town_of
from paicha.core.catalogue import sentence
from paicha.core.pack import Pack
from paicha.domain.accounts.policies import Scope, code_prefix, scope
from paicha.domain.accounts.roles import Kind, Verb
from paicha.domain.areas.models import Area, Group
from paicha.domain.audit.services import read_logged
from paicha.domain.households.models import Household
from paicha.domain.responses.queries import entry_of, left_entry_of
from paicha.domain.rounds import queries
from paicha.domain.rounds.models import RosterEntry, Round, RoundArea
from paicha.domain.rounds.packs import pack_of

P = ParamSpec("P")
M = TypeVar("M", bound=Model)
View = Callable[..., HttpResponseBase]
Act = Verb | tuple[Verb, ...]  # several: any of them will do, each level has its own


@dataclass(frozen=True, slots=True)
class Policy:
    """What a view asks of whoever comes: `verb` to know that it is there (else 404), `act` to use it (else 403).

    `of`: area, household, or the name of the record's model; 'own' is one's own things, 'work' is for whoever has
    any work, 'anyone' is the door. `whole`: people of some groups of a village have no such page.
    Every view of the desk carries one; the table of URL × role × scope is generated from them.
    """

    of: str
    verb: Verb | None = None
    act: Act | None = None
    whole: bool = False


def states(policy: Policy) -> Callable[[View], View]:
    """Give a view its policy. For views that ask for no place: one's own things, the door."""

    def decorate(view: View) -> View:
        view.policy = policy  # type: ignore[attr-defined]  # read by the generated table
        return view

    return decorate


@dataclass(frozen=True, slots=True)
class Place:
    """An area of the current round, seen by one person. `groups`: None is the whole village."""

    round: Round
    pack: Pack
    scope: Scope
    area: RoundArea
    path: tuple[RoundArea, ...]  # from the county down to the area above this one
    groups: frozenset[str] | None = None

    @property
    def code(self) -> str:
        return self.area.code

    @property
    def prefix(self) -> str:
        return code_prefix(self.area.code)

    @property
    def is_village(self) -> bool:
        return self.area.level in VILLAGE_LEVELS

    @property
    def town(self) -> str:
        """The town's name; '' above towns."""
        named = [area.name for area in (*self.path, self.area) if area.level == "town"]
        return named[0] if named else ""

    def sees(self, code: str) -> bool:
        """Whether the person has a page of that area."""
        return self.scope.covers(Verb.READ_AREAS, code)

    def may(self, verb: Verb) -> bool:
        """Whether an act is granted here; over some groups of a village, too."""
        return self.scope.covers(verb, self.code) or (
            self.groups is not None and bool(self.scope.refs(Kind.GROUP, verb))
        )

    def takes(self, verb: Verb, procedure: str, step: str) -> bool:
        """Whether an act is granted here and reaches as far as the pack's procedure asks of who takes the step."""
        level = self.scope.reach(verb, self.code)
        return self.may(verb) and self.pack.schedule.reached_by(procedure, step, level)

    def log_read(self, page: str, rows: int) -> None:
        """One audit entry for this page of personal data."""
        if rows:
            read_logged(self.scope.actor, page, self.code, rows)


@dataclass(frozen=True, slots=True)
class Home:
    """A household of the current round, seen by one person."""

    place: Place
    entry: RosterEntry

    @property
    def household(self) -> Household:
        return self.entry.household


def require_step(place: Place, verb: Verb, procedure: str, step: str) -> None:
    """Raise PermissionDenied where the step is not this person's."""
    if not place.takes(verb, procedure, step):
        raise PermissionDenied(sentence("W27"))


def newest(areas: QuerySet[RoundArea]) -> list[RoundArea]:
    """Areas of the newest round among these, from the county down."""
    rows = list(areas.select_related("round").order_by("-round__opens_on", "-round_id", "code"))
    return [row for row in rows if row.round_id == rows[0].round_id]


def place_of(who: Scope, code: str, verb: Verb = Verb.READ_AREAS) -> Place:
    """The area of the current round with this code. Raises Http404 where the scope doesn't cover it."""
    if len(code) != CODE_DIGITS or not code.isdecimal():
        raise Http404
    codes = {code, town_of(code), county_of(code)}
    rows = newest(RoundArea.objects.filter(code__in=codes))
    area = next((row for row in rows if row.code == code), None)
    if area is None:
        raise Http404
    groups = None if who.covers(verb, code) else _groups(who, code, verb)
    if groups == frozenset():
        raise Http404
    path = tuple(row for row in rows if row.code != code)
    return Place(area.round, pack_of(area.round), who, area, path, groups)


def _groups(who: Scope, village: str, verb: Verb) -> frozenset[str]:
    """The groups of a village that a person works in."""
    ids = [int(ref) for ref in who.refs(Kind.GROUP, verb) if ref.isdecimal()]
    if not ids:
        return frozenset()
    found = Group.objects.filter(pk__in=ids, village__code=village)
    return frozenset(found.values_list("name", flat=True))


def home_of(who: Scope, household: UUID, verb: Verb = Verb.READ_HOUSEHOLDS, *, closed: bool = False) -> Home:
    """A household in its newest round; `closed`: also one that is closed, as it was when it left.

    Raises Http404 where the scope doesn't cover it.
    """
    entry = entry_of(household)
    if closed and (entry is None or entry.household.closed_at is not None):
        entry = left_entry_of(household) or entry
    if entry is None:
        raise Http404
    code, groups = entry.village.code, None
    if not who.covers(verb, code):
        if not who.covers(verb, code, group=entry.group_id):  # type: ignore[attr-defined]
            raise Http404
        groups = frozenset({entry.household.group})
    village, *above = _frozen_path(entry)
    place = Place(entry.round, pack_of(entry.round), who, village, tuple(reversed(above)), groups)
    return Home(place, entry)


def _frozen_path(entry: RosterEntry) -> list[RoundArea]:
    """The areas of a household's round, from the village up, as they were read with its entry."""
    found: list[RoundArea] = []
    area: Area | None = entry.village
    for name in entry.names_frozen:  # type: ignore[attr-defined]
        if area is None or name is None:
            break
        found.append(
            RoundArea(round_id=entry.round_id, area_id=area.pk, code=area.code, level=area.level, name=name)
        )
        area = area.parent
    return found


def in_groups(place: Place, group: str) -> bool:
    """Whether a household of this group belongs to what the person sees of the village."""
    return place.groups is None or group in place.groups


def at_place(
    verb: Verb = Verb.READ_AREAS, *, act: Act | None = None, whole: bool = False
) -> Callable[[Callable[Concatenate[HttpRequest, Place, P], HttpResponseBase]], View]:
    """A view of an area: 404 unless `verb` is granted there (all of it with `whole`), 403 unless `act` is, too."""

    def decorate(view: Callable[Concatenate[HttpRequest, Place, P], HttpResponseBase]) -> View:
        @wraps(view)
        def inner(request: HttpRequest, code: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            place = place_of(scope(request.user), code, verb)
            if whole and place.groups is not None:
                raise Http404
            if act is not None:
                require(place, act)
            return view(request, place, *args, **kwargs)

        return states(Policy("area", verb, act, whole))(inner)

    return decorate


def at_record(
    model: type[M],
    verb: Verb,
    *,
    act: Act | None = None,
    village: str = "village",
    related: Sequence[str] = (),
) -> Callable[[Callable[Concatenate[HttpRequest, Place, M, P], HttpResponseBase]], View]:
    """A view of one row, by its `pk`, of a model that belongs to a village (a foreign key to Area, named `village`).

    404 unless the row exists, its village is covered for `verb`, and, for a person of some groups, its
    household is of one of them; 403 unless `act` is granted there. `related` goes to select_related.
    """

    def decorate(view: Callable[Concatenate[HttpRequest, Place, M, P], HttpResponseBase]) -> View:
        @wraps(view)
        def inner(request: HttpRequest, pk: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            who = scope(request.user)
            row = model._default_manager.select_related(village, *related).filter(pk=pk).first()
            if row is None or not who.allows(verb):
                raise Http404
            place = place_of(who, getattr(row, village).code, verb)
            if place.groups is not None:
                household = getattr(row, "household", None)
                if household is None or household.group not in place.groups:
                    raise Http404
            if act is not None:
                require(place, act)
            return view(request, place, row, *args, **kwargs)

        return states(Policy(model.__name__, verb, act))(inner)

    return decorate


def at_household(
    act: Act | None = None, *, closed: bool = False
) -> Callable[[Callable[Concatenate[HttpRequest, Home, P], HttpResponseBase]], View]:
    """A view of a household: 404 unless it may be read, 403 unless `act` is granted; `closed`: of a closed one, too."""

    def decorate(view: Callable[Concatenate[HttpRequest, Home, P], HttpResponseBase]) -> View:
        @wraps(view)
        def inner(
            request: HttpRequest, household: UUID, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            home = home_of(scope(request.user), household, closed=closed)
            if act is not None:
                require(home.place, act)
            return view(request, home, *args, **kwargs)

        return states(Policy("household", Verb.READ_HOUSEHOLDS, act))(inner)

    return decorate


def require(place: Place, act: Act) -> None:
    """Raise PermissionDenied where the person may look but not act."""
    verbs = act if isinstance(act, tuple) else (act,)
    if not any(place.may(verb) for verb in verbs):
        place.scope.require(verbs[0], place.code)


def areas_below(place: Place) -> dict[str, RoundArea]:
    """The areas of the round below a place (itself too), by code and in its order."""
    return queries.areas_below(place.round, place.prefix)
