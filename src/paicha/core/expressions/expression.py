"""A checked rule, as whoever runs it needs it.

Why apart from the parser: sqlglot, which the parser brings, is a third of what a process that reads files would
import; rules reach it parsed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from paicha.core.expressions import tree
from paicha.core.expressions.tree import Node
from paicha.core.expressions.vocabulary import Symbol, Vocabulary
from paicha.core.expressions.words import in_words


@dataclass(frozen=True)
class Expression:
    """A checked rule. It fires only where it is true, not where it is unknown.

    `text` is what the pack's author wrote, '' of what follows from a question (`core.pack.constraints`).
    `symbols` are the questions and facts that it reads, in the order of the text: what a fingerprint
    covers and what is shown as 'the answers that made it fire'. `conditions` are the named conditions
    used.
    """

    text: str
    root: Node
    symbols: tuple[Symbol, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(symbol.name for symbol in self.symbols)

    @cached_property
    def conditions(self) -> tuple[str, ...]:
        used = (node.name for node in tree.walk(self.root) if isinstance(node, tree.Condition))
        return tuple(dict.fromkeys(used))

    def in_words(self, labels: Mapping[str, str], options: Mapping[str, Mapping[int, str]]) -> str:
        """The rule as a Chinese sentence: `labels` by name, `options` by name and number."""
        return in_words(self.root, labels, options)


def expression_of(root: Node, vocabulary: Vocabulary, text: str = "") -> Expression:
    """A tree whose names are those of the vocabulary, as an expression."""
    names = dict.fromkeys(node.name for node in tree.walk(root) if isinstance(node, tree.Name))
    return Expression(text, root, tuple(vocabulary.symbols[name] for name in names))
