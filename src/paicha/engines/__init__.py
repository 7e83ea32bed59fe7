"""Rules over columns: the same checked expressions over a batch, a round, or a province's Parquet.

Importing this package loads Polars, whose threads do not survive a fork: services import it where they
use it.
"""

from paicha.engines.columns import ColumnTypeError
from paicha.engines.packs import RuleSets, rule_sets
from paicha.engines.part_files import ScreenInputError
from paicha.engines.rules import Entry, RuleSet
from paicha.engines.screening import Screened, screen_file

__all__ = [
    "ColumnTypeError",
    "Entry",
    "RuleSet",
    "RuleSets",
    "ScreenInputError",
    "Screened",
    "rule_sets",
    "screen_file",
]
