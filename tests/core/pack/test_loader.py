"""What a pack's author is told: every fault at once, each with its file, its line and what would be right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from tests.conformance.targets import TARGETS

from paicha.core.pack import FILES, PackError, PackErrors, digest_of, load
from paicha.core.pack.named_checks import NAMED_CHECKS
from paicha.packs import DEFAULT, read_pack

SECOND = str(Path(__file__).parents[2] / "packs" / "second")


def faults(files: dict[str, bytes]) -> list[PackError]:
    """Every fault that the loader tells."""
    with pytest.raises(PackErrors) as found:
        load(files)
    return found.value.errors


def edited(file: str, old: str, new: str) -> tuple[dict[str, bytes], int]:
    """The second pack with one text replaced, and the 1-based line where the new one ends."""
    files = read_pack(SECOND)
    text = files[file].decode()
    assert text.count(old) >= 1, f"{file} has no {old}"
    at = text.index(old) + len(new)
    text = text.replace(old, new, 1)
    files[file] = text.encode()
    return files, text[:at].count("\n") + 1


@pytest.mark.parametrize("name", [DEFAULT, SECOND])
def test_both_packs_load_whole(name: str) -> None:
    pack = load(read_pack(name))
    assert pack.digest == digest_of(read_pack(name))
    assert all(rule.expression.names for rule in pack.rules)
    assert all(check.expression.names for check in pack.checks)
    assert {check.check for check in pack.named_checks} <= set(NAMED_CHECKS)
    assert TARGETS  # each rule runs on every target: tests/conformance


ONE_FAULT = [
    (*row["wrong"], *row["told"])
    for row in yaml.safe_load(Path(__file__).with_name("faults.yaml").read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(("file", "old", "new", "code", "said", "remedy"), ONE_FAULT)
def test_a_fault_is_told_with_its_place_and_remedy(
    file: str, old: str, new: str, code: str | None, said: str, remedy: str
) -> None:
    files, line = edited(file, old, new)
    found = faults(files)
    mine = [error for error in found if code in (None, error.code) and said in error.message]
    assert mine, [str(error) for error in found]
    error = mine[0]
    assert remedy in error.remedy
    assert str(error).startswith(f"{error.file} 第{error.line}行 [{error.code}] ")
    assert not error.message.endswith("。")
    assert not re.search("[A-Za-z]+ [a-z]+ [a-z]+|' or '", error.remedy), "a sentence in English"
    expected = {'county: "990101000000"': ("areas.csv", 1), "code,parent_code": ("areas.csv", 1)}.get(old)
    assert (error.file, error.line) == (expected or (file, line))
    assert len(found) == len({(e.file, e.line, e.code, e.message) for e in found})


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_named(file: str) -> None:
    files = read_pack(SECOND)
    del files[file]
    assert [(e.file, e.line, e.code) for e in faults(files)] == [(file, 1, "P01")]


def test_faults_of_all_files_are_told_at_once_and_in_order() -> None:
    files = read_pack(SECOND)
    for file, old, new in [
        ("rules.yaml", "kind: watch, problem_type: 5", "kind: look, problem_type: 5"),
        ("rules.yaml", 'when: "housemates > 2"', 'when: "houseates > 2 AND"'),
        ("pack.yaml", "remark: notes", "remark: note"),
        ("forms.yaml", "question: caller", "question: calls"),
        ("questions.yaml", "high: 15, usual_high", "usual_high"),
    ]:
        files[file] = files[file].decode().replace(old, new, 1).encode()
    found = faults(files)
    assert {error.file for error in found} == {
        "pack.yaml", "questions.yaml", "forms.yaml", "rules.yaml", "procedures.yaml",
    }  # fmt: skip
    assert [(e.file, e.line) for e in found] == sorted((e.file, e.line) for e in found)
    assert len(found) >= 5


def test_a_condition_s_fault_is_told_once_however_many_rules_use_it() -> None:
    files, line = edited("rules.yaml", "hungry: meals = 8", "hungry: meals = 'none'")
    assert [(e.line, e.message.split()[0]) for e in faults(files)] == [(line, "条件")]


def test_text_that_is_not_utf8_is_refused() -> None:
    files = read_pack(SECOND)
    files["areas.csv"] = files["areas.csv"].decode().encode("gb18030")
    files["rules.yaml"] = files["rules.yaml"].decode().encode("gb18030")
    assert {(e.file, e.code) for e in faults(files)} == {("areas.csv", "P02"), ("rules.yaml", "P02")}


def test_the_digest_follows_every_byte() -> None:
    files = read_pack(SECOND)
    changed = {**files, "areas.csv": files["areas.csv"] + b"\n"}
    assert digest_of(files) == digest_of(dict(reversed(files.items()))) != digest_of(changed)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("done: [1, 2, 3]", "done: [1, 2, 99]", "outcome 没有选项 99"),
        ("stays_due: [4, 7]", "stays_due: [4, 44]", "outcome 没有选项 44"),
        ("stays_due: [4, 7]", "stays_due: [3, 4, 7]", "结果 3 既算已入户，又算还要再去"),
    ],
)
def test_the_outcome_names_options_each_with_one_meaning(old: str, new: str, said: str) -> None:
    files = read_pack(DEFAULT)
    files["pack.yaml"] = files["pack.yaml"].replace(old.encode(), new.encode())
    assert said in [error.message for error in faults(files)]
