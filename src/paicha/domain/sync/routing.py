"""Which village an item belongs to, and whether its sender may, might once, or never could answer there.

What holds: whoever covered the village on some day of the round is never refused for having lost it since: what was
finished is held for the village (D11); so is what comes from where a household stood before it moved (D19). Who never
covered it is refused (D07), and the village sees that, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from paicha.core.area_codes import VILLAGE_LEVELS
from paicha.domain import clock
from paicha.domain.accounts.models import Assignment
from paicha.domain.accounts.policies import Grant, Scope
from paicha.domain.accounts.roles import ROLES, Kind, Verb
from paicha.domain.areas.models import Area, Group, ZoneVillage
from paicha.domain.households.events import Past, survivors
from paicha.domain.households.models import Household
from paicha.domain.rounds.models import RosterEntry, Round, RoundArea
from paicha.domain.rounds.queries import current_round
from paicha.domain.sync.devices import Sender
from paicha.domain.sync.items import Arrived, ItemError
from paicha.domain.sync.models import SyncItem

NEVER, MOVED = "D07", "D19"


@dataclass(frozen=True, slots=True)
class Known:
    """A household of a round's roster, as routing needs it. `past`: where it stood and on which forms before."""

    household: UUID
    village: int
    code: str
    group: str
    head: str
    form: str
    past: Past = field(default_factory=Past)


@dataclass(slots=True)
class Routed:
    """An item that has its village. `known` None: found on the spot. `hold`: why all of it waits, or ''."""

    arrived: Arrived
    round: Round
    village: Area
    known: Known | None
    hold: str = ""
    merged: UUID | None = None  # the household that the item means, where it was merged into this one


class Router:
    """Routes the items of one batch with a handful of queries."""

    def __init__(self, sender: Sender, items: Sequence[Arrived]) -> None:
        self._sender = sender
        current = current_round()
        wanted = {a.item.round for a in items if a.item and a.item.round is not None}
        self._rounds: dict[int, Round] = {} if current is None else {current.pk: current}
        if wanted - set(self._rounds):
            others = Round.objects.select_related("pack").defer("pack__files").filter(pk__in=wanted)
            self._rounds |= {r.pk: r for r in others}
        self._current = current
        asked = {a.item.household_id for a in items if a.item and a.item.household_id}
        self._known: dict[tuple[int, UUID], Known] = {}
        self._areas: dict[tuple[int, str], Area] = {}
        self._find(asked)
        unknown = asked - {household for _, household in self._known}
        self._aliases, self._merged = _now(unknown) if unknown else ({}, {})
        self._find(set(self._aliases.values()))
        named = {a.item.household.village for a in items if a.item and a.item.household}
        named |= {a.item.village for a in items if a.item and a.item.village}
        if named - {code for _, code in self._areas}:
            self._areas |= _areas(set(self._rounds), named)
        self._covered: dict[tuple[str, str], bool] = {}
        self._once: dict[int, Scope] = {}
        self._groups: dict[tuple[int, str], int | None] = {}

    def _find(self, households: set[UUID]) -> None:
        """Households of the roster, and their villages."""
        if not households:
            return
        rows = RosterEntry.objects.filter(round__in=set(self._rounds), household__in=households)
        for row in rows.select_related("village", "household").defer("facts"):
            home = row.household
            self._known[row.round_id, home.pk] = Known(
                home.pk,
                row.village_id,
                row.village.code,
                home.group,
                home.head_name,
                row.form,
                Past.of(home.past),
            )
            self._areas[row.round_id, row.village.code] = row.village

    def route(self, arrived: Arrived) -> Routed:
        """Raises ItemError for what belongs nowhere."""
        item = arrived.item
        assert item is not None
        round_ = self._rounds.get(item.round) if item.round is not None else self._current
        if round_ is None:
            raise ItemError("D06")
        household = item.household_id and self._aliases.get(item.household_id, item.household_id)
        known = self._known.get((round_.pk, household)) if household else None
        code = known.code if known else item.household.village if item.household else item.village
        if known is None and item.household is None and (item.answers is not None or household is not None):
            raise ItemError("D06")
        village = self._areas.get((round_.pk, code or ""))
        if village is None:
            raise ItemError("D06")
        group = known.group if known else item.household.group if item.household else ""
        hold = self._hold(round_, village, group)
        if hold == NEVER and known is not None and self._was_there(known.past):
            hold = MOVED
        merged = self._merged.get(item.household_id) if item.household_id else None
        return Routed(arrived, round_, village, known, hold, merged)

    def _was_there(self, past: Past) -> bool:
        """Whether the sender works where the household stood before it moved."""
        who = self._sender.scope
        if any(who.covers(Verb.SUBMIT_ANSWERS, code) for code, _ in past.places):
            return True
        if not past.places or not who.refs(Kind.GROUP, Verb.SUBMIT_ANSWERS):
            return False
        rows = Group.objects.filter(village__code__in=past.villages, name__in=past.groups)
        return any(
            (code, name) in past.places and who.covers(Verb.SUBMIT_ANSWERS, code, group=pk)
            for code, name, pk in rows.values_list("village__code", "name", "pk")
        )

    def _hold(self, round_: Round, village: Area, group: str) -> str:
        if not self._covers(self._sender.scope, "now", village, group):
            if round_.pk not in self._once:
                self._once[round_.pk] = _once(self._sender, round_)
            if not self._covers(self._once[round_.pk], f"once{round_.pk}", village, group):
                return NEVER
            return "D12" if self._sender.revoked else "D11"
        if self._sender.revoked:
            return "D12"
        return "" if self._current is not None and round_.pk == self._current.pk else "D13"

    def _covers(self, who: Scope, when: str, village: Area, group: str) -> bool:
        key = (when, village.code)
        if key not in self._covered:
            self._covered[key] = who.covers(Verb.SUBMIT_ANSWERS, village.code)
        if self._covered[key]:
            return True
        if not who.refs(Kind.GROUP, Verb.SUBMIT_ANSWERS):
            return False
        place = (village.pk, group)
        if place not in self._groups:
            found = Group.objects.filter(village=village, name=group).values_list("pk", flat=True)
            self._groups[place] = found.first()
        return who.covers(Verb.SUBMIT_ANSWERS, village.code, group=self._groups[place])


