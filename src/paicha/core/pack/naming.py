"""Names, labels and codes as a pack may write them, and the base of all its models.

What holds: every model is frozen and refuses unknown keys, so a slip of the pen in a pack is an error with a
line number (see `loader`), never a silently ignored setting.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=200)]
RuleId = Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{2}[a-z]?$")]
Code12 = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]

QuestionType = Literal["text", "integer", "choice", "choices", "date"]
Severity = Literal["hard", "soft", "office"]
Strength = Literal["strong", "normal", "weak"]  # from the strongest to the weakest
Level = Literal["village", "town", "county"]


def strength_rank(strength: str) -> int:
    """0 for the strongest; what is said without a strength is of the normal one."""
    known = get_args(Strength)
    return known.index(strength if strength in known else "normal")


class Strict(BaseModel):
    """Base of every model: frozen, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, ignored_types=(cached_property,))
