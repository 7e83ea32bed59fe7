"""A rule's expression: one text in standard SQL, parsed and checked once, rendered for every target.

Whatever runs a rule (Polars here, a browser, a cluster) gets text rendered from the same checked tree, and a row
or two a function made from it (`plain`), so that no two of them can read a rule differently. Pure Python: no clock,
no files, no Polars.
"""

from paicha.core.expressions.errors import ExpressionError, ExpressionErrors, TargetError
from paicha.core.expressions.expression import Expression, expression_of
from paicha.core.expressions.plain import Says, compile_node
from paicha.core.expressions.targets import TARGETS, render
from paicha.core.expressions.vocabulary import LIMIT, RESERVED, Kind, Symbol, Vocabulary

__all__ = [
    "LIMIT",
    "RESERVED",
    "TARGETS",
    "Expression",
    "ExpressionError",
    "ExpressionErrors",
    "Kind",
    "Says",
    "Symbol",
    "TargetError",
    "Vocabulary",
    "compile_node",
    "expression_of",
    "parse",
    "render",
]


def parse(text: str, vocabulary: Vocabulary) -> Expression:
    """Read and check one rule. Raises ExpressionErrors with every error of the text and of the conditions it uses."""
    from paicha.core.expressions import parser  # noqa: PLC0415  (the parser stands on this package)

    return parser.parse(text, vocabulary)
