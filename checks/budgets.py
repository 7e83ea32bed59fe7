"""Size budgets: a file 400 lines (800 at the most), a function 60, a line 120 columns (240 of YAML: a record a line).

A Chinese character takes two columns. Complexity 12 and the lines of Python are ruff's. Exceptions stand in
`exceptions.txt`, each with the size that it has: one may shrink and vanish, never grow. Run by `make check`; prints
every breach and ends with 1.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

FILE_LINES = 400
FILE_LINES_AT_MOST = 800
FUNCTION_LINES = 60
SUFFIXES = (".py", ".js", ".html", ".css", ".typ", ".ts", ".yaml")
COLUMNS = {".js": 120, ".ts": 120, ".css": 120, ".typ": 120, ".html": 120, ".yaml": 240}
ROOT = Path(__file__).resolve().parent.parent
EXCEPTIONS = Path(__file__).with_name("exceptions.txt")


@dataclass(frozen=True, slots=True)
class Size:
    """Something over its budget. `what`: a file, `file::function`, or `file:columns` for its widest line."""

    what: str
    size: int
    budget: int
    at_most: int | None = None

    @property
    def unit(self) -> str:
        """What is counted."""
        return "columns" if self.what.endswith(":columns") else "lines"


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


def sizes(root: Path) -> Iterator[Size]:
    """Every file, line and Python function over its budget."""
    for name in tracked(root):
        if name.endswith(SUFFIXES) and "/migrations/" not in name and "/vendor/" not in name:
            yield from sizes_of(name, (root / name).read_text(encoding="utf-8"))


def sizes_of(name: str, text: str) -> Iterator[Size]:
    """What of one file is over its budget."""
    lines = text.count("\n")
    if lines > FILE_LINES:
        yield Size(name, lines, FILE_LINES, FILE_LINES_AT_MOST)
    columns = COLUMNS.get(Path(name).suffix)
    if columns is not None and (widest := max(map(width, text.splitlines()), default=0)) > columns:
        yield Size(f"{name}:columns", widest, columns)
    if name.endswith(".py"):
        yield from long_functions(name, text)


def width(line: str) -> int:
    """Columns of a line; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line)


def long_functions(name: str, text: str) -> Iterator[Size]:
    """Functions over budget, as `path::outer.inner`."""

    def walk(node: ast.AST, path: str) -> Iterator[Size]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = f"{path}.{child.name}" if path else child.name
                lines = (child.end_lineno or child.lineno) - child.lineno + 1
                if not isinstance(child, ast.ClassDef) and lines > FUNCTION_LINES:
                    yield Size(f"{name}::{inner}", lines, FUNCTION_LINES)
                yield from walk(child, inner)
            else:
                yield from walk(child, path)

    yield from walk(ast.parse(text), "")


def exceptions(text: str) -> dict[str, int]:
    """`what size` a line; # begins a comment."""
    sizes_by_what = {}
    for line in text.splitlines():
        parts = line.partition("#")[0].split()
        if parts:
            sizes_by_what[parts[0]] = int(parts[1])
    return sizes_by_what


def breaches(over: Iterable[Size], allowed: Mapping[str, int]) -> Iterator[str]:
    """One sentence for each breach, and for each exception that has become too generous."""
    seen = set()
    for one in over:
        seen.add(one.what)
        limit = allowed.get(one.what, one.budget)
        if one.at_most is not None and one.size > one.at_most:
            yield f"{one.what}: {one.size} {one.unit}, and nothing allows more than {one.at_most}"
        elif one.size > limit:
            yield f"{one.what}: {one.size} {one.unit}, its budget is {limit}"
        elif one.size < limit:
            yield f"{one.what}: {one.size} {one.unit} now, lower its exception from {limit}"
    for what in sorted(set(allowed) - seen):
        yield f"{what}: within its budget now, remove its exception"


def main() -> int:
    """Print every breach; 1 where there is one."""
    sentences = list(breaches(sizes(ROOT), exceptions(EXCEPTIONS.read_text(encoding="utf-8"))))
    print("\n".join(sentences) if sentences else "budgets: all within")
    return 1 if sentences else 0


if __name__ == "__main__":
    sys.exit(main())
