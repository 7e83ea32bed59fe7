"""Head and group are the register's: answers carry them for the forms and never decide them.

Why: a change of head is an event of the register (forms, Traps), while the answers in force were given before it. What
holds: whatever reads answers in force, and every row that comes in for a known household, has the register's head
(where only the spelling differs, the answers') and group; so a form made after the change says 'no change' when it
comes back, and one made before it does not turn the head back.
"""

from __future__ import annotations

from typing import Any

import orjson

from paicha.core.normalise import name_key
from paicha.core.pack import Pack


def known_head(answered: str | None, head: str) -> str:
    """The head's name to print or keep: the register's, in the answers' spelling where that is all that differs."""
    return answered if answered and name_key(answered) == name_key(head) else head


def identify(pack: Pack, values: dict[str, Any], head: str, group: str) -> dict[str, Any]:
    """Answers by question (changed in place) with the register's head and, where it has one, group; none stay none."""
    roles = pack.roles
    if not values:
        return values
    values[roles.head] = known_head(values.get(roles.head), head)
    if roles.group and group:
        values[roles.group] = group
    return values


def identify_text(pack: Pack, form: str, text: str, head: str, group: str) -> str:
    """The same for a canonical text of a form; what says nothing stays so."""
    if text in ("", "{}") or _says(pack, text, head, group):
        return text
    values = identify(pack, orjson.loads(text), head, group)
    asked = pack.household_forms[form].questions
    return orjson.dumps({name: values[name] for name in asked if name in values}).decode()


def _says(pack: Pack, text: str, head: str, group: str) -> bool:
    """Whether a text names them already: the common case, without decoding it. Quotes inside answers are escaped."""
    roles = pack.roles
    wanted = [(roles.head, head), (roles.group, group if roles.group else "")]
    return all(f'"{name}":"{value}"' in text for name, value in wanted if name and value)
