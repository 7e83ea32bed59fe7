"""A pack's rules for a browser: one generated ES module, run by the desk's grid and by a device without network.

Why: a person is told while the paper is still in hand. What holds: what the module says of answers is what the
server would say of them, word for word, apart from what needs other rows; it holds no answers and no names.
"""

from paicha.engines.browser.module import address_of, rules_module

__all__ = ["address_of", "rules_module"]
