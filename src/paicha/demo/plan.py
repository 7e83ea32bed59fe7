"""Who is planted where: the county as a whole, before any household is drawn.

Everything that must hold across villages is decided here, from the seed alone: sizes, how many
households of each form, which archetypes and faults go where, and what the village's own forms say.
A village is then written without looking at any other, so that villages can be made side by side.

What keeps the truth independent of the day:
- households that stay due (outcomes 4 and 7) live only in villages where no village rule fires at all,
  since those rules wait until nobody is due;
- households that would raise S15 live only where another lead already counts for S24 and S25.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil
from random import Random

from paicha.demo.archetypes import ARCHETYPES, Archetype, has_open_lead
from paicha.demo.areas import Village
from paicha.demo.faults import FORM_FAULTS, ROW_FAULTS, RowFault

# The notice's figures, scaled to the size asked for.
COUNTY_HOUSEHOLDS, LIFTED, MONITORED = 110_000, 9_011, 125
FULL_PLANTING = 3_000  # from here on every archetype and every fault is planted
FORMS = ("general", "lifted", "monitored")
_SHARES = {"general": 0.055, "lifted": 0.16, "monitored": 0.5}
GRID_SLIPS = ("grid_workers", "grid_visits", "fortnightly_meetings", "system_accurate")


@dataclass
class VillagePlan:
    """One village: how many households of each form, what is planted, what its own forms say."""

    village: Village
    first_index: int  # of its households in the county, for phones
    counts: dict[str, int]
    archetypes: list[Archetype] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    form_fault: str | None = None
    grid_slip: str | None = None  # what form 2 admits (S26)
    says_no_monitored: bool = False  # form 2 says 0 though a household fills 1-3 (S23)
    has_profile: bool = True
    has_statistics: bool = True
    verification: str | None = None  # form 5: None, 'clean' or the row that says no (S28)
    problem_rows: int = 0
    stays_due: bool = False

    @property
    def households(self) -> int:
        return sum(self.counts.values())

    def room(self, form: str) -> int:
        """Households of `form` that nothing is planted on yet."""
        used = sum(archetype.form == form for archetype in self.archetypes)
        return self.counts[form] - used - sum(fault.form == form for fault in self.faults)

    @property
    def counted_monitored(self) -> int:
        """Rows of 1-3 that are accepted: what `rows_monitored` will be."""
        return self.counts["monitored"] - sum(fault.form == "monitored" for fault in self.faults)

    @property
    def is_without_monitored(self) -> bool:
        """S23's condition, as far as this village's sheets say."""
        return self.counted_monitored == 0 or self.says_no_monitored

    @property
    def has_open_lead(self) -> bool:
        return any(has_open_lead(archetype) for archetype in self.archetypes)


def scale(of_county: int, households: int) -> int:
    """A figure of the county at another size, rounded up."""
    return ceil(of_county * households / COUNTY_HOUSEHOLDS)


def _sizes(rng: Random, villages: int, households: int) -> list[int]:
    """Skewed sizes that add up; at least one each where there are enough."""
    if households < villages:
        filled = set(rng.sample(range(villages), households))
        return [int(i in filled) for i in range(villages)]
    weights = [rng.lognormvariate(0, 0.6) for _ in range(villages)]
    total, spare = sum(weights), households - villages
    edges, run = [0], 0.0
    for weight in weights:
        run += weight
        edges.append(round(spare * run / total))
    return [1 + high - low for low, high in pairwise(edges)]


def _split(rng: Random, sizes: list[int], households: int) -> list[dict[str, int]]:
    """How many households of each form a village has; the county's sums are exact."""
    monitored, lifted = [0] * len(sizes), [0] * len(sizes)
    hosts = [i for i, size in enumerate(sizes) if size >= 2] or [i for i, size in enumerate(sizes) if size]
    for _ in range(min(scale(MONITORED, households), households // 4)):
        host = rng.choices(hosts, [sizes[i] ** 0.5 for i in hosts])[0]
        if monitored[host] < min(4, sizes[host] - 1) or sizes[host] == 1:
            monitored[host] = min(sizes[host], monitored[host] + 1)
        else:
            free = [i for i in hosts if monitored[i] < min(4, sizes[i] - 1)] or hosts
            monitored[rng.choice(free)] += 1
    left = min(scale(LIFTED, households), households // 3)
    poverty = [rng.lognormvariate(0, 0.7) for _ in sizes]
    while left:
        room = [sizes[i] - monitored[i] - lifted[i] for i in range(len(sizes))]
        chosen = rng.choices(range(len(sizes)), [poverty[i] * room[i] for i in range(len(sizes))], k=left)
        for i in chosen:
            if lifted[i] + monitored[i] < sizes[i]:
                lifted[i] += 1
                left -= 1
    return [
        {"general": size - lift - watch, "lifted": lift, "monitored": watch}
        for size, lift, watch in zip(sizes, lifted, monitored, strict=True)
    ]


def make_plan(villages: list[Village], households: int, seed: int) -> list[VillagePlan]:
    """The plan of every village that has households, in code order.

    Raises ValueError for fewer than one household.
    """
    if households < 1:
        raise ValueError("--households 至少为 1，请改用更大的户数。")
    rng = Random(f"paicha demo county {seed}")  # noqa: S311 - a reproducible county, not a secret
    sizes = _sizes(rng, len(villages), households)
    plans, index = [], 0
    for village, counts in zip(villages, _split(rng, sizes, households), strict=True):
        plan = VillagePlan(village, index, counts)
        index += plan.households
        if plan.households:
            plans.append(plan)
    _village_forms(rng, plans, households)
    _plant_faults(rng, plans, households)
    _plant_archetypes(rng, plans, households)
    _problem_lists(rng, plans)
    _plant_enrolments(rng, plans, households)
    _leave_due(rng, plans)
    return plans


def _times(households: int) -> int:
    """How often each fault is planted."""
    return max(1, round(households / 18_000))


def _village_forms(rng: Random, plans: list[VillagePlan], households: int) -> None:
    """Form faults, slips of the grid, missing forms, form 5: each in villages of its own."""
    order = rng.sample(plans, len(plans))
    # A form fault needs figures to be wrong about; the few monitored households are needed elsewhere.
    order.sort(key=lambda plan: (plan.households < 6, plan.counts["monitored"] > 0))
    limit = len(plans) // 2
    take = iter(order[:limit])
    times = min(_times(households), 6)
    for fault in FORM_FAULTS * times:
        plan = next(take, None)
        if plan is None or households < FULL_PLANTING:
            break
        plan.form_fault = fault.id
        if fault.form == "verification":
            plan.verification = "fault"
    for slip in GRID_SLIPS * max(1, len(plans) // 100):
        plan = next(take, None)
        if plan is not None:
            plan.grid_slip = slip
    towns = sorted({plan.village.town_code for plan in plans})
    visited = set(rng.sample(towns, ceil(len(towns) / 5)))
    for plan in plans:
        if plan.village.town_code in visited and plan.form_fault is None:
            plan.verification = "clean"
    for answer in ("v_survey", "v_data", "v_petitions", "v_measures"):
        plan = next(take, None)
        if plan is not None:
            plan.verification = answer
    rest = [plan for plan in plans if plan.form_fault is None and plan.grid_slip is None]
    for plan in rest:
        roll = rng.random()
        plan.has_profile = roll >= 0.03
        plan.has_statistics = not 0.03 <= roll < 0.06
    with_monitored = [plan for plan in rest if plan.has_profile and plan.counts["monitored"]]
    for plan in with_monitored[: min(len(with_monitored) // 3, 3)]:
        plan.says_no_monitored = True


def _plant_faults(rng: Random, plans: list[VillagePlan], households: int) -> None:
    """Each row fault on an otherwise clean household; habits that a fault needs never clash."""
    if households < FULL_PLANTING // 3:
        return
    for fault in ROW_FAULTS * _times(households):
        hosts = [plan for plan in plans if _may_host(plan, fault)]
        if not hosts:
            continue
        plan = rng.choices(hosts, [plan.room(fault.form) for plan in hosts])[0]
        plan.faults.append(fault)
        if fault.own_sheet:
            plan.has_statistics = False  # whose rows those are is what the sheet leaves open


def _may_host(plan: VillagePlan, fault: RowFault) -> bool:
    if plan.form_fault is not None or plan.room(fault.form) < 1 or plan.says_no_monitored:
        return False
    if any(other.own_sheet for other in plan.faults) or (fault.own_sheet and plan.faults):
        return False
    return all(
        other.needs.get(habit, value) == value
        for other in plan.faults
        for habit, value in fault.needs.items()
    )


def _plant_archetypes(rng: Random, plans: list[VillagePlan], households: int) -> None:
    """Each archetype once, then as many again as the form's share of leads allows."""
    for form in FORMS:
        kinds = [kind for kind in ARCHETYPES.values() if kind.form == form and not kind.enrols]
        slots = [plan for plan in plans if plan.form_fault is None for _ in range(plan.room(form))]
        rng.shuffle(slots)
        wanted = ceil(len(slots) * _SHARES[form])
        if households >= FULL_PLANTING:
            wanted = max(wanted, len(kinds)) if form != "monitored" else max(wanted, 2)
        more = rng.choices(
            kinds, [1 if len(kind.leads) > 8 else 5 for kind in kinds], k=max(0, wanted - len(kinds))
        )
        for kind, plan in zip([*kinds, *more][:wanted], slots, strict=False):
            plan.archetypes.append(kind)


def _problem_lists(rng: Random, plans: list[VillagePlan]) -> None:
    """Form 3: a village with open leads lists some problems, but one in fifteen lists none (S25)."""
    for plan in plans:
        if plan.has_open_lead:
            plan.problem_rows = 0 if rng.random() < 1 / 15 else rng.randint(1, 5)
        else:
            plan.problem_rows = rng.choice((0, 0, 1, 2))
        if plan.form_fault is not None or plan.grid_slip is not None or plan.says_no_monitored:
            plan.problem_rows = max(1, plan.problem_rows)


def _plant_enrolments(rng: Random, plans: list[VillagePlan], households: int) -> None:
    """Households to be enrolled, only where S15, whenever it shows, changes no village's lead."""
    kinds = [kind for kind in ARCHETYPES.values() if kind.enrols]
    wanted = max(len(kinds), round(households * 0.002)) if households >= FULL_PLANTING else 1
    for i in range(wanted):
        kind = kinds[i % len(kinds)]
        hosts = [plan for plan in plans if plan.has_open_lead and plan.room(kind.form) > 0]
        if hosts:
            rng.choices(hosts, [plan.room(kind.form) for plan in hosts])[0].archetypes.append(kind)


def _leave_due(rng: Random, plans: list[VillagePlan]) -> None:
    """Villages where some were not reached: only where no village rule fires."""
    quiet = [
        plan
        for plan in plans
        if not plan.is_without_monitored
        and (plan.problem_rows > 0 or not plan.has_open_lead)
        and plan.grid_slip is None
        and plan.verification in {None, "clean"}
        and plan.form_fault is None
        and plan.room("general") > 0
    ]
    for plan in rng.sample(quiet, ceil(len(quiet) / 3)):
        plan.stays_due = True
