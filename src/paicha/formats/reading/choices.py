"""One or several options, in every way clerks write them, or the reason why a cell has no single reading.

A cell is cut into tokens: option numbers, option labels (of the pack, with aliases), ticks, boxes and
other text. What the tokens agree on is the answer. Where they leave two readings, none is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from paicha.core import normalise
from paicha.core.bounds import whole
from paicha.core.pack import Question
from paicha.formats.layout import read_with_text
from paicha.formats.reading.cell import BOXES, INTEGER, MEASURE, TICKS, Bad, is_moment, plain
from paicha.formats.reading.dates import dates_within, is_date, without_dates
from paicha.formats.reading.grid import Raw, visible_text

_SKIPPED = " \t\r\n,，、;；/\\|.。:：_+&-—–~和及与加"
_NUMBER = re.compile(r"(?:第|选项|选择|选|答)?(?:[(\[]\s*)?([0-9]{1,9})\s*[)\]]?\s*(?:[.．、:：)]|号|项)?")
_STRONG = re.compile(r"[,，;；/\n]")
_UNSURE = re.compile(r"[或?？不待未非无没]|可能|大概|约|左右|至|到")
_EDGES = " \t\r\n,，、;；/.。:：_-—"
_MARK = re.compile(f"[{re.escape(TICKS + BOXES)}]")
_TICKED_BRACKET = re.compile(f"[(\\[]\\s*[{re.escape(TICKS)}]\\s*[)\\]]")
_EMPTY_BRACKET = re.compile(r"[(\[]\s*[)\]]")
_INT16 = 32_767


@lru_cache(maxsize=65_536)
def key(text: str) -> str:
    """What two spellings of a label share: letters, digits and Chinese characters only."""
    return "".join(char for char in normalise.fold(text) if char.isalnum())


def label_pattern(label: str) -> str:
    """A label as a regular expression that forgives blanks and punctuation."""
    parts = []
    for char in normalise.fold(label):
        if char.isalnum():
            parts.append(re.escape(char))
        elif char in "-—–~":
            parts.append("[-—–~－～至到]+")
        elif not char.isspace():
            parts.append(f"[{re.escape(char)},，。()（）_]?")
    return r"\s*".join(parts)


@dataclass(slots=True)
class Token:
    """`kind`: option (a number, a label, or both), mark, or text. `start`, `end` in the folded text."""

    kind: str
    start: int
    end: int
    number: int = 0
    numbered: bool = False
    labelled: bool = False
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """A reading: option numbers as written, the text that came with them, what could not be kept."""

    numbers: tuple[int, ...] | None
    text: str | None = None
    dropped: str | None = None


NOTHING = Chosen(None)


class ChoiceReader:
    """Reads cells of one question. `leads`: words printed between an option and its blank (原因)."""

    def __init__(self, question: Question, silences: Iterable[str], leads: Iterable[str] = ()) -> None:
        self.question = question
        self.several = question.type == "choices"
        self.numbers = frozenset(option.number for option in question.options)
        self.text_question = next((option.text for option in question.options if option.text), None)
        self._silences = frozenset(silences)
        self._labels: dict[str, int] = {}
        patterns: dict[str, int] = {}
        for option in question.options:
            for written in (option.label, *option.aliases):
                self._labels.setdefault(key(written), option.number)
                patterns.setdefault(label_pattern(written), option.number)
        ordered = sorted(patterns.items(), key=lambda item: -len(item[0]))
        self._by_group = [number for _, number in ordered]
        self._label = re.compile("|".join(f"({pattern})" for pattern, _ in ordered) or "(?!)")
        lead = "|".join(re.escape(word) for word in leads if word)
        self._lead = re.compile(rf"(?:{lead})(?:[:：是为]|\s)*" if lead else "(?!)")
        self.options_text = "、".join(f"{option.number} {option.label}" for option in question.options)

    def read(self, raw: Raw) -> Chosen | Bad:
        if raw == "":
            return NOTHING
        if is_moment(raw):
            return Bad("R10", plain(raw))
        text = plain(raw).strip()
        ours = read_with_text(raw.strip()) if self.text_question and isinstance(raw, str) else None
        if ours is not None and self.numbers.issuperset(ours[0]):
            return Chosen(tuple(sorted(ours[0])), normalise.text(ours[1], self._silences))
        if text in ("TRUE", "FALSE"):
            return self._bad("R01", text)
        found = self._labels.get(key(text)) if not INTEGER.fullmatch(text) else None
        if found is not None and not _MARK.search(text):
            return Chosen((found,))
        if is_date(text):
            return Bad("R10", text)
        if normalise.text(text, self._silences) is None:
            return NOTHING
        if INTEGER.fullmatch(text):
            return self._integer(text, text)
        if re.fullmatch(r"[0-9]+\.0+", text):
            return self._integer(text.partition(".")[0], text)
        if re.fullmatch(r"[0-9]+\.[0-9]+", text):
            return self._bad("R01", text)
        return self._words(text, raw)

    def _words(self, text: str, raw: Raw) -> Chosen | Bad:
        """More than a number or a label. No digit of a date answers, and a date alone is no reason."""
        answer = self._tokens_to_answer(text)
        if isinstance(answer, Bad):
            return Bad("R18", text) if answer.code == "R01" and dates_within(text) else answer
        if not answer.text:
            return answer
        written = _as_written(answer.text, visible_text(raw))
        return Bad("R18", text) if is_date(normalise.fold(written)) else replace(answer, text=written)

    def _bad(self, code: str, read: str) -> Bad:
        return Bad(code, read, {"options": self.options_text})

    def _integer(self, written: str, text: str) -> Chosen | Bad:
        number = whole(written.lstrip("+-"), _INT16)
        if number is None:
            return self._bad("R01", text)
        return Chosen(self._run(-number if written.startswith("-") else number))

    def _run(self, number: int) -> tuple[int, ...]:
        """13 as 1 and 3 where several may be chosen and no option 13 exists."""
        if not self.several or number in self.numbers or number < 10:
            return (number,)
        digits = [int(digit) for digit in str(number)]
        if len(set(digits)) == len(digits) and self.numbers.issuperset(digits):
            return tuple(sorted(digits))
        return (number,)

    # Tokens ----------------------------------------------------------------------------------

    def _tokens(self, text: str) -> list[Token]:
        tokens: list[Token] = []
        at, free = 0, -1
        while at < len(text):
            token = self._token_at(text, at, bool(tokens and tokens[-1].kind == "text") or free >= 0)
            if token is None:
                if free < 0 and text[at] not in _SKIPPED:
                    free = at
                at += 1
                continue
            if free >= 0:
                tokens.append(Token("text", free, at))
                free = -1
            tokens.append(token)
            at = token.end
        if free >= 0:
            tokens.append(Token("text", free, len(text)))
        return tokens

    def _token_at(self, text: str, at: int, in_text: bool) -> Token | None:
        if text[at] in TICKS or text[at] in BOXES:
            return Token("mark", at, at + 1, ticked=text[at] in TICKS)
        if in_text and text[at - 1] not in _SKIPPED + TICKS + BOXES + ")］]":
            return None  # within other text neither a digit nor a short label stands for an option
        label = self._label.match(text, at)
        number = _NUMBER.match(text, at)
        if label and in_text and not _ends_at(text, label.end()):
            label = None
        if label and not (number and number.end() > label.end()):
            return Token("option", at, label.end(), self._number_of(label), labelled=True)
        if number is None:
            return None
        return self._number_token(text, at, number, in_text)

    def _number_token(self, text: str, at: int, match: re.Match[str], in_text: bool) -> Token | None:
        """A number, taken together with a mark and the label of the same option right behind it."""
        number, end = int(match[1]), match.end()
        if number not in self.numbers:
            for option in sorted(self.numbers):  # 14000元以下: 1 and its label
                written = str(option)
                label = self._label.match(text, match.start(1) + len(written))
                if match[1].startswith(written) and label and self._number_of(label) == option:
                    return Token("option", at, label.end(), option, numbered=True, labelled=True)
            if in_text:
                return None
        token = Token("option", at, end, number, numbered=True)
        behind = re.compile(r"[\s.．、:：,，)\-—]*").match(text, end)
        after = behind.end() if behind else end
        if after < len(text) and text[after] in TICKS + BOXES:
            label = self._label.match(text, after + 1)
            if label and self._number_of(label) == number:
                token.ticked = text[after] in TICKS
                token.end, token.labelled = label.end(), True
                return token
        label = self._label.match(text, after)
        if label and self._number_of(label) == number:
            token.end, token.labelled = label.end(), True
        elif MEASURE.match(text, match.end(1)):
            return None
        return token

    def _number_of(self, match: re.Match[str]) -> int:
        return self._by_group[(match.lastindex or 1) - 1]

    # From tokens to an answer ----------------------------------------------------------------

    def _tokens_to_answer(self, text: str) -> Chosen | Bad:
        if _TICKED_BRACKET.search(text):
            text = _EMPTY_BRACKET.sub("□", _TICKED_BRACKET.sub("☑", text))
        tokens = self._tokens(without_dates(text))
        options = [token for token in tokens if token.kind == "option"]
        marks = [token for token in tokens if token.kind == "mark"]
        if not options:
            return self._bad("R04" if marks and any(m.ticked for m in marks) else "R01", text)
        if len(options) > 1 and (marks or any(token.ticked for token in options)):
            return self._read_ticks(text, tokens, options, marks)
        if len(options) == len(self.numbers) > 1 and all(o.labelled for o in options):
            return self._bad("R04", text)  # the printed options, nothing marked
        if self.several and _range(text, options):
            return self._bad("R01", text)
        if self.text_question:
            return self._with_text(text, tokens, options)
        return self._without_text(text, tokens, options)

    def _without_text(self, text: str, tokens: list[Token], options: list[Token]) -> Chosen | Bad:
        rest = [text[t.start : t.end].strip(_EDGES) for t in tokens if t.kind == "text"]
        rest = [part for part in rest if part]
        conflict = self._conflict(text, options)
        if conflict:
            return conflict
        if any(map(dates_within, rest)) and not all(option.labelled for option in options):
            return Bad("R18", text)
        if any(_UNSURE.search(part) for part in rest):
            return self._bad("R02" if len(options) > 1 and not self.several else "R01", text)
        answer = self._numbers(text, options)
        if isinstance(answer, Bad) or not rest:
            return answer
        bracketed = all(part.startswith("(") and part.endswith(")") for part in rest)
        if not all(option.numbered for option in options) and not bracketed:
            return self._bad("R01", text)
        for part in rest:
            if self._belongs_elsewhere(key(part), {option.number for option in options}):
                return self._bad("R03", text)
        dropped = [part for part in rest if not self._is_part_of_label(key(part), options)]
        return Chosen(answer.numbers, None, " ".join(dropped) or None)

    def _with_text(self, text: str, tokens: list[Token], options: list[Token]) -> Chosen | Bad:
        """`1.有,原因大病住院`, `4其他(孤儿补助)`: the rest of the cell is the text of the option."""
        first = next((token for token in tokens if token.kind == "text"), None)
        if first is None:
            return self._conflict(text, options) or self._numbers(text, options)
        if first.start < options[0].start:
            return self._bad("R01", text)
        before = [option for option in options if option.start < first.start]
        behind = [option for option in options if option.start > first.start]
        bare = [o for o in behind if (o.labelled and o.numbered) or self._is_bare(text, o)]
        if behind and self.several and bare == behind:
            end = behind[0].start
            before += behind
        else:
            end = len(text)
        answer = self._conflict(text, before) or self._numbers(text, before)
        if isinstance(answer, Bad):
            return answer
        rest = text[first.start : end].strip(_EDGES)
        if rest[:1] in "或?？" or rest in {"或", "或者"}:
            return self._bad("R02", text)
        rest = self._lead.sub("", rest, count=1) if self._lead.match(rest) else rest
        rest = rest.strip(_EDGES)
        if rest.startswith("(") and rest.endswith(")") and rest.count("(") == 1:
            rest = rest[1:-1].strip(_EDGES)
            rest = self._lead.sub("", rest, count=1) if self._lead.match(rest) else rest
        return Chosen(answer.numbers, normalise.text(rest, self._silences))

    def _is_bare(self, text: str, option: Token) -> bool:
        """Whether the option stands alone between separators."""
        behind = text[option.end : option.end + 1]
        return option.number in self.numbers and (not behind or behind in _SKIPPED)

    def _numbers(self, text: str, options: list[Token]) -> Chosen | Bad:
        numbers: set[int] = set()
        for option in options:
            numbers.update(self._run(option.number) if option.numbered else (option.number,))
        if len(numbers) > 1 and not self.several:
            return self._bad("R02", text)
        if max(numbers) > _INT16:
            return self._bad("R01", text)
        return Chosen(tuple(sorted(numbers)))

    def _conflict(self, text: str, options: list[Token]) -> Bad | None:
        """`2.租房且安全` where 租房且安全 is 3: a number, and at once the label of another option."""
        for one, two in pairwise(options):
            gap = text[one.end : two.start]
            close = one.numbered and not one.labelled and two.labelled and not two.numbered
            if close and one.number != two.number and not _STRONG.search(gap):
                return self._bad("R03", text)
        return None

    def _belongs_elsewhere(self, rest: str, chosen: set[int]) -> bool:
        if len(rest) < 2:
            return False
        holders = {number for label, number in self._labels.items() if rest in label or label in rest}
        return bool(holders) and not holders & chosen

    def _is_part_of_label(self, rest: str, options: list[Token]) -> bool:
        chosen = {option.number for option in options}
        return any(number in chosen and rest in label for label, number in self._labels.items())

    def _read_ticks(
        self, text: str, tokens: list[Token], options: list[Token], marks: list[Token]
    ) -> Chosen | Bad:
        """`1.不安全 2.√自有住房且安全`, `□是 ☑否`, `1.有√ 2.无`: which options are marked."""
        chosen = [option for option in options if option.ticked]
        if marks and not chosen:
            paired = _pair(text, options, marks)
            if paired is None:
                return self._bad("R04", text)
            chosen = paired
            if not chosen:
                return NOTHING if all(not mark.ticked for mark in marks) else self._bad("R04", text)
        elif any(mark.ticked for mark in marks):
            return self._bad("R04", text)
        numbers = tuple(sorted({option.number for option in chosen}))
        if len(numbers) > 1 and not self.several:
            return self._bad("R02", text)
        written = None
        if self.text_question:
            written = self._text_of_ticked(text, tokens, chosen)
        return Chosen(numbers, written)

    def _text_of_ticked(self, text: str, tokens: list[Token], chosen: list[Token]) -> str | None:
        asks = {option.number for option in self.question.options if option.text}
        for one, two in zip(tokens, [*tokens[1:], None], strict=False):
            if one in chosen and one.number in asks and two is not None and two.kind == "text":
                rest = text[two.start : two.end].strip(_EDGES)
                rest = self._lead.sub("", rest, count=1) if self._lead.match(rest) else rest
                return normalise.text(rest.strip(_EDGES + "()"), self._silences)
        return None


def _as_written(folded: str, raw: str) -> str:
    """The text with its Chinese punctuation, which folding for the parser took away."""
    at = normalise.fold(raw).find(folded)
    same_length = len(normalise.fold(raw)) == len(raw)
    return (normalise.text(raw[at : at + len(folded)]) or folded) if at >= 0 and same_length else folded


def _ends_at(text: str, at: int) -> bool:
    """Whether a word ends at `at`: nothing more, or a separator, mark or bracket."""
    return at >= len(text) or text[at] in _SKIPPED + TICKS + BOXES + "()[]"


def _range(text: str, options: list[Token]) -> bool:
    """`1-3` may mean 1 and 3, or 1 to 3; `1/3、2` may hold a date."""
    gaps = [text[one.end : two.start] for one, two in pairwise(options) if not (one.labelled or two.labelled)]
    slashes = ["/" in gap for gap in gaps]
    return (any(slashes) and not all(slashes)) or any(re.search(r"[-—–~至到]", gap) for gap in gaps)


def _pair(text: str, options: list[Token], marks: list[Token]) -> list[Token] | None:
    """Options that a tick belongs to, or None where a tick may belong to either neighbour."""
    if len(marks) == len(options):
        return [option for option, mark in zip(options, marks, strict=True) if mark.ticked]
    prefix = text[0] in TICKS + BOXES
    suffix = text[-1] in TICKS + BOXES
    chosen = []
    for mark in (mark for mark in marks if mark.ticked):
        before = next((o for o in reversed(options) if o.end <= mark.start), None)
        behind = next((o for o in options if o.start >= mark.end), None)
        touches_before = before is not None and before.end == mark.start
        touches_behind = behind is not None and behind.start == mark.end
        if touches_before != touches_behind:
            target = before if touches_before else behind
        elif prefix != suffix:
            target = behind if prefix else before
        elif before is None or behind is None:
            target = before or behind
        else:
            return None
        if target is None:
            return None
        chosen.append(target)
    return chosen
