"""Drawing the city's sample: a frozen frame, strata, exact probabilities, and what the answers then say.

What holds: everything is integers and fractions, so that anyone draws the same from the same seed and frame; the
seed is passed in, nothing here asks a clock, a random source or a database. See docs/decisions on the design.
"""

from paicha.core.sampling.draw import Draw, DrawnHousehold, DrawnVillage, SampleTooLarge, draw
from paicha.core.sampling.estimates import Estimate, estimate
from paicha.core.sampling.frame import Frame, HouseholdUnit, VillageUnit, risk_weight, village_weight

__all__ = [
    "Draw", "DrawnHousehold", "DrawnVillage", "Estimate", "Frame", "HouseholdUnit", "SampleTooLarge", "VillageUnit",
    "draw", "estimate", "risk_weight", "village_weight",
]  # fmt: skip
