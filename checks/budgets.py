"""Size budgets: a file 400 lines (800 at the most), a function 60. Complexity 12 is ruff's C901.

Exceptions stand in `exceptions.txt`, each with the size that it has: one may shrink and vanish, never grow.
Run by `make check`; prints every breach and ends with 1.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

FILE_LINES = 400
FILE_LINES_AT_MOST = 800
FUNCTION_LINES = 60
SUFFIXES = (".py", ".js", ".html", ".css", ".typ")
ROOT = Path(__file__).resolve().parent.parent
EXCEPTIONS = Path(__file__).with_name("exceptions.txt")


def tracked(root: Path) -> list[str]:
    """Files that are, or are about to be, in the repository; as paths from its top."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        check=True,
    )
    names = sorted(set(listed.stdout.decode().split("\0")) - {""})
    return [name for name in names if (root / name).is_file()]


def sizes(root: Path) -> Iterator[tuple[str, int, int]]:
    """(what, its lines, its budget) for every file and every Python function over budget."""
    for name in tracked(root):
        if not name.endswith(SUFFIXES) or "/migrations/" in name or "/vendor/" in name:
            continue
        text = (root / name).read_text(encoding="utf-8")
        lines = text.count("\n")
        if lines > FILE_LINES:
            yield name, lines, FILE_LINES
        if name.endswith(".py"):
            yield from long_functions(name, text)


def long_functions(name: str, text: str) -> Iterator[tuple[str, int, int]]:
    """Functions over budget, as `path::outer.inner`."""

    def walk(node: ast.AST, path: str) -> Iterator[tuple[str, int, int]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = f"{path}.{child.name}" if path else child.name
                lines = (child.end_lineno or child.lineno) - child.lineno + 1
                if not isinstance(child, ast.ClassDef) and lines > FUNCTION_LINES:
                    yield f"{name}::{inner}", lines, FUNCTION_LINES
                yield from walk(child, inner)
            else:
                yield from walk(child, path)

    yield from walk(ast.parse(text), "")


def exceptions(text: str) -> dict[str, int]:
    """`what lines` a line; # begins a comment."""
    listed = {}
    for line in text.splitlines():
        parts = line.partition("#")[0].split()
        if parts:
            listed[parts[0]] = int(parts[1])
    return listed


def breaches(found: Iterator[tuple[str, int, int]], allowed: dict[str, int]) -> Iterator[str]:
    """One sentence for each breach, and for each exception that has become too generous."""
    seen = set()
    for what, lines, budget in found:
        seen.add(what)
        limit = allowed.get(what, budget)
        if budget == FILE_LINES and lines > FILE_LINES_AT_MOST:
            yield f"{what}: {lines} lines, and nothing allows more than {FILE_LINES_AT_MOST}"
        elif lines > limit:
            yield f"{what}: {lines} lines, its budget is {limit}"
        elif lines < limit:
            yield f"{what}: {lines} lines now, lower its exception from {limit}"
    for what in sorted(set(allowed) - seen):
        yield f"{what}: within its budget now, remove its exception"


def main() -> int:
    """Print every breach; 1 where there is one."""
    found = list(breaches(sizes(ROOT), exceptions(EXCEPTIONS.read_text(encoding="utf-8"))))
    print("\n".join(found) if found else "budgets: all within")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
