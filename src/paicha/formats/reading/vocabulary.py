"""Which header words mean which column, for every form of a pack: exact first, then by likeness.

Built once per pack and remembered; the words come from the pack's labels and aliases, plus the few
of a roster (镇, 村, 类别) and of our own keys, which no pack owns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from paicha.core import keys
from paicha.core.normalise import fold
from paicha.core.pack import HouseholdForm, Pack
from paicha.formats.reading.choices import key
from paicha.formats.reading.model import ROSTER

NUMBER = "#number"
TOWN, VILLAGE, CLASS, KEY, BASE = "_town", "_village", "_class", "_key", "_base"

_WORDS: Mapping[str, tuple[str, ...]] = {
    NUMBER: ("序号", "编号", "号", "序"),
    TOWN: (
        "镇", "镇街", "乡镇", "街道", "镇(街)", "镇(街道)", "所属镇街", "所在镇", "乡镇街道", "镇名", "镇办",
    ),
    VILLAGE: (
        "村", "行政村", "村名", "村委会", "村(社区)", "所在村", "所属村", "村庄", "行政村名称", "村民委员会", "村居",
    ),
    KEY: (keys.NUMBER_LABEL,),
    BASE: (keys.BASE_LABEL,),
}  # fmt: skip
_CLASS_WORDS = [
    "类别",
    "农户类别",
    "户类别",
    "户类型",
    "类型",
    "属性",
    "农户属性",
    "农户类型",
    "户属性",
    "监测对象类别",
    "户别",
    "农户分类",
]

_OPTIONS = re.compile(r"[(\[]?\s*1\s*[)\].、．:：,，\s]|[①⑴❶]")
_SECOND = re.compile(r"2\s*[)\].、．:：,，\s]|[②⑵❷]|2[^0-9]")
_BRACKET = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
_LEADING = re.compile(r"^\s*(?:[*★☆]|[(\[]?[0-9一二三四五六七八九十]{1,2}[)\].、．]\s*)+")
_TRAILING = re.compile(r"(?:人|户|元|个|人数|情况|填序号|选填序号|必填|选填)$")
_WEAK = frozenset("的是否有无情况户主家庭本全人员数序号填写选项及与和等请目前现在基名称或")
_MAX_HEADER = 300


def without_options(text: str) -> str:
    """A header's own words, before the options printed in the same cell."""
    match = _OPTIONS.search(text)
    if match and match.start() > 0 and _SECOND.search(text, match.end()):
        return text[: match.start()]
    if match and match.start() == 0 and _SECOND.search(text, match.end()):
        return ""
    return text


@lru_cache(maxsize=8192)
def without_brackets(text: str) -> str:
    """The key of a header without its options and what stands in brackets."""
    return key(_BRACKET.sub("", without_options(fold(text))))


