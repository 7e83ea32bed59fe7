"""How a visit ended, and what follows for who was met and who stays due: the one place that decides it.

A pack without such a question has the outcome `NONE`, under which every visit met its household; nobody needs to
ask first whether there is a question.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from paicha.core.pack.naming import Name, Strict


class Outcome(Strict):
    """The question that says how a visit ended ('' where the pack asks none), and what its options mean.

    `default` goes without saying where answers are given. `needs` are the only required answers of an outcome that
    is not `done`. `remarks` are form 4's, by option: 外出未联系上{n}户.
    """

    question: Name
    default: int = 1
    done: tuple[int, ...]
    stays_due: tuple[int, ...] = ()
    needs: tuple[Name, ...] = ()
    remarks: Mapping[int, str] = Field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether the pack asks at all."""
        return bool(self.question)

    def met(self, value: int | None) -> bool:
        """Whether the household was met; None: nobody has been there yet."""
        return value in self.done

    def at_door(self, value: int | None) -> bool:
        """Whether somebody was at the household's own door: how a visit ends where nothing is said."""
        return value == self.default

    def due(self, value: int | None) -> bool:
        """Whether somebody still has to go there."""
        return value is None or value in self.stays_due

    def gone(self, value: int | None) -> bool:
        """Whether nobody was met and nobody has to go again: empty, moved away."""
        return not self.met(value) and not self.due(value)

    def of_answers(self, value: int | None) -> int:
        """The outcome of a visit that brought answers; what goes without saying is put in."""
        return self.default if value is None else value


NONE = Outcome.model_construct(question="", done=(1,))
