"""Every refusal stands in the catalogue once, with a code, and says place, cause and remedy."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from paicha.core.catalogue import CATALOGUE, FILES, message, sentence
from paicha.core.refusal import Refusal, text_field

SOURCE = Path(__file__).parents[2] / "src" / "paicha"
CHINESE = re.compile(r"[\u3400-\u9fff]")
REMEDY = re.compile("请|应|(?<!不能)再|就|不用|<said>|<instead>")  # what others said has theirs
NOT_WORDS = {"field", "item"}  # what a refusal is about, beside the words of its sentence


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Each module outside the catalogue, and the demo county that may not know it, with its path."""
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        if not name.startswith(("core/catalogue/", "demo/")):
            yield name, ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("code", CATALOGUE)
def test_sentence(code: str) -> None:
    entry = CATALOGUE[code]
    said = sentence(code, **{name: f"<{name}>" for name in entry.fields})
    assert "{" not in said and "\n" not in said and len(said) < 200
    if entry.severity == "hard":
        assert REMEDY.search(said), "a refusal says what to do"
    made = message(code, **dict.fromkeys(entry.fields, "x"))
    assert (made.code, made.severity) == (code, entry.severity)


def test_one_namespace() -> None:
    """A letter stands in one file, no code twice, no sentence twice."""
    letters = Counter(letter for file in FILES for letter in {code[0] for code in file.ENTRIES})
    assert max(letters.values()) == 1
    assert len(CATALOGUE) == sum(len(file.ENTRIES) for file in FILES)
    twice = Counter(entry.sentence for entry in CATALOGUE.values()).most_common(1)
    assert twice[0][1] == 1, twice


def test_no_code_without_a_sentence_and_none_unused() -> None:
    letters = "".join(sorted({code[0] for code in CATALOGUE}))
    codes = re.compile(rf"[{letters}][0-9]{{2}}")
    used = {
        node.value
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and codes.fullmatch(node.value)
    }
    assert used == set(CATALOGUE)


def test_words() -> None:
    """Who names a code gives exactly the words of its sentence."""
    wrong = []
    for name, tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            code, called = node.args[0].value, ast.unparse(node.func).rpartition(".")[2]
            if code not in CATALOGUE or not (called == "sentence" or called in KINDS):
                continue
            given = {word.arg for word in node.keywords} - NOT_WORDS
            if None not in given and given != CATALOGUE[code].fields:
                wrong.append(f"{name}:{node.lineno} {code} {sorted(map(str, given))}")
    assert not wrong


def kinds() -> set[str]:
    """Names of Refusal and of every class below it."""
    below: dict[str, str] = {}
    for _, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and node.bases:
                below[node.name] = ast.unparse(node.bases[0])
    found = {"Refusal"}
    while more := {name for name, base in below.items() if base in found} - found:
        found |= more
    return found


KINDS = kinds() | {"FileRefused"}


def test_no_sentence_at_the_raise() -> None:
    """What is raised in Chinese names a code."""
    worded = []
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                call = node.exc
                said = [*call.args, *(word.value for word in call.keywords if _is_sentence(word.value))]
                worded += [f"{name}:{node.lineno}"] * any(_is_chinese(part) for part in said)
    assert not worded


TOLD = re.compile("^_?(error|fault|wrong|refus|left|why)", re.IGNORECASE)
TELLS = {"messages.error", "messages.warning", "Told", "Break"}
# Sentences that ask for something and refuse nothing, or that another's form wants as they are.
OTHERS = {
    "delivery/cli/backup.py": "what to do with what was made",
    "delivery/cli/tokens.py": "how to use what was made",
    "domain/reports/group_texts.py": "what a town sends to a chat group",
    "domain/upkeep/data.py": "a table of findings, each with its remedy",
    "domain/upkeep/machine.py": "a table of findings, each with its remedy",
    "domain/handover/returns.py": "what a town wrote when it sent something back",
    "domain/handover/supplements.py": "a notice of what was done",
    "delivery/desk/help/tour.py": "what a newcomer reads on the first day",
    "delivery/desk/help/words.py": "what help says of each page",
}


def test_no_sentence_where_it_is_told() -> None:
    """What a page, a row or a reply says of what was not done names a code, though nothing is raised."""
    worded = []
    for name, tree in trees():
        if (
            name.startswith(("delivery/desk/", "delivery/api/", "delivery/cli/", "domain/"))
            and name not in OTHERS
        ):
            worded += [f"{name}:{node.lineno}" for node in _told(tree) if _is_chinese(node)]
    assert not sorted(set(worded))


def _told(tree: ast.Module) -> Iterator[ast.expr]:
    """What is handed to something that tells a refusal, and every sentence that asks for something."""
    for node in ast.walk(tree):
        match node:
            case ast.Call():
                yield from (word.value for word in node.keywords if TOLD.match(word.arg or ""))
                called = ast.unparse(node.func)
                if called == "speak":  # at the command
                    yield from (word for word in node.args if _asks(word))
                if called in TELLS or (TOLD.match(called) and called.endswith((".append", ".setdefault"))):
                    yield from node.args
            case ast.Assign(value=ast.Dict() | ast.Tuple()):  # labels of a table, of a state
                continue
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if TOLD.match(name):
                yield value
            case ast.Return(value=ast.JoinedStr() | ast.Constant() as value) if _asks(value):
                yield value
            case ast.Assign(value=ast.JoinedStr() | ast.Constant() as value) if _asks(value):
                yield value
            case ast.Dict(values=values):
                yield from (value for value in values if _asks(value))


def _asks(node: ast.AST) -> bool:
    """Whether a sentence asks for something; not one of what was done (已…), which may say what comes next."""
    text = ast.unparse(node)
    return _is_sentence(node) and re.search("(?<!提)请", text) is not None and not re.match("f?.已", text)


def _is_chinese(node: ast.AST) -> bool:
    """Whether it is, or puts together, a text in Chinese; not what is handed on to something that knows codes."""
    match node:
        case ast.Constant(value=str(text)):
            return bool(CHINESE.search(text))
        case ast.Call():
            return False
    return any(_is_chinese(part) for part in ast.iter_child_nodes(node))


def _is_sentence(node: ast.AST) -> bool:
    return any(
        isinstance(part, ast.Constant) and isinstance(part.value, str) and "。" in part.value
        for part in ast.walk(node)
    )


def test_refusal() -> None:
    refused = Refusal("G01", field="note", label="备注", n=12, most=10)
    assert (refused.code, refused.field, str(refused)) == (
        "G01", "note", "备注有 12 个字，最多 10 字，请写短一些。"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "asks", "code"),
    [(" 三个字 ", "备注", ""), ("", "", ""), ("  ", "备注", "G02"), ("四个字了", "", "G01")],
)
def test_text_field(value: str, asks: str, code: str) -> None:
    try:
        assert text_field("备注", value, 3, asks=asks) == value.strip()
        assert not code
    except Refusal as refused:
        assert refused.code == code
