#!/usr/bin/env bash
# pydantic 2.14.4: model_copy(update=…) keeps what a cached_property had computed before the copy.
#
# The field of the copy is the new one, the property that is made of it still the old one, and only where somebody had
# read it before the copy. A model that is built anew from the same values computes it anew, and the two are equal.
# Whoever copies a frozen model with a change gets a wrong answer that depends on what was read earlier, without a
# warning. Build a new model, or copy before anything is read.
#
# Seen: copied after the property was read: 5 4
#       copied before it was read: 5 25
#       rebuilt: 5 25, equal to the copy: True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pydantic==2.14.4

"$folder/venv/bin/python" - <<'PYTHON'
from functools import cached_property

import pydantic


class Box(pydantic.BaseModel, frozen=True):
    width: int

    @cached_property
    def area(self) -> int:
        return self.width * self.width


asked = Box(width=2)
assert asked.area == 4
copied = asked.model_copy(update={"width": 5})
unasked = Box(width=2).model_copy(update={"width": 5})
rebuilt = Box(**{**asked.model_dump(), "width": 5})
print("pydantic", pydantic.VERSION)
print("copied after the property was read:", copied.width, copied.area)
print("copied before it was read:", unasked.width, unasked.area)
print(f"rebuilt: {rebuilt.width} {rebuilt.area}, equal to the copy: {copied == rebuilt}")
assert (copied.width, copied.area) == (5, 4), "the copy computes anew now"
assert unasked.area == rebuilt.area == 25 and copied == rebuilt
PYTHON
