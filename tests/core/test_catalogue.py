"""Every code that the code base says has its sentence, and each sentence says place, cause and remedy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from paicha.core.catalogue import CATALOGUE, message, sentence

SOURCE = Path(__file__).parents[2] / "src" / "paicha"


@pytest.mark.parametrize("code", CATALOGUE)
def test_sentence(code: str) -> None:
    entry = CATALOGUE[code]
    said = sentence(code, **{name: f"<{name}>" for name in entry.fields})
    assert "{" not in said and "\n" not in said and len(said) < 200
    if entry.severity == "hard":
        assert re.search("请|应", said), "a refusal says what to do"
    made = message(code, **dict.fromkeys(entry.fields, "x"))
    assert (made.code, made.severity) == (code, entry.severity)


def test_no_code_without_a_sentence_and_none_unused() -> None:
    used = {
        code
        for path in SOURCE.rglob("*.py")
        if path.name != "catalogue.py"
        for code in re.findall(r'"([FBRMADHN][0-9]{2})"', path.read_text(encoding="utf-8"))
    }
    assert used == set(CATALOGUE)