class Vocabulary:
    """Header words of one pack. `forms` holds each household form's name and the roster's."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.words: dict[str, dict[str, str]] = {
            name: self._of_form(form) for name, form in pack.household_forms.items()
        }
        self.words[ROSTER] = self._of_roster()
        self.groupings = {
            key(column.group)
            for form in pack.household_forms.values()
            for column in form.columns
            if column.group
        }
        self._joint = {name: self._of_joint(form) for name, form in pack.household_forms.items()}
        self._memo: dict[str, dict[str, str]] = {}
        known = (*self.words.values(), *self._joint.values())
        self._exact = {word for words in known for word in words} | self.groupings
        self._known: dict[str, bool] = {}

    def meanings(self, text: object) -> dict[str, str]:
        """Form → meaning of one header cell; empty where it means nothing to any form."""
        if not isinstance(text, str) or not text or len(text) > _MAX_HEADER:
            return {}
        found = self._memo.get(text)
        if found is None:
            if len(self._memo) > 20_000:
                self._memo.clear()
            found = self._memo[text] = self._match(text)
        return found

    def knows(self, text: object) -> bool:
        """Whether a cell is a header word, exactly; cheap enough to ask of every row."""
        if not isinstance(text, str) or not text or len(text) > _MAX_HEADER:
            return False
        known = self._known.get(text)
        if known is None:
            if len(self._known) > 50_000:
                self._known.clear()
            known = self._known[text] = any(word in self._exact for word in _spellings(text))
        return known

    def exact(self, text: str, form: str) -> str | None:
        """The meaning of a header word in a form, None for one that is only like it."""
        words, joint = self.words[form], self._joint.get(form, {})
        if len(text) > _MAX_HEADER:
            return None
        return next(
            (m for spelling in _spellings(text) if (m := words.get(spelling) or joint.get(spelling))), None
        )

    def _of_form(self, form: HouseholdForm) -> dict[str, str]:
        words: dict[str, str] = {}
        for column in form.columns:
            labels = [column.label, *column.aliases]
            if column.question:
                meaning = column.question
                labels += self._labels(column.question)
            elif column.parts:
                meaning = f"#{column.name}"
                for part in column.parts:
                    _add(words, part.question, [part.label, *part.aliases, *self._labels(part.question)])
            else:
                meaning = NUMBER
            _add(words, meaning, labels[:1])
            _add(words, meaning, labels)
        for question in form.questions:
            _add(words, question, self._labels(question))
        for meaning, labels_of in _WORDS.items():
            _add(words, meaning, labels_of)
        if self.pack.roles.group:
            _add(words, self.pack.roles.group, self._labels(self.pack.roles.group))
        return words

    def _of_joint(self, form: HouseholdForm) -> dict[str, str]:
        """Labels of two rows in one cell, as scripts write them: group and label, label and one of its counts."""
        words: dict[str, str] = {}
        for column in form.columns:
            labels = [column.label, *column.aliases]
            if column.group and (meaning := column.question or (f"#{column.name}" if column.parts else "")):
                _add(words, meaning, [column.group + label for label in labels])
            heads = [*labels, *(column.group + label for label in labels if column.group)]
            for part in column.parts:
                tails = [label + tail for label in (part.label, *part.aliases) for tail in ("", "人", "人数")]
                _add(
                    words,
                    part.question,
                    [f"{head}{n}{tail}" for head in heads for n in ("", part.number) for tail in tails],
                )
        return {word: meaning for word, meaning in words.items() if word not in self.words[form.name]}

    def _of_roster(self) -> dict[str, str]:
        words: dict[str, str] = {}
        roles = self.pack.roles
        for question in (roles.head, roles.population, roles.phone, roles.group):
            if question:
                _add(words, question, self._labels(question))
        for meaning, labels in _WORDS.items():
            _add(words, meaning, labels)
        _add(words, CLASS, _CLASS_WORDS)
        return words

    def _labels(self, question: str) -> list[str]:
        asked = self.pack.questions[question]
        return [asked.label, *([asked.short] if asked.short else []), *asked.aliases]

    def _match(self, text: str) -> dict[str, str]:
        spellings = _spellings(text)
        found: dict[str, str] = {}
        for form, words in self.words.items():
            meaning = self.exact(text, form)
            if meaning is None:
                meaning = _likeliest(spellings, words)
            if meaning is not None:
                found[form] = meaning
        return found


def _add(words: dict[str, str], meaning: str, labels: Iterable[str]) -> None:
    for label in labels:
        words.setdefault(key(label), meaning)


@lru_cache(maxsize=8192)
def _spellings(text: str) -> tuple[str, ...]:
    """Ways to read one header text, the fullest first: with brackets, without, without unit."""
    folded = fold(text)
    bare = without_options(folded)
    variants = [folded, bare, _BRACKET.sub("", bare), _LEADING.sub("", bare)]
    variants.append(_BRACKET.sub("", variants[-1]))
    variants += [_TRAILING.sub("", key(variant)) for variant in variants[1:]]
    return tuple(dict.fromkeys(spelling for variant in variants if (spelling := key(variant))))


def _likeliest(spellings: Sequence[str], words: Mapping[str, str]) -> str | None:
    """The one meaning whose words are nearly these; None where none or two are."""
    scores: dict[str, float] = {}
    for spelling in spellings:
        if len(spelling) < 4 or len(spelling) > 40:
            continue
        for word, meaning in words.items():
            if len(word) < 4:
                continue
            score = _likeness(spelling, word)
            if score > scores.get(meaning, 0.0):
                scores[meaning] = score
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    if not ranked or ranked[0][1] < 0.8:
        return None
    if len(ranked) > 1 and ranked[0][1] - ranked[1][1] < 0.06:
        return None
    return ranked[0][0]


def _likeness(written: str, word: str) -> float:
    """How much of a word a header holds, 0 where it says anything else: 养老保险 is no 医疗保险.

    A header may leave out some of the word and add weak characters (的, 情况, 是否 …), nothing more.
    """
    shorter, longer = sorted((len(written), len(word)))
    if shorter / longer < 0.6:
        return 0.0
    alike = len(written) - len(set(written).difference(word))  # at most so many characters agree
    if 2 * alike < 0.75 * (shorter + longer):
        return 0.0
    matcher = SequenceMatcher(None, written, word, autojunk=False)
    if matcher.quick_ratio() < 0.75:
        return 0.0
    added = "".join(written[i:j] for tag, i, j, _, _ in matcher.get_opcodes() if tag in ("delete", "replace"))
    return matcher.ratio() if _WEAK.issuperset(added) else 0.0
