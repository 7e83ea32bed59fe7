"""Options printed in a header: what they say about the column, where they agree with the pack or not.

A clerk fills in the numbers that stand on the paper. Where the paper numbers its options otherwise than
the pack does, a bare number has two readings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from paicha.core.pack import HouseholdForm, Pack
from paicha.formats.reading.cell import plain
from paicha.formats.reading.choices import key

_START = re.compile(r"(?<![0-9])[(\[]?([0-9]{1,2})\s*[)\].、．:：]\s*")


def printed_options(texts: Iterable[str]) -> Mapping[int, str]:
    """`1.本村 2.村外镇内 …` → number → key of its label; empty where no such list stands in the texts."""
    return next((found for text in texts if (found := _printed_in(text))), {})


@lru_cache(maxsize=4096)
def _printed_in(text: str) -> Mapping[int, str]:
    folded = plain(text)
    starts: list[re.Match[str]] = []
    for match in _START.finditer(folded):
        if int(match[1]) == len(starts) + 1:
            starts.append(match)
    if len(starts) < 2:
        return {}
    ends = [match.start() for match in starts[1:]] + [len(folded)]
    return {
        number: key(folded[match.end() : end])
        for number, (match, end) in enumerate(zip(starts, ends, strict=True), 1)
    }


class PrintedOptions:
    """The options of one form's columns as its paper prints them: column's meaning → number → keys of its label."""

    def __init__(self, pack: Pack, form: HouseholdForm) -> None:
        self._labels: dict[str, dict[int, set[str]]] = {}
        for name in form.questions:
            question = pack.questions[name]
            if question.options:
                self._labels[name] = {
                    o.number: {key(o.label), *map(key, o.aliases)} for o in question.options
                }
        for column in form.columns:
            if column.question in self._labels and column.options_text:
                for number, label in printed_options([column.options_text]).items():
                    self._labels[column.question].setdefault(number, set()).add(label)
            if column.parts:
                self._labels[f"#{column.name}"] = {
                    part.number: {
                        key(label + tail) for label in (part.label, *part.aliases) for tail in ("", "人")
                    }
                    for part in column.parts
                }

    def contradict(self, name: str, printed: Mapping[int, str]) -> bool:
        """Whether a printed number bears the label of another option of the question."""
        labels = self._labels.get(name, {})
        return any(
            label not in labels.get(number, ()) and any(label in others for others in labels.values())
            for number, label in printed.items()
        )

    def fitting(self, printed: Mapping[int, str]) -> list[str]:
        """The questions that have exactly these options."""
        return [
            name
            for name, labels in self._labels.items()
            if len(labels) == len(printed) and _hold(labels, printed)
        ]

    def strangers(self, name: str, printed: Mapping[int, str]) -> list[str]:
        """Whose options stand under the label of `name`, where they are not its own; empty where nobody's."""
        own = set[str]().union(*self._labels.get(name, {}).values())
        if not printed or own.issuperset(printed.values()):
            return []
        return [other for other, labels in self._labels.items() if other != name and _hold(labels, printed)]


def _hold(labels: Mapping[int, set[str]], printed: Mapping[int, str]) -> bool:
    return all(label in labels.get(number, ()) for number, label in printed.items())
