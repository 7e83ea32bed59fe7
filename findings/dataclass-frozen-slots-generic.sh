#!/usr/bin/env bash
# CPython 3.11 and 3.12: a generic dataclass with frozen=True and slots=True can't be made through its alias.
#
# `Box(1)` works. `Box[int](1)` raises "TypeError: super(type, obj): obj must be an instance or subtype of type". With
# either of the two flags alone it works, and so it does with attrs 25.4.0, frozen and slotted. The alias sets
# __orig_class__ on the new object; the frozen class refuses with a super() that still means the class before slots were
# added to it, and typing expects an AttributeError there, not a TypeError. CPython 3.13.0 makes the object.
#
# Seen on 3.11.7 and 3.12.1:
#   dataclass frozen: made        dataclass slots: made
#   dataclass frozen, slots: TypeError       attrs frozen, slots: made
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet attrs==25.4.0

"$folder/venv/bin/python" - <<'PYTHON'
import sys
from dataclasses import dataclass
from typing import Generic, TypeVar

import attrs

assert sys.version_info[:2] in {(3, 11), (3, 12)}, "this is about CPython 3.11 and 3.12"
T = TypeVar("T")


@dataclass(frozen=True)
class Frozen(Generic[T]):
    value: T


@dataclass(slots=True)
class Slotted(Generic[T]):
    value: T


@dataclass(frozen=True, slots=True)
class Both(Generic[T]):
    value: T


@attrs.frozen(slots=True)
class Attrs(Generic[T]):
    value: T


def attempt(alias) -> str:
    try:
        return f"made {alias(1).value}"
    except TypeError as error:
        return f"TypeError: {error}"


print("CPython", sys.version.split()[0], "attrs", attrs.__version__)
outcomes = {kind.__name__: attempt(kind[int]) for kind in (Frozen, Slotted, Both, Attrs)}
for name, outcome in outcomes.items():
    print(f"{name}: {outcome}")
assert Both(1).value == 1
assert outcomes["Frozen"] == outcomes["Slotted"] == outcomes["Attrs"] == "made 1"
assert outcomes["Both"].startswith("TypeError: super(type, obj)"), "the alias makes it now"
PYTHON
