"""Campaign packs: `load(bytes)` gives a checked `Pack`, or `PackErrors` with every fault."""

from paicha.core.pack.errors import PackError, PackErrors
from paicha.core.pack.forms import (
    Column,
    Form,
    HouseholdForm,
    Option,
    Part,
    ProblemForm,
    ProfileForm,
    Question,
    StatisticsForm,
)
from paicha.core.pack.loader import FILES, digest_of, load
from paicha.core.pack.models import Class, Pack
from paicha.core.pack.rules import Check, Constraint, LeadSource, NamedCheck, Rule
from paicha.core.pack.schedule import Procedure, Record, Step

__all__ = [
    "FILES", "Check", "Class", "Column", "Constraint", "Form", "HouseholdForm", "LeadSource", "NamedCheck",
    "Option", "Pack", "PackError", "PackErrors", "Part", "ProblemForm", "Procedure", "ProfileForm", "Question",
    "Record", "Rule", "StatisticsForm", "Step", "digest_of", "load",
]  # fmt: skip
