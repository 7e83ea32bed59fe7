"""Options printed in a header: what they say about the column, where they agree with the pack or not.

A clerk fills in the numbers that stand on the paper. Where the paper numbers its options otherwise than
the pack does, a bare number has two readings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from paicha.core.pack import Question
from paicha.formats.reading.cell import plain
from paicha.formats.reading.choices import key

_START = re.compile(r"(?<![0-9])[(\[]?([0-9]{1,2})\s*[)\].、．:：]\s*")


def printed_options(texts: Iterable[str]) -> dict[int, str]:
    """`1.本村 2.村外镇内 …` → number → key of its label; empty where no such list stands in the texts."""
    for text in texts:
        folded = plain(text)
        starts: list[re.Match[str]] = []
        for match in _START.finditer(folded):
            if int(match[1]) == len(starts) + 1:
                starts.append(match)
        if len(starts) >= 2:
            ends = [match.start() for match in starts[1:]] + [len(folded)]
            return {
                number: key(folded[match.end() : end])
                for number, (match, end) in enumerate(zip(starts, ends, strict=True), 1)
            }
    return {}


def contradicts(question: Question, printed: Mapping[int, str]) -> bool:
    """Whether a printed number bears the label of another option."""
    labels = _labels(question)
    return any(
        label not in labels.get(number, ()) and any(label in others for others in labels.values())
        for number, label in printed.items()
    )


def agrees(question: Question, printed: Mapping[int, str]) -> bool:
    """Whether the printed options are the question's, all of them."""
    labels = _labels(question)
    return len(printed) == len(labels) and all(
        label in labels.get(number, ()) for number, label in printed.items()
    )


def _labels(question: Question) -> dict[int, set[str]]:
    return {option.number: {key(option.label), *map(key, option.aliases)} for option in question.options}
