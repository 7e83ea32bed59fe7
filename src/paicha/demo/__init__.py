"""A synthetic county to try paicha on, with planted faults and the truth about them.

It stands apart on purpose: it imports nothing of paicha and shares no code and no table of wordings
with what reads workbooks or runs rules, since a county made by the reader's own tables would prove
nothing. What is planted and what follows from it is typed by hand (`archetypes`, `faults`);
everybody else is clean by construction (`clean`).
"""

from paicha.demo.generate import County, generate, write_roster
from paicha.demo.truth import Truth

__all__ = ["County", "Truth", "generate", "write_roster"]
