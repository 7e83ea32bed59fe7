"""What must not be in the tree: folders of somebody's machine, and addresses of package registries.

A closed network has neither, and a path of one machine works on no other. Run by `make check`.
"""

from __future__ import annotations

import re
import sys

from budgets import ROOT, tracked

# Put together here, so that this file does not hold what it looks for.
_HOSTS = ("pypi org", "pythonhosted org", "npmjs org", "npmjs com", "debian org", "jsdelivr net", "unpkg com")
_HOST = "|".join(host.replace(" ", r"\.") for host in _HOSTS)
FORBIDDEN = {
    "a folder of one machine": re.compile(r"(?<![\w.])/(?:root|work|home/[a-z]\w*|Users/\w+)/"),
    "a registry or CDN": re.compile(rf"\b(?:{_HOST})\b"),
    "a conflict marker": re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE),
}


def main() -> int:
    """Print every line that holds a forbidden word; 1 where there is one."""
    found = []
    for name in tracked(ROOT):
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for what, pattern in FORBIDDEN.items():
            for match in pattern.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                found.append(f"{name}:{line}: {what}: {match.group(0).strip()}")
    print("\n".join(found) if found else "tree: clean")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