def _now(asked: set[UUID]) -> tuple[dict[UUID, UUID], dict[UUID, UUID]]:
    """Ids that no roster knows: which household each is now, and which one that was merged it means.

    What the register says of a merge comes first: an item that a survivor took in ties nothing for good.
    """
    merged = survivors(asked)
    aliases = _aliases(asked - set(merged))
    later = survivors(set(aliases.values())) if aliases else {}
    now = {id_: later.get(home, home) for id_, home in aliases.items()} | merged
    return now, {id_: home for id_, home in aliases.items() if home in later} | {id_: id_ for id_ in merged}


def _aliases(asked: Iterable[UUID]) -> dict[UUID, UUID]:
    """A device's own id of a household that became another's: found on the spot, and known already.

    Never the id of one of the register's own, also where an item for it once went to another.
    """
    ids = list(asked)
    own = Household.objects.filter(pk__in=ids).values("pk")
    rows = SyncItem.objects.filter(asked__in=ids, household__isnull=False).exclude(asked__in=own)
    return {a: h for a, h in rows.values_list("asked", "household") if a and h and a != h}


def _areas(rounds: set[int], codes: set[str]) -> Mapping[tuple[int, str], Area]:
    """Villages of these rounds by round and code."""
    rows = RoundArea.objects.filter(round__in=rounds, level__in=VILLAGE_LEVELS, code__in=codes)
    return {(row.round_id, row.code): row.area for row in rows.select_related("area")}


def _once(sender: Sender, round_: Round) -> Scope:
    """What the sender could do on any day since the round opened."""
    rows = Assignment.objects.filter(user=sender.user, since__lte=clock.today())
    rows = rows.exclude(until__lt=round_.opens_on)
    grants = [Grant(Kind(row.kind), row.ref, ROLES[row.role].verbs) for row in rows if row.role in ROLES]
    zones = {grant.ref: grant for grant in grants if grant.kind is Kind.ZONE and grant.ref.isdecimal()}
    listed = ZoneVillage.objects.filter(zone__in=[int(ref) for ref in zones])
    for zone, code in listed.values_list("zone_id", "village__code"):
        grants.append(Grant(Kind.VILLAGE, code, zones[str(zone)].verbs))
    return Scope(sender.scope.actor, tuple(grants))
